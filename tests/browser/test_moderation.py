"""What people report, what waits for a look, and the pages of operators for both."""

from playwright.async_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.person import Person
from tests.browser.test_operators import agree, button, operate


async def act(person: Person, text: str, name: str) -> None:
    """Chooses from a message's menu."""
    await person.message(text).click(button="right")
    await person.page.get_by_role("menuitem", name=name, exact=True).click()


async def test_reported_held_and_decided(server, people, shot):
    """Bob reports what Cat said to him, and an operator takes it away for both. What Cat says next waits: she
    sees that, Bob sees nothing until it is passed; what is refused he never sees, and she is told."""
    await server.stop()
    server.words.write_text("加微信, review\n坏话, mask\n赌场, block\n", encoding="utf-8")
    await server.start()
    ann = Person(await people.window("ann", DESKTOP), "小安", "13800000001")
    bob = Person(await people.window("bob", DESKTOP), "阿波", "13800000002")
    cat = Person(await people.window("cat", PHONE), "林晓雨", "13800000003")
    for person in (ann, bob, cat):
        await person.join()
    await cat.befriend(bob)
    await bob.open_chat("林晓雨")
    await cat.say("便宜卖手机")
    await bob.sees("便宜卖手机")

    # Reported, with a reason, which has to be chosen.
    await act(bob, "便宜卖手机", "举报")
    dialog = bob.page.get_by_role("dialog")
    await dialog.get_by_role("button", name="提交举报").click()
    await expect(dialog.get_by_role("alert")).to_have_text("请选择一个原因")
    await dialog.get_by_text("广告骚扰").click()
    await dialog.get_by_label("补充说明").fill("第三次了")
    await shot(bob.page, "01-report")
    await dialog.get_by_role("button", name="提交举报").click()
    await expect(bob.page.get_by_text("已举报，管理员会处理")).to_be_visible()

    # The operator sees it as it was, and takes it away.
    await operate(ann, "举报")
    main = ann.page.get_by_role("main")
    await expect(main.get_by_text("便宜卖手机")).to_be_visible()
    await expect(main.get_by_text("广告骚扰: 第三次了")).to_be_visible()
    await shot(ann.page, "02-reports")
    await button(ann, "删除消息").click()
    await agree(ann, "删除消息")
    await expect(main.get_by_text("没有举报")).to_be_visible()
    await expect(bob.log.get_by_text("管理员移除了一条消息")).to_be_visible()
    await expect(cat.log.get_by_text("管理员移除了你的一条消息")).to_be_visible()

    # What waits, what is masked and what is blocked.
    await cat.say("加微信聊")
    await expect(cat.log.get_by_text("加微信聊")).to_be_visible()
    await expect(cat.page.get_by_text("等待审核").first).to_be_visible()
    await cat.say("这是坏话吧")
    await bob.sees("这是**吧")
    await expect(bob.log.get_by_text("加微信聊")).to_have_count(0)
    await shot(cat.page, "03-waiting")
    await operate(ann, "审核")
    await expect(main.get_by_text("林晓雨 → 阿波")).to_be_visible()
    await shot(ann.page, "04-reviews")
    await button(ann, "通过").click()
    await bob.sees("加微信聊")
    await cat.sees("加微信聊")
    await expect(cat.page.get_by_text("等待审核")).to_have_count(0)

    await cat.say("再加微信")
    await expect(cat.page.get_by_text("等待审核").first).to_be_visible()
    await operate(ann, "用户")
    await operate(ann, "审核")
    await button(ann, "拒绝").click()
    await expect(cat.page.get_by_text("没有通过审核，未发送").first).to_be_visible()
    await expect(bob.log.get_by_text("再加微信")).to_have_count(0)

    # What is in force, and what was done.
    await operate(ann, "敏感词")
    await expect(main.get_by_text(str(server.words))).to_be_visible()
    await shot(ann.page, "05-words")
    await operate(ann, "操作记录")
    await shot(ann.page, "06-audit")
