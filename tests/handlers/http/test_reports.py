"""Reports: a copy of what was reported, taken once, looked at with a note of it, answered once."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from models.tables import Attachment
from protocol.media import keys_in
from tests import samples
from tests.handlers.http.moderated import noted, operator
from tests.handlers.people import friends, group, open_all, text, waiting


async def say(client, dst, content="hi", **fields) -> dict:
    answer = await client.post_json("/message/send", **text(dst, content, **fields))
    assert answer["code"] == 0, answer
    return answer["data"]


def message(place_of, sent: dict, kind: int = 10) -> dict:
    """The fields of a report of this message of theirs."""
    dstid = place_of if isinstance(place_of, int) else place_of.user_id
    return {"what": "message", "id": sent["id"], "kind": kind, "dstid": dstid, "reason": "spam"}


async def report(client, fields: dict, code: int = 0) -> None:
    answer = await client.post_json("/report/add", **fields)
    assert answer["code"] == code, answer


async def listed(op, **fields) -> list[dict]:
    answer = await op.post_json("/ops/reports", **fields)
    assert answer["code"] == 0, answer
    return answer["rows"]


async def test_a_message_with_all_its_texts(app):
    """As it was when it was reported, whatever becomes of it."""
    ann, bob = await friends(app)
    op = await operator(app)
    one = await say(ann, bob, "first")
    change = {"kind": 10, "dstid": bob.user_id, "id": one["id"]}
    await ann.post_json("/message/change", cmd=15, content="second", **change)
    await report(bob, message(ann, one))
    await ann.post_json("/message/change", cmd=14, **change)
    [row] = await listed(op, state="open")
    assert (row["userid"], row["nickname"], row["what"], row["target"]) == (
        bob.user_id,
        "Bob",
        "message",
        one["id"],
    )
    assert (row["kind"], row["dstid"], row["reason"], row["state"]) == (10, ann.user_id, "spam", "open")
    assert row["copy"]["message"]["content"] == "second" and row["copy"]["author"] == "Ann"
    assert [edit["content"] for edit in row["copy"]["edits"]] == ["first", "second"]
    assert await noted(app) == [f"report.look {row['id']}"]


async def test_people_and_groups(app):
    """Need not be in common with the reporter; what the row holds is what anybody sees."""
    ann, bob = await friends(app)
    eve, op = await app.client().register("Eve"), await operator(app)
    room = await group(ann)
    await report(eve, {"what": "user", "id": ann.user_id, "reason": "rude"})
    await report(eve, {"what": "community", "id": room, "reason": "rude"})
    rows = await listed(op)
    assert [row["what"] for row in rows] == ["community", "user"]
    assert rows[0]["copy"]["community"]["name"] == "Birds" and rows[0]["copy"]["author"] == "Ann"
    assert rows[1]["copy"]["user"]["nickname"] == "Ann" and rows[1]["copy"]["user"]["mobile"] == ""
    assert await noted(app) == [], "nothing private was looked at"
    for state, code in (("remove", -1), ("keep", 0)):
        answer = await op.post("/ops/report/answer", id=rows[0]["id"], what=state)
        assert answer["code"] == code


async def test_what_can_be_reported(app):
    """What the reporter can read and is not their own."""
    ann, bob = await friends(app)
    eve = await app.client().register("Eve")
    room = await group(ann, bob)
    one, two = await say(ann, bob), await say(ann, room, cmd=11)
    await report(eve, message(ann, one), -403)
    await report(eve, message(room, two, 11), -403)
    await report(bob, message(room, one, 11), -404)
    await report(bob, message(ann, {"id": 5}), -404)
    await report(ann, message(bob, one), -1)
    await report(ann, {"what": "user", "id": ann.user_id, "reason": "x"}, -1)
    await report(ann, {"what": "user", "id": 10**9, "reason": "x"}, -404)
    await report(ann, {"what": "community", "id": 10**9, "reason": "x"}, -404)
    for fields in (
        {"what": "planet"},
        {"reason": " "},
        {"reason": "x" * 501},
        {"kind": None},
        {"dstid": None},
    ):
        await report(bob, {**message(ann, one), **fields}, -400)
    await ann.post_json("/message/change", cmd=14, kind=10, dstid=bob.user_id, id=one["id"])
    await report(bob, message(ann, one), -404)


async def test_so_many_are_open(app, monkeypatch):
    """Nobody fills the disk with copies: so many of one reporter's are open, and then no more."""
    monkeypatch.setattr("models.reports.MAX_OPEN_REPORTS", 2)
    ann, bob = await friends(app)
    op = await operator(app)
    ones = [await say(ann, bob, f"no. {number}") for number in range(3)]
    for one, code in zip(ones, (0, 0, -1)):
        await report(bob, message(ann, one), code)
    await report(bob, message(ann, ones[0]))  # the same is the same
    await op.post("/ops/report/answer", id=1, what="dismiss")
    await report(bob, message(ann, ones[2]))


