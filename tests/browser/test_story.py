"""Two people in real browsers, one at a phone and one at a desk, from the first page to the last message."""

import asyncio
import re
import subprocess

import pytest
from playwright.async_api import expect

from tests.app import Client
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.person import PASSWD, Person


@pytest.fixture
def film(tmp_path):
    """A film of one second with a picture and a tone."""
    path = tmp_path / "film.webm"
    subprocess.run(
        [
            "ffmpeg",
            "-loglevel",
            "error",
            "-f",
            "lavfi",
            "-i",
            "testsrc2=d=1:s=480x270:r=15",
            "-f",
            "lavfi",
            "-i",
            "sine=d=1",
            "-c:v",
            "libvpx",
            "-c:a",
            "libopus",
            path,
        ],
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return path


@pytest.fixture
def couple(people, server, io_loop):
    """Two friends with their windows: ann at a phone, bob at a desk, and a client for each to act beside the
    page."""

    async def meet():
        found = []
        for name, mobile, device in (("小安", "13800000001", PHONE), ("阿波", "13800000002", DESKTOP)):
            person = Person(await people.window(name, device), name, mobile)
            person.client = await Client(server.url).register(name, mobile)
            found.append(person)
        ann, bob = found
        answer = await ann.client.post("/contact/addfriend", dstid=bob.client.user_id)
        assert answer["code"] == 0, answer
        await asyncio.gather(ann.login(), bob.login())
        return ann, bob

    ann, bob = io_loop.run_sync(meet)
    yield ann, bob
    ann.client.close()
    bob.client.close()


async def test_two_people_meet_and_talk(people, picture, film, shot):
    """Two people register, become friends, make a group, and send each other everything the page can send."""
    ann = Person(await people.window("ann", PHONE), "小安", "13800000001")
    bob = Person(await people.window("bob", DESKTOP), "阿波", "13800000002")
    await shot_of_door(ann, shot)
    await asyncio.gather(
        ann.register(picture("ann.png", "#e58fa0")), bob.register(picture("bob.png", "#7fb2e5"))
    )
    await shot(ann.page, "01-phone-empty")
    await shot(bob.page, "01-desktop-empty")
    await bob.logout()
    await bob.login()

    await ann.add_friend(bob.id, "阿波")
    await ann.say("周末的照片我整理好了，发你看 🏔️")
    await ann.all_sent()
    await expect(bob.row("小安")).to_have_accessible_name(re.compile(r"1 条未读"))
    await expect(bob.page).to_have_title(re.compile(r"^\(1\)"))
    await shot(bob.page, "02-desktop-unread")
    await bob.open_chat("小安")
    await bob.sees("周末的照片我整理好了，发你看 🏔️")
    await expect(bob.page).not_to_have_title(re.compile(r"^\("))
    await bob.say("太棒了！等了好久")
    await ann.sees("太棒了！等了好久")
    await expect(ann.log.get_by_role("img", name="已读")).to_have_count(1)

    await bob.send_sticker("小喜鹊", "你好")
    await expect(ann.log.get_by_role("img", name="你好")).to_be_visible()
    await ann.page.get_by_role("form").get_by_role("button", name="表情", exact=True).click()
    await shot(ann.page, "03-phone-emoji")
    await ann.send_emoji("嘿嘿")
    await expect(bob.log.get_by_text("😀", exact=True)).to_be_visible()

    await send_picture_slowly(bob, picture("sea.png", "#2a8fa8", 1600, 1000), shot)
    await expect(ann.log.get_by_role("button", name="查看图片")).to_be_visible()
    await ann.talk(3000)
    await expect(bob.log.get_by_role("button", name=re.compile("播放语音"))).to_be_visible()
    await bob.talk(1200)
    await expect(ann.log.get_by_role("button", name=re.compile("播放语音"))).to_have_count(2)
    await bob.attach("视频", film)
    await expect(ann.log.get_by_role("button", name="播放视频")).to_be_visible()
    await ann.send_link("https://trail.example.org/loop", "徒步路线：环山 12 公里")
    await expect(bob.log.get_by_role("link", name=re.compile("环山 12 公里"))).to_be_visible()
    await ann.send_card("阿波")
    await expect(bob.log.get_by_text(f"ID {bob.id}")).to_be_visible()
    await asyncio.gather(ann.all_sent(), bob.all_sent())
    await shot(ann.page, "05-phone-chat")
    await shot(bob.page, "05-desktop-chat")
    await ann.fits()
    await bob.fits()

    await play_everything(bob, shot)

    group = await bob.create_group("产品设计群")
    await ann.join_group(group, "产品设计群")
    await ann.say("大家好，我来了")
    await bob.sees("大家好，我来了")
    await bob.say("欢迎欢迎")
    await ann.sees("欢迎欢迎")
    await shot(ann.page, "06-phone-group")
    await shot(bob.page, "06-desktop-group")
    await ann.back()
    await expect(ann.row("产品设计群")).to_be_visible()
    await shot(ann.page, "07-phone-list")
    for number, place in enumerate(("通讯录", "群聊", "我的")):
        await ann.place(place)
        await shot(ann.page, f"08-phone-{number}")
        await ann.fits()


async def shot_of_door(person: Person, shot) -> None:
    await person.page.goto("/user/register.shtml")
    await shot(person.page, "00-phone-register")
    await person.fits()


async def play_everything(person: Person, shot) -> None:
    """Hear the first voice, watch the film, look at the picture in full size."""
    await person.log.get_by_role("button", name=re.compile("播放语音")).first.click()
    await expect(person.log.get_by_role("button", name="暂停")).to_be_visible()
    await person.log.get_by_role("button", name="播放视频").click()
    await person.log.locator("video").evaluate(
        "film => film.currentTime"
        " || new Promise(done => film.addEventListener('timeupdate', done, {once: true}))"
    )
    await person.log.get_by_role("button", name="查看图片").click()
    close = person.page.get_by_role("button", name="关闭")
    await expect(close).to_be_visible()
    await expect(person.page.locator(".pswp")).to_have_css("opacity", "1")
    await shot(person.page, "05-desktop-viewer")
    await close.click()
    await expect(close).to_have_count(0)


async def send_picture_slowly(person: Person, file, shot) -> None:
    """Hold the upload on its way, so that its ring can be seen."""
    go_on = asyncio.Event()

    async def hold(route):
        await go_on.wait()
        await route.continue_()

    await person.page.route("**/attach/upload", hold)
    await person.attach("图片", file)
    await expect(person.log.get_by_role("button", name=re.compile("取消上传"))).to_be_visible()
    await expect(
        person.log.get_by_role("button", name="查看图片").locator("img[src^='blob:']")
    ).to_be_visible()
    await person.pictures_are_drawn()
    await shot(person.page, "04-desktop-uploading")
    go_on.set()
    await expect(person.log.get_by_role("button", name=re.compile("取消上传"))).to_have_count(0)
    await person.page.unroute("**/attach/upload")


async def test_every_media_kind_is_drawn(couple, picture, shot):
    """Every kind of message has its own face, on both screens and in the dark; unknown ones say what they
    are."""
    ann, bob = couple
    upload = await ann.client.upload(picture("city.png", "#3d3a66", 960, 600).read_bytes(), "city.png")
    url = upload["data"]
    kinds = [
        {"media": 1, "content": "看看这条路线 https://trail.example.org/loop 怎么样？"},
        {
            "media": 2,
            "content": "城市通勤的第二条曲线",
            "pic": url,
            "url": "https://city.example.org/1",
            "memo": "骑行道三年增长四倍，数据里藏着哪些变化？",
        },
        {"media": 4, "url": url, "memo": "960x600"},
        {"media": 5, "url": "https://pay.example.org/1", "amount": 888, "memo": "恭喜发财，大吉大利"},
        {"media": 6, "content": "赞", "url": "/asset/stickers/xiaoju/thumbs-up.svg"},
        {
            "media": 7,
            "url": "https://trail.example.org/loop",
            "content": "徒步路线：环山 12 公里",
            "pic": url,
            "memo": "沿途补给、海拔与下撤点",
        },
        {"media": 9, "content": "10086", "memo": "胡大力"},
        {"media": 10, "url": url, "content": "季度总结.pdf", "amount": 1_234_567},
        {"media": 11, "content": "上海市 人民广场", "memo": "31.2304,121.4737"},
        {"media": 100, "content": "自定义内容"},
    ]
    for number, kind in enumerate(kinds):
        answer = await ann.client.post_json(
            "/message/send", cmd=10, dstid=bob.client.user_id, cid=f"k{number}", **kind
        )
        assert answer["code"] == 0, answer
    await asyncio.gather(ann.open_chat("阿波"), bob.open_chat("小安"))
    for person in (ann, bob):
        await person.wheel_to(person.log.get_by_text("暂不支持的消息类型（100）"), 5000)
        await expect(person.log.get_by_text("上海市 人民广场")).to_be_in_viewport()
        await person.pictures_are_drawn()
        await shot(person.page, f"{'phone' if person.phone else 'desktop'}-end")
        await person.fits()
        await person.wheel_to(person.log.get_by_text("城市通勤的第二条曲线"), -5000)
        await person.pictures_are_drawn()
        await shot(person.page, f"{'phone' if person.phone else 'desktop'}-start")
    await bob.page.get_by_role("button", name="切换到深色").click()
    await shot(bob.page, "desktop-dark")


async def test_history_comes_on_scrolling_up(couple, shot):
    """Scrolling up brings older messages, page by page to the very first, without a jump of what is read."""
    ann, bob = couple
    for number in range(1, 201):
        await ann.client.post_json(
            "/message/send",
            cmd=10,
            dstid=bob.client.user_id,
            media=1,
            cid=f"h{number}",
            content=f"第 {number} 条",
        )
    await expect(bob.row("小安")).to_have_accessible_name(re.compile("200 条未读"))
    await bob.open_chat("小安")
    await ann.open_chat("阿波")
    await ann.sees("第 200 条")
    await ann.wheel_to(ann.message("第 1 条"), -900)
    await shot(ann.page, "phone-first")
    await expect(ann.page.get_by_role("button", name=re.compile("最新消息"))).to_be_visible()
    await ann.page.get_by_role("button", name=re.compile("最新消息")).click()
    await expect(ann.message("第 200 条")).to_be_in_viewport()


async def test_messages_wait_for_the_network(people, couple, shot):
    """What is said without a network waits, goes out once it is back, arrives once, and nothing missed is
    lost."""
    people.expect(r"ERR_INTERNET_DISCONNECTED|WebSocket connection to")
    ann, bob = couple
    await ann.client.post_json(
        "/message/send", cmd=10, dstid=bob.client.user_id, media=1, content="早", cid="1"
    )
    await asyncio.gather(ann.open_chat("阿波"), bob.open_chat("小安"))
    await ann.page.context.set_offline(True)
    await ann.say("在隧道里说的")
    await ann.say("还在隧道里")
    await bob.say("你在哪？")
    await bob.all_sent()
    await expect(ann.log.get_by_role("img", name=re.compile("发送中|等待发送"))).to_have_count(2)
    await expect(ann.chat("阿波").get_by_text("网络已断开")).to_be_visible()
    await shot(ann.page, "phone-offline")
    await ann.page.context.set_offline(False)
    for person in (ann, bob):
        await person.sees("在隧道里说的")
        await person.sees("还在隧道里")
        await person.sees("你在哪？")
    await asyncio.gather(ann.all_sent(), bob.all_sent())
    await shot(ann.page, "phone-back")


async def test_pages_outlive_a_restart_of_the_server(people, couple, server, shot):
    """A restart of the server costs nobody a message: pages come back by themselves and go on where they
    were."""
    people.expect(r"ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|WebSocket connection to")
    ann, bob = couple
    await ann.client.post_json(
        "/message/send", cmd=10, dstid=bob.client.user_id, media=1, content="早", cid="1"
    )
    await asyncio.gather(ann.open_chat("阿波"), bob.open_chat("小安"))
    await server.stop()
    await ann.say("服务器重启时说的")
    await expect(ann.log.get_by_role("img", name=re.compile("发送中|等待发送"))).to_have_count(1)
    await server.start()
    await bob.sees("服务器重启时说的")
    await bob.say("收到")
    await ann.sees("收到")
    await asyncio.gather(ann.all_sent(), bob.all_sent())
    await ann.page.reload()
    for person in (ann, bob):
        for text in ("早", "服务器重启时说的", "收到"):
            await person.sees(text)


async def test_the_page_speaks_english(people, server, shot):
    """A browser set to English gets an English page, from the door to the chat and its refusals."""
    page = await people.window("carol", PHONE, "en-US")
    carol = await Client(server.url).register("Carol", "13800000003")
    carol.close()
    await page.goto("/user/login.shtml")
    await page.get_by_label("Mobile number").fill("13800000003")
    await page.get_by_label("Password").fill("not this one")
    await page.get_by_role("button", name="Log in", exact=True).click()
    refusal = page.get_by_role("alert")
    await expect(refusal).to_have_text(re.compile("^[A-Z][a-z ,.]+$"))
    await page.get_by_label("Password").fill(PASSWD)
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_role("heading", name="Chats")).to_be_visible()
    await shot(page, "chats")
    for place in ("Contacts", "Groups", "Me"):
        await page.get_by_role("navigation", name="Main").get_by_role("link", name=place).click()
        await expect(page.get_by_role("heading", name=place)).to_be_visible()
    await page.get_by_role("button", name="Settings").click()
    await shot(page, "settings")
    await page.get_by_text("中文", exact=True).click()
    await expect(page.get_by_role("heading", name="设置")).to_be_visible()
