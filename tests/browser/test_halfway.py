"""What is half done when something comes between: the network goes, the reader goes back or is removed."""

from playwright.async_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.person import Person


def button(person: Person, name: str):
    return person.page.get_by_role("button", name=name)


async def go(person: Person, path: str) -> None:
    await person.page.evaluate("path => { location.hash = path }", path)


async def test_a_form_outlives_the_network(people, shot):
    """A remark and a report that could not be sent stay as they were written; a second press sends them."""
    people.expect("ERR_INTERNET_DISCONNECTED|WebSocket")
    ann = Person(await people.window("ann", PHONE), "小安", "13800000001")
    bob = Person(await people.window("bob", PHONE), "阿波", "13800000002")
    await ann.join()
    await bob.join()
    await ann.befriend(bob)
    dialog = ann.page.get_by_role("dialog")
    for name, field, send in (("备注", "只有自己看得到", "保存"), ("举报", "补充说明", "提交举报")):
        await go(ann, f"/u/{bob.id}")
        await button(ann, name).click()
        if name == "举报":
            await dialog.get_by_text("诈骗").click()
        await dialog.get_by_label(field).fill("写了一半")
        await ann.page.context.set_offline(True)
        await dialog.get_by_role("button", name=send).click()
        await expect(ann.page.get_by_text("网络不可用，请稍后再试").last).to_be_visible()
        await expect(dialog.get_by_label(field)).to_have_value("写了一半")
        await shot(ann.page, name)
        await ann.page.context.set_offline(False)
        await dialog.get_by_role("button", name=send).click()
        await expect(dialog).to_have_count(0)
    await expect(ann.page.get_by_role("heading", name="写了一半")).to_be_visible()


async def test_turned_down(people):
    """Esc gives the focus back to the button that asked; the browser's Back leaves no question standing."""
    ann = Person(await people.window("ann", DESKTOP), "小安", "13800000001")
    bob = Person(await people.window("bob", PHONE), "阿波", "13800000002")
    await ann.join()
    await bob.join()
    await ann.befriend(bob)
    await go(ann, f"/u/{bob.id}")
    for name in ("备注", "加入黑名单", "删除好友"):
        await button(ann, name).click()
        await expect(ann.page.get_by_role("dialog")).to_be_visible()
        await ann.page.keyboard.press("Escape")
        await expect(button(ann, name)).to_be_focused()
    await button(ann, "加入黑名单").click()
    await expect(ann.page.get_by_role("dialog")).to_be_visible()
    await ann.page.go_back()
    await expect(ann.page.get_by_role("dialog")).to_have_count(0)
    await expect(ann.chat(bob.name)).to_be_visible()


async def test_removed_while_looking(people, shot):
    """Who is removed sees no more of the members whose list was open."""
    ann = Person(await people.window("ann", DESKTOP), "小安", "13800000001")
    bob = Person(await people.window("bob", PHONE), "阿波", "13800000002")
    await ann.join()
    await bob.join()
    group = await ann.create_group("读书会")
    await bob._call("/contact/joincommunity", userid=bob.id, dstid=group)
    await go(bob, f"/g/{group}/members")
    await expect(bob.page.get_by_role("link", name="小安")).to_be_visible()
    await ann._call("/community/remove", userid=ann.id, dstid=group, ids=[bob.id])
    await expect(bob.page.get_by_text("你不在这个群里，看不到它的成员")).to_be_visible()
    await expect(bob.page.get_by_role("link", name="小安")).to_have_count(0)
    await shot(bob.page, "gone")


async def test_packets_count_on_all_devices(people):
    """The wallet that is open on one device tells what another one spends."""
    ann = Person(await people.window("ann", DESKTOP), "小安", "13800000001")
    bob = Person(await people.window("bob", PHONE), "阿波", "13800000002")
    await ann.join()
    await bob.join()
    await ann.befriend(bob)
    await go(ann, "/wallet")
    wallet = ann.page.get_by_role("region", name="钱包")
    await expect(wallet.get_by_text("10,000", exact=True)).to_be_visible()
    await ann._call("/redpacket/send", userid=ann.id, kind=10, dstid=bob.id, amount=100, cid="elsewhere")
    await expect(wallet.get_by_text("9,900", exact=True)).to_be_visible()
    await expect(wallet.get_by_text("−100")).to_be_visible()
    await expect(wallet.locator("li")).to_have_count(2)
