"""Who is pushed to: whoever looks at the conversation in no window, and only what is theirs to read."""

import asyncio
from contextlib import AsyncExitStack
from datetime import datetime

import pytest

from protocol.clock import now_ms
from protocol.settings import is_quiet
from tests.app import running
from tests.gateway import gateway, send
from tests.handlers.http import moderated
from tests.handlers.people import friends, group, text, waiting


async def marked(phone, ann, bob, *expected: str) -> None:
    """These were pushed, and nothing else of what was said before now."""
    await send(ann, bob, "marker")
    await phone.nothing_but(*expected, "marker")


CHAT = {"kind": 10, "dstid": "chat"}
#: What each of the reader's windows says of itself, one after the other, and whether a message of the friend
#: is pushed.
WINDOWS = {
    "none is open": ([], True),
    "one that never said": ([[]], True),
    "hidden": ([[{}]], True),
    "in the chat": ([[CHAT]], False),
    "elsewhere": ([[{"kind": 10, "dstid": "other"}]], True),
    "in a group of the same number": ([[{"kind": 11, "dstid": "chat"}]], True),
    "the friends": ([[{"friends": 1}]], True),
    "one of two in the chat": ([[{}], [CHAT]], False),
    "left the chat": ([[CHAT, {}]], True),
    "came into the chat": ([[{}, CHAT]], False),
    "a classic page": (["classic"], True),
}


@pytest.mark.parametrize("windows, pushed", WINDOWS.values(), ids=WINDOWS)
async def test_who_looks(reached, makers, windows, pushed):
    """What is on a screen of the reader's is not pushed; all else is."""
    ann, bob = await friends(reached)
    cyn, dan = await reached.client().register("Cyn"), await reached.client().register("Dan")
    for other in (cyn, dan):
        await other.post("/contact/addfriend", dstid=bob.user_id)
    phone = await makers.browser(bob)
    numbers = {"chat": ann.user_id, "other": cyn.user_id}
    async with AsyncExitStack() as stack:
        for window in windows:
            classic = window == "classic"
            socket = await stack.enter_async_context(bob.socket(None if classic else 2))
            for look in [CHAT] if classic else window:
                where = {"dstid": numbers[look["dstid"]]} if "dstid" in look else {}
                await socket.send({"cmd": 18, **look, **where})
            if not classic:
                await waiting(socket)
        await send(ann, bob, "hello")
        await send(dan, bob, "marker")
        await phone.nothing_but(*["hello"] * pushed, "marker")


async def test_not_ones_own(reached, makers):
    """Nobody is told of what they wrote themselves, on whatever device, nor of notes to themselves."""
    ann, bob = await friends(reached)
    phone = await makers.browser(bob)
    await send(bob, ann, "mine")
    await send(bob, bob, "a note")
    room = await group(bob, ann)
    await send(bob, room, "mine, too", cmd=11)
    await marked(phone, ann, bob)


async def test_muted(reached, makers):
    """Of a muted chat only what names the reader is told, or all of the group."""
    ann, bob = await friends(reached)
    room = await group(ann, bob)
    phone = await makers.browser(bob)
    for where in ({"kind": 11, "dstid": room}, {"kind": 10, "dstid": ann.user_id}):
        await bob.post("/conversation/set", **where, muted=1)
    await send(ann, room, "silent", cmd=11)
    await send(ann, bob, "silent")
    await send(ann, room, "@Bob", cmd=11, at=[bob.user_id])
    await send(ann, room, "@all", cmd=11, at=[0])
    await send(ann, room, "@Ann", cmd=11, at=[ann.user_id])
    await bob.post("/conversation/set", kind=10, dstid=ann.user_id, muted=0)
    await marked(phone, ann, bob, "Ann: @Bob", "Ann: @all")


async def test_what_nobody_reads(reached, makers):
    """A notice, a refused message, a resend, and what was said before one came are not pushed; an
    announcement is."""
    ann, bob = await friends(reached)
    room = await group(ann)
    phone = await makers.browser(bob)
    await send(ann, room, "before", cmd=11)
    await bob.post("/contact/joincommunity", dstid=room)
    await ann.post("/community/update", dstid=room, name="Owls")
    await send(ann, room, "once", cmd=11, cid="a")
    await send(ann, room, "once", cmd=11, cid="a")
    await ann.post("/community/update", dstid=room, notice="Read this")
    eve = await reached.client().register("Eve")
    assert (await eve.post_json("/message/send", **text(bob, "a stranger")))["code"] == -403
    await bob.post("/contact/block", dstid=ann.user_id, on=1)
    assert (await ann.post_json("/message/send", **text(bob, "blocked")))["code"] == -403
    await bob.post("/contact/block", dstid=ann.user_id, on=0)
    await ann.post("/contact/addfriend", dstid=bob.user_id)
    await marked(phone, ann, bob, "Ann: once", "Ann: Ann发布了群公告： Read this")