async def test_a_message_that_was_edited_without_end(app, monkeypatch):
    """The copy has its last texts."""
    monkeypatch.setattr("models.reports._MOST_EDITS_BYTES", 9)
    ann, bob = await friends(app)
    op = await operator(app)
    one = await say(ann, bob, "text 0")
    for number in range(1, 5):
        change = {"cmd": 15, "kind": 10, "dstid": bob.user_id, "id": one["id"]}
        await ann.post_json("/message/change", **change, content=f"{number:04}")
    await report(bob, message(ann, one))
    [row] = await listed(op)
    assert [edit["content"] for edit in row["copy"]["edits"]] == ["0003", "0004"]


async def test_the_same_report_twice(app):
    """Is one while it is open; many at once, too."""
    ann, bob = await friends(app)
    cy, op = await app.client().register("Cy"), await operator(app)
    room = await group(ann, bob, cy)
    one = await say(ann, room, cmd=11)
    for _ in range(2):
        await asyncio.gather(*(report(client, message(room, one, 11)) for client in (bob, bob, bob, cy)))
    rows = await listed(op)
    assert {row["userid"] for row in rows} == {bob.user_id, cy.user_id} and len(rows) == 2
    assert [row["reporters"] for row in rows] == [2, 2]
    assert (await op.post("/ops/report/answer", id=rows[0]["id"], what="dismiss"))["code"] == 0
    assert [row["id"] for row in await listed(op, state="open")] == [rows[1]["id"]]
    assert (await op.post("/ops/report/answer", id=rows[1]["id"], what="keep", note="fine"))["code"] == 0
    assert await listed(op, state="open") == []
    [kept] = await listed(op, state="kept")
    assert (kept["note"], kept["op"]) == ("fine", op.user_id) and kept["answeredat"] > 0
    await report(bob, message(room, one, 11))
    [again] = await listed(op, state="open")
    assert again["id"] > rows[0]["id"]
    assert await noted(app, "report.k") == [f"report.kept {kept['id']}"]


