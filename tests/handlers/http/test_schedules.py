"""Messages that are sent later: at their time, once, and by the rules of that time."""

import asyncio

import pytest

from actions import messages, schedules
from models import schedules as rows_of
from models.tables import Attachment, Schedule
from protocol import schedules as wire
from protocol.clock import now_ms
from tests import samples
from tests.app import PASSWD, PATIENCE, running
from tests.handlers.http.moderated import settings
from tests.handlers.people import friends, group, make_operator, text, waiting

DAY = 86_400_000


@pytest.fixture
def soon(monkeypatch):
    """A message may be sent a moment from now."""
    monkeypatch.setattr(wire, "SOONEST_MS", 0)
    monkeypatch.setattr(schedules, "SOONEST_MS", 0)


async def later(client, dst, content="hi", ms=DAY, cmd=10, **fields) -> dict:
    message = text(dst, content, cmd=cmd, **fields)
    return await client.post_json("/schedule/add", **message, sendat=now_ms() + ms)


async def put_at(client, schedule: int, ms: int = 50) -> dict:
    """Its time is a moment from now."""
    answer = await client.post_json("/schedule/update", id=schedule, sendat=now_ms() + ms)
    assert answer["code"] == 0, answer
    return answer["data"]


async def listed(client, **fields) -> list[dict]:
    answer = await client.post("/schedule/list", **fields)
    assert answer["code"] == 0, answer
    return answer["rows"]


async def history(client, dst, kind=10) -> list[str]:
    dstid = dst if isinstance(dst, int) else dst.user_id
    rows = (await client.post("/message/history", kind=kind, dstid=dstid))["rows"]
    return [row.get("content", "") for row in rows if row["media"] != 90]


async def until(found) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await found():
            await asyncio.sleep(0.02)


async def test_sent_at_its_time(app, soon):
    """It arrives as any message of its author's does, with what it answers and names; all their devices learn
    that it waits and that it is sent, and nobody else does before."""
    ann, bob = await friends(app)
    first = (await bob.post_json("/message/send", **text(ann, "when?")))["data"]
    async with ann.socket() as page, ann.socket() as phone, bob.socket() as friend:
        row = (await later(ann, bob, "now", ref=first["id"], cid="c1"))["data"]
        said = {"kind": 10, "dstid": bob.user_id, "media": 1, "content": "now", "ref": first["id"]}
        assert row.items() >= {**said, "cid": "c1", "state": "waiting"}.items()
        assert await listed(ann) == [row] == await listed(ann, kind=10, dstid=bob.user_id)
        assert await listed(bob) == [] == await listed(ann, kind=10, dstid=ann.user_id)
        assert await waiting(friend) == []
        moved = await put_at(ann, row["id"])
        got = await friend.receive()
        assert got.items() >= {"content": "now", "cid": "c1", "ref": first["id"], "seq": 2}.items()
        assert got["createat"] >= moved["sendat"]
        for device in (page, phone):
            for told in (row, moved):
                event = {"cmd": 32, "what": "schedule", "state": "waiting", "row": told}
                assert await device.receive() == event
            assert (await device.receive())["id"] == got["id"]
            sent = await device.receive()
            assert (sent["cmd"], sent["state"], sent["row"]["id"]) == (32, "sent", row["id"])
        assert await waiting(friend) == []
    assert app.services.stats()["due_sent"] == 1
    assert await listed(ann) == []
    again = await ann.post_json("/message/send", **text(bob, "now", cid="c1", ref=first["id"]))
    assert again["data"]["seq"] == 2


async def test_adding_twice_is_one(app):
    """A call that is made again finds its message; another one under that cid is refused, before it is sent
    and after."""
    ann, bob = await friends(app)
    at = now_ms() + DAY
    message = {**text(bob, "hi", cid="c1"), "sendat": at}
    row = (await ann.post_json("/schedule/add", **message))["data"]
    assert (await ann.post_json("/schedule/add", **message))["data"] == row
    for other in ({"content": "ho"}, {"sendat": at + 1}):
        assert (await ann.post_json("/schedule/add", **{**message, **other}))["code"] == -409
    assert (await ann.post("/schedule/now", id=row["id"]))["data"]["cid"] == "c1"
    assert (await ann.post_json("/schedule/add", **message))["code"] == -409
    assert await history(bob, ann) == ["hi"]