async def test_words(makers, tmp_path):
    """A message that waits for an operator is pushed when it is passed, a blocked one never."""
    async with running(tmp_path / "data", makers.settings | moderated.settings(tmp_path)) as app:
        ann, bob = await friends(app)
        op = await moderated.operator(app)
        phone = await makers.browser(bob)
        for content in ("blocked", "held"):
            assert (await ann.post_json("/message/send", **text(bob, content)))["code"] == -1
        await send(ann, bob, "masked")
        await phone.nothing_but("******")
        [row] = (await op.post("/ops/review"))["rows"]
        assert (await op.post_json("/ops/review/answer", **{"id": row["id"], "pass": 1}))["code"] == 0
        await marked(phone, ann, bob, "held")


async def test_forwarded(reached, makers):
    """What is passed on is told as what is written, each message."""
    ann, bob = await friends(reached)
    phone = await makers.browser(bob)
    ids = [(await send(ann, ann, content))["id"] for content in ("one", "two")]
    to = [{"kind": 10, "dstid": bob.user_id}]
    answer = await ann.post_json("/message/forward", kind=10, dstid=ann.user_id, ids=ids, to=to)
    assert answer["code"] == 0
    await marked(phone, ann, bob, "one", "two")


async def test_read_or_taken_back(reached, makers):
    """What was read or recalled before it could be delivered is not pushed any more."""
    ann, bob = await friends(reached)
    phone = await makers.browser(bob)
    makers.held.clear()
    await send(ann, bob, "under way")
    while not phone.requests:
        await asyncio.sleep(0.01)
    lane = reached.services.pushing._gateways
    sent = await send(ann, bob, "recalled")
    while lane.stats()["push_waiting"] == 0:
        await asyncio.sleep(0.01)
    change = {"cmd": 14, "id": sent["id"], "kind": 10, "dstid": bob.user_id}
    assert (await ann.post_json("/message/change", **change))["code"] == 0
    for queue in lane._lanes.values():
        queue.pushes[0] = queue.pushes[0]._replace(born_s=queue.pushes[0].born_s - 10)
    makers.held.set()
    await marked(phone, ann, bob, "under way")


async def test_badge(reached, makers):
    """The number on the icon is what the page counts: of muted chats only what names the reader."""
    ann, bob = await friends(reached)
    room = await group(ann, bob)
    phone = await makers.browser(bob)
    await bob.post("/conversation/set", kind=11, dstid=room, muted=1)
    await send(ann, room, "silent", cmd=11)
    await send(ann, room, "@Bob", cmd=11, at=[bob.user_id])
    assert (await phone.pushed()).payload["badge"] == 1
    await send(ann, bob, "one")
    assert (await phone.pushed()).payload["badge"] == 2
    await bob.post("/message/read", kind=11, dstid=room, seq=100)
    await send(ann, bob, "two")
    assert (await phone.pushed()).payload["badge"] == 2


async def test_large_group(reached, makers, monkeypatch):
    """Whoever of a group asked for it is told, whether few or many of all people did."""
    ann, bob = await friends(reached)
    room = await group(ann, bob)
    phone = await makers.browser(bob)
    eve = await reached.client().register("Eve")
    stranger = await makers.browser(eve)
    await send(ann, room, "few", cmd=11)
    monkeypatch.setattr("models.push._FEW", 0)
    await send(ann, room, "many", cmd=11)
    await phone.nothing_but("Ann: few", "Ann: many")
    assert stranger.requests == 0


HOURS = [
    ("22:00-07:30 Asia/Shanghai", "2026-01-10T21:59+08:00", False),
    ("22:00-07:30 Asia/Shanghai", "2026-01-10T22:00+08:00", True),
    ("22:00-07:30 Asia/Shanghai", "2026-01-11T07:29+08:00", True),
    ("22:00-07:30 Asia/Shanghai", "2026-01-11T07:30+08:00", False),
    ("12:00-13:00 Europe/Berlin", "2026-07-01T10:30+00:00", True),
    ("12:00-13:00 Europe/Berlin", "2026-12-01T10:30+00:00", False),
    ("12:00-13:00 UTC", "2026-12-01T13:00+00:00", False),
    ("", "2026-12-01T13:00+00:00", False),
]