@pytest.mark.parametrize("kind", [10, 11])
async def test_removing_recalls_for_all(app, kind):
    """Its author hears it as everybody does, the reporters hear that it was done, and the files go; the
    operator is no member."""
    ann, bob = await friends(app)
    cy, op = await app.client().register("Cy"), await operator(app)
    room = await group(ann, bob, cy)
    upload = (await ann.upload(samples.picture()))["data"]
    place = room if kind == 11 else bob
    one = await say(ann, place, cmd=kind, media=4, url=upload, content="")
    reporters = (bob, cy) if kind == 11 else (bob,)
    for client in reporters:
        await report(client, message(room if kind == 11 else ann, one, kind))
    assert await _uses(app, upload) == 1 + len(reporters)
    async with AsyncExitStack() as stack:
        anns, bobs = await open_all(stack, ann.socket(), bob.socket())
        [row, *_] = await listed(op)
        assert row["copy"]["message"]["url"] == upload
        assert (await op.post("/ops/report/answer", id=row["id"], what="remove", note="rude"))["code"] == 0
        for socket in (anns, bobs):
            event = await socket.receive()
            assert (event["cmd"], event["id"], event["by"]) == (14, one["id"], op.user_id)
            assert (event["userid"], event["kind"]) == (ann.user_id, kind)
            assert event["dstid"] == (room if kind == 11 else bob.user_id)
        told = await bobs.receive()
        assert (told["cmd"], told["what"], told["state"]) == (28, "report", "removed")
        assert await waiting(anns) == []
    rows = (await bob.post("/message/history", kind=kind, dstid=room if kind == 11 else ann.user_id))["rows"]
    assert (rows[-1]["recalled"], rows[-1]["by"]) == (1, op.user_id) and "url" not in rows[-1]
    assert await listed(op, state="open") == []
    assert await _uses(app, upload) == 0
    assert (await op.post("/ops/report/answer", id=row["id"], what="remove"))["code"] == -409
    assert len(await noted(app, "report.removed")) == len(reporters)


async def _uses(app, url: str) -> int:
    [key] = keys_in(url)
    return (await app.services.db.read(lambda: Attachment.get(Attachment.key == key))).uses


async def test_removing_what_its_author_took_back(app):
    """The report is answered all the same."""
    ann, bob = await friends(app)
    op = await operator(app)
    one = await say(ann, bob)
    await report(bob, message(ann, one))
    await ann.post_json("/message/change", cmd=14, kind=10, dstid=bob.user_id, id=one["id"])
    [row] = await listed(op)
    assert (await op.post("/ops/report/answer", id=row["id"], what="remove"))["code"] == 0
    [message_row] = (await bob.post("/message/history", kind=10, dstid=ann.user_id))["rows"]
    assert "by" not in message_row
    assert [row["state"] for row in await listed(op)] == ["removed"]


async def test_many_answers_at_once(app):
    """One decides."""
    ann, bob = await friends(app)
    ops = [await operator(app) for _ in range(2)]
    await report(bob, message(ann, await say(ann, bob)))
    [row] = await listed(ops[0])
    answers = await asyncio.gather(
        *(
            op.post("/ops/report/answer", id=row["id"], what=what)
            for op in ops
            for what in ("keep", "remove", "dismiss")
        )
    )
    assert sorted(answer["code"] for answer in answers) == [-409] * 5 + [0]
    assert len([what for what in await noted(app, "report.") if "look" not in what]) == 1


async def test_pages_of_reports(app):
    """The newest first, below `before`; how many are open is told."""
    ann, bob = await friends(app)
    op = await operator(app)
    for n in range(3):
        await report(bob, message(ann, await say(ann, bob, f"{n}")))
    first = await op.post("/ops/reports", limit=2)
    assert [row["copy"]["message"]["content"] for row in first["rows"]] == ["2", "1"]
    assert first["data"] == {"open": 3, "more": 1}
    rest = await op.post("/ops/reports", before=first["rows"][-1]["id"])
    assert [row["copy"]["message"]["content"] for row in rest["rows"]] == ["0"] and rest["data"]["more"] == 0


@pytest.mark.parametrize(
    "route", ["/ops/reports", "/ops/report/answer", "/ops/review", "/ops/review/answer", "/ops/words"]
)
async def test_operators_only(app, route):
    """Nobody else learns even whether there is something."""
    await app.client().register("First, who is one")
    ann = await app.client().register("Ann")
    assert (await ann.post(route, id=1, what="keep", **{"pass": 1}))["code"] == -403


async def test_the_words_in_force(app):
    """Without a list there are none."""
    op = await operator(app)
    data = (await op.post("/ops/words"))["data"]
    assert (data["path"], data["block"], data["faults"], data["broken"]) == ("", 0, [], "")