async def test_changing_ones_mind(app, soon):
    """Another text, another time, now, or not at all."""
    ann, bob = await friends(app)
    one, two, three = [(await later(ann, bob, name))["data"]["id"] for name in ("one", "two", "three")]
    changed = (await ann.post_json("/schedule/update", id=one, content="ONE"))["data"]
    assert changed["content"] == "ONE"
    moved = (await ann.post_json("/schedule/update", id=two, sendat=now_ms() + 2 * DAY))["data"]
    assert [row["content"] for row in await listed(ann)] == ["ONE", "two", "three"]
    assert (await listed(ann))[1]["sendat"] == moved["sendat"]
    for bad, code in (
        ({"content": ""}, -400),
        ({"sendat": now_ms() - 5000}, -400),
        ({"sendat": 2**53 - 1}, -400),
    ):
        assert (await ann.post_json("/schedule/update", id=one, **bad))["code"] == code, bad
    async with ann.socket() as page:
        assert (await ann.post("/schedule/remove", id=three))["code"] == 0
        assert (await page.receive())["state"] == "removed"
    assert (await ann.post("/schedule/remove", id=three))["code"] == -404
    assert (await ann.post("/schedule/now", id=one))["data"]["seq"] == 1
    assert (await ann.post("/schedule/now", id=one))["code"] == -404
    await put_at(ann, two)
    await until(lambda: history_is(bob, ann, ["ONE", "two"]))
    assert await listed(ann) == []


async def history_is(client, dst, wanted) -> bool:
    return await history(client, dst) == wanted


async def test_times_and_numbers(app, monkeypatch):
    """From ten seconds to a year ahead; a hundred at most, however many are added at once; and what can't be
    sent can't be sent later."""
    ann, bob = await friends(app)
    for ms in (-1, 5_000, 400 * DAY):
        assert (await later(ann, bob, ms=ms))["code"] == -400
    for bad in ({"media": 90}, {"media": 12}, {"media": 4}, {"content": ""}, {"sendat": None}, {"cmd": 12}):
        fields = {**text(bob, "x"), "sendat": now_ms() + DAY, **bad}
        assert (await ann.post_json("/schedule/add", **fields))["code"] < 0, bad
    assert (await ann.post("/schedule/list", kind=10))["code"] == -400
    monkeypatch.setattr("models.schedules.MAX_SCHEDULES", 3)
    answers = await asyncio.gather(*(later(ann, bob, str(number)) for number in range(6)))
    assert sorted(answer["code"] for answer in answers) == [-1, -1, -1, 0, 0, 0]


async def test_the_rules_of_that_time(app, soon, tmp_path):
    """Who is no friend or member any more by then, or muted, is told so on all devices; the message stays in
    the list with the reason, until it is given another time or taken away."""
    ann, bob = await friends(app)
    room = await group(bob, ann)
    async with ann.socket() as page:
        single = (await later(ann, bob, "to a friend"))["data"]
        there = (await later(ann, room, "to a group", cmd=11))["data"]
        await bob.post("/contact/remove", dstid=ann.user_id)
        await bob.post("/community/remove", dstid=room, ids=f"[{ann.user_id}]")
        for row in (single, there):
            await put_at(ann, row["id"])
        found = {}
        while len(found) < 2:
            event = await page.receive(32)
            if event["state"] == "refused":
                found[event["row"]["content"]] = event["row"]
    assert {name: row["code"] for name, row in found.items()} == {"to a friend": -403, "to a group": -403}
    assert found["to a friend"]["msg"] == "你们还不是好友"
    rows = (await ann.post("/schedule/list", headers={"Accept-Language": "en"}))["rows"]
    assert {row["state"] for row in rows} == {"refused"}
    assert (app.services.stats()["due_refused"], app.services.stats()["due_sent"]) == (2, 0)
    refused = found["to a friend"]["id"]
    assert (await ann.post("/schedule/now", id=refused))["code"] == -403
    assert (await ann.post_json("/schedule/update", id=refused, content="again"))["code"] == -400
    await bob.post("/contact/addfriend", dstid=ann.user_id)
    again = await ann.post_json("/schedule/update", id=refused, content="again", sendat=now_ms() + 100)
    assert again["data"]["state"] == "waiting" and "msg" not in again["data"]
    await until(lambda: history_is(bob, ann, ["again"]))
    assert [row["content"] for row in await listed(ann)] == ["to a group"]


async def test_operators_are_heeded(app, soon):
    """Who is muted by an operator by then, or can't log in any more, says nothing by it either."""
    ann, bob = await friends(app)
    op = await app.client().register("Op")
    await make_operator(app, op)
    first, second = [(await later(ann, bob, name))["data"]["id"] for name in ("muted", "gone")]
    await op.post("/ops/mute", id=ann.user_id, until=now_ms() + DAY)
    await app.services.db.write(Schedule.update(due=1).where(Schedule.id == first).execute)
    await schedules.send_due(app.services)
    rows = {row["id"]: row for row in await listed(ann)}
    assert (rows[first]["state"], rows[first]["code"], rows[second]["state"]) == ("refused", -1, "waiting")
    await op.post("/ops/mute", id=ann.user_id, until=0)
    await op.post("/ops/deactivate", id=ann.user_id, on=1)
    await app.services.db.write(Schedule.update(due=1).where(Schedule.id == second).execute)
    await schedules.send_due(app.services)
    await op.post("/ops/deactivate", id=ann.user_id, on=0)
    await ann.login(ann.mobile)
    assert [row["state"] for row in await listed(ann)] == ["refused", "refused"]
    assert await history(bob, ann) == []