@pytest.mark.parametrize("hours, time, quiet", HOURS)
def test_hours(hours, time, quiet):
    """Quiet hours are those of the reader's clock, over midnight and in summer, too."""
    assert is_quiet(hours, round(datetime.fromisoformat(time).timestamp() * 1000)) is quiet


async def test_quiet_hours(reached, makers):
    """Within one's quiet hours nothing is pushed, not even what names one."""
    ann, bob = await friends(reached)
    phone = await makers.browser(bob)
    room = await group(ann, bob)
    for hours in ("00:00-12:00 UTC", "12:00-00:00 UTC"):
        answer = await bob.post("/user/settings", quiet=hours)
        assert answer["data"]["quiet"] == hours
        noon = now_ms() // 86_400_000 * 86_400_000 + 43_200_000
        reached.services.pushing._now = lambda noon=noon, hours=hours: noon - 1 if hours[0] == "0" else noon
        await send(ann, room, "@Bob", cmd=11, at=[bob.user_id])
    while reached.services.pushing._posts:
        await asyncio.sleep(0.01)
    assert (await bob.post("/user/settings", quiet=""))["data"]["quiet"] == ""
    await marked(phone, ann, bob)
    for bad in (
        "22:00",
        "22:00-22:00 UTC",
        "24:00-01:00 UTC",
        "22:00-07:00 Nowhere/Town",
        "22:00-07:00 ../x",
    ):
        assert (await bob.post("/user/settings", quiet=bad))["code"] == -400, bad


async def test_nobody_waits(reached, makers):
    """While a gateway answers nobody, messages are acked and others' pushes come."""
    ann, bob = await friends(reached)
    phone = await makers.browser(bob)
    makers.held.clear()
    for number in range(5):
        await send(ann, bob, str(number))
    while not phone.requests:
        await asyncio.sleep(0.01)
    assert phone.requests == 1
    makers.held.set()
    assert [(await phone.pushed()).payload["body"] for _ in range(5)] == ["0", "1", "2", "3", "4"]


async def test_slow_gateways(makers, tmp_path, monkeypatch):
    """However many browsers a silent gateway has, those of another one are told at once."""
    monkeypatch.setattr("actions.gateways.OF_GATEWAY", 3)
    async with gateway() as silent:
        allowed = {"push.allow": [*makers.settings["push.allow"], *silent.settings["push.allow"]]}
        async with running(tmp_path / "data", allowed) as app:
            ann, bob = await friends(app)
            room = await group(ann, bob)
            silent.held.clear()
            slow = [await silent.browser(bob) for _ in range(5)]
            phone = await makers.browser(bob)
            for number in range(5):
                await send(ann, room, str(number), cmd=11)
            assert [(await phone.pushed()).payload["body"] for _ in range(5)] == [
                f"Ann: {n}" for n in range(5)
            ]
            assert sum(browser.requests for browser in slow) <= 3
            silent.held.set()
            assert (await slow[4].pushed()).payload["body"] == "Ann: 0"


async def test_read_elsewhere(makers, tmp_path):
    """What was pushed and is read on another device is closed, where the browser takes a push that shows
    nothing; what was never pushed is not."""
    settings = makers.settings | {"push.silent": ["127.0.0.1"]}
    async with running(tmp_path / "data", settings) as app:
        ann, bob = await friends(app)
        room = await group(ann, bob)
        phone = await makers.browser(bob)
        await bob.post("/conversation/set", kind=11, dstid=room, muted=1)
        await send(ann, room, "never pushed", cmd=11)
        await send(ann, bob, "hello")
        first = await phone.pushed()
        await bob.post("/message/read", kind=11, dstid=room, seq=100)
        await bob.post("/message/read", kind=10, dstid=ann.user_id, seq=1)
        closed = await phone.pushed()
        assert closed.payload == {"read": {"kind": 10, "dstid": ann.user_id, "seq": 1}}
        assert closed.headers["Urgency"] == "low"
        assert closed.headers["Topic"] == first.headers["Topic"]
        await bob.post("/message/read", kind=10, dstid=ann.user_id, seq=1)
        await marked(phone, ann, bob)
