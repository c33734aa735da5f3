"""Links that carry a log-in, pictures on other people's servers, and a server that is not there."""

import re

from playwright.async_api import expect

from tests.app import Client
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.person import PASSWD, Person

WHOSE = "这是你的账号吗？"
SEND = """message => fetch('/message/send', { method: 'POST', body: JSON.stringify(message),
    headers: { 'Content-Type': 'application/json' } })"""


async def elsewhere(server, mobile: str, nickname: str) -> dict:
    """Somebody who logged in on another machine: their id and token."""
    client = Client(server.url, {}, None)
    try:
        answer = await client.post("/user/register", mobile=mobile, passwd=PASSWD, nickname=nickname)
        return answer["data"]
    finally:
        client.close()


def link(user: dict) -> str:
    return f"/chat/index.shtml?id={user['id']}&token={user['token']}"


async def test_a_strangers_link(people, server, shot):
    """Who is logged in and follows a link into another account is told whose it is and asked first."""
    eve = await elsewhere(server, "13800000009", "伊芙")
    ann = Person(await people.window("ann", PHONE), "小安", "13800000001")
    await ann.join()
    await ann.page.goto("about:blank")
    await ann.page.goto(link(eve))
    await expect(ann.page.get_by_role("heading", name=WHOSE)).to_be_visible()
    await expect(ann.page.get_by_role("heading", name="伊芙")).to_be_visible()
    await expect(ann.page.get_by_role("heading", name="消息")).to_have_count(0)
    await shot(ann.page, "asked")
    await ann.page.get_by_role("button", name="不是我的账号").click()
    await expect(ann.page.get_by_role("heading", name="消息")).to_be_visible()
    assert "token" not in ann.page.url and f"id={ann.id}" in ann.page.url
    await ann.page.goto("about:blank")
    await ann.page.goto(link(eve))
    await ann.page.get_by_role("button", name="是的，以 伊芙 的身份继续").click()
    await expect(ann.page.get_by_role("heading", name="消息")).to_be_visible()


async def test_a_link_in_a_new_browser(people, server):
    """In a browser where nobody was logged in, a link opens its account and says whose it is until that is
    answered; a no ends it, and a link of our own pages asks nothing."""
    eve = await elsewhere(server, "13800000009", "伊芙")
    page = await people.window("ann", DESKTOP)
    await page.goto(link(eve))
    bar = page.get_by_role("region", name=WHOSE)
    await expect(bar).to_contain_text("伊芙")
    await page.reload()
    await bar.get_by_role("button", name="不是，退出").click()
    await page.wait_for_url("**/user/login.shtml")
    await page.evaluate("address => location.assign(address)", link(eve))
    await expect(page.get_by_role("heading", name="消息")).to_be_visible()
    await expect(bar).to_have_count(0)


async def test_pictures_of_other_servers(people):
    """Nothing is asked of another server before a tap on what names it, whatever kind of message shows it."""
    ann = Person(await people.window("ann", DESKTOP), "小安", "13800000001")
    await ann.join()
    asked = []
    await ann.page.route("**/*.example/*", lambda route: (asked.append(route.request.url), route.abort())[1])
    people.expect("ERR_FAILED")
    await ann.page.goto("about:blank")
    await ann.page.goto(f"/chat/index.shtml?id={ann.id}#/c/10/{ann.id}")
    await expect(ann.field).to_be_visible()
    host = "https://far.example"
    messages = (
        {"media": 2, "content": "文章", "url": f"{host}/a", "pic": f"{host}/news.png"},
        {"media": 7, "content": "链接", "url": f"{host}/b", "pic": f"{host}/link.png"},
        {"media": 6, "url": f"{host}/sticker.gif"},
        {"media": 8, "url": f"{host}/film.mp4", "pic": f"{host}/film.jpg"},
        {"media": 9, "content": str(ann.id), "memo": "名片", "pic": f"{host}/face.jpg"},
        {"media": 4, "url": f"{host}/picture.png"},
    )
    for number, message in enumerate(messages):
        whole = {"userid": ann.id, "cmd": 10, "dstid": ann.id, "cid": f"far-{number}"} | message
        await ann.page.evaluate(SEND, whole)
    covers = ann.log.get_by_role("button", name=re.compile("显示来自 far.example 的图片"))
    await expect(covers).to_have_count(4)
    assert asked == []
    async with ann.page.expect_request(f"{host}/picture.png"):
        await covers.last.click()


async def test_a_server_that_is_not_there(people, server):
    """The chat says at once that the network is gone; the log-in says so too, and goes on by itself."""
    people.expect("ERR_CONNECTION_REFUSED|ERR_INTERNET_DISCONNECTED|WebSocket connection")
    ann = Person(await people.window("ann", PHONE), "小安", "13800000001")
    await ann.join()
    bob = await people.window("bob", DESKTOP)
    await bob.goto("/user/login.shtml")
    await ann.page.context.set_offline(True)
    # Long before a heartbeat would tell.
    await expect(ann.page.get_by_role("status").filter(has_text="网络")).to_be_visible(timeout=20_000)
    await server.stop()
    await bob.get_by_label("手机号").fill(ann.mobile)
    await bob.get_by_label("密码").fill(PASSWD)
    await bob.get_by_role("button", name="登录").click()
    await expect(bob.get_by_role("status").filter(has_text="连接不上服务器")).to_be_visible()
    await server.start()
    await ann.page.context.set_offline(False)
    await bob.wait_for_url("**/chat/index.shtml?id=*")
    await expect(ann.page.get_by_role("status").filter(has_text="网络")).to_have_count(0)