async def test_its_picture_is_kept(app, soon):
    """The file of a message that waits is kept as long as it waits, and then as the message's."""
    ann, bob = await friends(app)
    urls = [(await ann.upload(samples.picture()))["data"] for _ in range(2)]
    rows = [(await later(ann, bob, "", media=4, url=url))["data"] for url in urls]

    def uses():
        return [tuple(row) for row in Attachment.select(Attachment.uses, Attachment.state).tuples()]

    assert await app.services.db.read(uses) == [(1, 1), (1, 1)]
    assert (await ann.post("/schedule/now", id=rows[0]["id"]))["code"] == 0
    assert await app.services.db.read(uses) == [(1, 1), (1, 1)]
    await ann.post("/schedule/remove", id=rows[1]["id"])
    assert await app.services.db.read(uses) == [(1, 1), (0, 0)]


async def test_what_was_late_is_sent_at_the_start(tmp_path):
    """A message whose time passed while the server was down is sent when it is there again."""
    async with running(tmp_path / "data") as app:
        ann, bob = await friends(app)
        row = (await later(ann, bob, "late"))["data"]
        due = now_ms() - 3_600_000
        await app.services.db.write(
            Schedule.update(due=due, sendat=due).where(Schedule.id == row["id"]).execute
        )
    async with running(tmp_path / "data") as app:
        again = app.client()
        again.user_id, again.token, again.cookies = bob.user_id, bob.token, bob.cookies
        await until(lambda: history_is(again, ann, ["late"]))


async def test_gone_with_the_account(app, soon):
    """Nothing is sent for who has deleted their account."""
    ann, bob = await friends(app)
    await later(bob, ann, "never")
    assert (await bob.post("/user/delete", passwd=PASSWD))["code"] == 0
    assert await app.services.db.read(Schedule.select().count) == 0


async def test_one_that_is_claimed(app):
    """What a process that was killed had begun is begun again by another one when it has had its time, and is
    stored once; nobody changes it meanwhile."""
    ann, bob = await friends(app)
    row = (await later(ann, bob, "once"))["data"]
    await app.services.db.write(Schedule.update(due=1).where(Schedule.id == row["id"]).execute)
    claimed = await app.services.db.write(rows_of.claim, row["id"], now_ms())
    assert [one["state"] for one in await listed(ann)] == ["sending"]
    for path in ("remove", "now"):
        assert (await ann.post(f"/schedule/{path}", id=row["id"]))["code"] == -409
    assert (await ann.post_json("/schedule/update", id=row["id"], content="twice"))["code"] == -409
    await messages.send(app.services, claimed.message)
    await app.services.db.write(Schedule.update(due=1).where(Schedule.id == row["id"]).execute)
    await bob.post("/contact/remove", dstid=ann.user_id)  # it was sent, whatever may be said now
    await schedules.send_due(app.services)
    assert await listed(ann) == [] and await history(ann, bob) == ["once"]
    assert not await app.services.db.write(rows_of.done, claimed)


async def test_too_fast(tmp_path):
    """Who has said too much lately has their scheduled messages a little later, and none is lost."""
    limits = {"limits.enabled": True, "limits.message_rate": 20, "limits.message_burst": 5}
    async with running(tmp_path / "data", limits) as app:
        ann, bob = await friends(app)
        for number in range(5):
            while (await later(ann, bob, str(number)))["code"] == -429:
                await asyncio.sleep(0.05)
        await app.services.db.write(Schedule.update(due=1).execute)
        while await listed(ann):
            await schedules.send_due(app.services)
            await asyncio.sleep(0.05)
        assert sorted(await history(bob, ann)) == [*"01234"]


async def test_words_are_looked_for_then(tmp_path):
    """A word that is blocked refuses it when it goes; one that has to be reviewed holds it as any message,
    for its author to see, and it is in this list no longer."""
    async with running(tmp_path / "data", settings(tmp_path)) as app:
        ann, bob = await friends(app)
        held, blocked = [(await later(ann, bob, word))["data"]["id"] for word in ("held", "blocked")]
        assert (await ann.post("/schedule/now", id=blocked))["code"] == -1
        assert [row["state"] for row in await listed(ann)] == ["waiting", "refused"]
        answer = await ann.post("/schedule/now", id=held)
        assert (answer["code"], answer["data"]["state"]) == (-1, "waiting")
        assert [row["content"] for row in (await ann.post("/message/waiting"))["rows"]] == ["held"]
        assert [row["id"] for row in await listed(ann)] == [blocked]
        assert await history(bob, ann) == []
