"""Messages that wait: for their author on all devices, for operators, and what becomes of them."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from models.tables import Attachment, Review
from protocol.media import keys_in
from tests import samples
from tests.app import running
from tests.handlers.http.moderated import noted, operator, settings
from tests.handlers.people import friends, group, open_all, text, waiting


@pytest.fixture
def app(io_loop, tmp_path):
    """A server with a list of words."""
    manager = running(tmp_path / "data", settings(tmp_path))
    yield io_loop.run_sync(manager.__aenter__)
    io_loop.run_sync(lambda: manager.__aexit__(None, None, None))


async def hold(author, dst, content="held", **fields) -> int:
    """The id of the review for which a message waits."""
    answer = await author.post_json("/message/send", **text(dst, content, **fields))
    assert (answer["code"], answer["data"]["state"]) == (-1, "waiting"), answer
    return answer["data"]["review"]


async def history(client, kind, dstid) -> list[str]:
    rows = (await client.post("/message/history", kind=kind, dstid=dstid))["rows"]
    return [row["content"] for row in rows if row["media"] != 90]


async def test_from_waiting_to_delivered(app):
    """The author's devices see it wait, nobody else does; passed, it is a message of its author's under its
    cid, with a number and the time of that."""
    ann, bob = await friends(app)
    op = await operator(app)
    async with AsyncExitStack() as stack:
        here, there, classic, bobs = await open_all(
            stack, ann.socket(), ann.socket(), ann.socket(v=None), bob.socket()
        )
        await here.send(text(bob, "held one", "c1"))
        answer = await here.receive()
        review = answer["data"]["review"]
        assert answer["cmd"] == 2 and answer["code"] == -1 and answer["cid"] == "c1"
        assert answer["data"] == {"review": review, "state": "waiting"} and "审核" in answer["msg"]
        told = await there.receive()
        assert (told["cmd"], told["what"], told["state"], told["cid"]) == (28, "review", "waiting", "c1")
        assert told["message"]["content"] == "held one" and told["dstid"] == bob.user_id
        await here.send(text(bob, "held one", "c1"))
        assert (await here.receive())["data"] == answer["data"]
        assert await waiting(there) == await waiting(bobs) == []
        await ann.post_json("/message/send", **text(bob, "later"))
        for socket in (here, there, classic, bobs):
            assert (await socket.receive())["content"] == "later"
        [mine] = (await ann.post("/message/waiting"))["rows"]
        assert (mine["id"], mine["content"], mine["state"]) == (review, "held one", "waiting")
        assert "word" not in mine and (await bob.post("/message/waiting"))["rows"] == []

        listed = await op.post("/ops/review")
        [row] = listed["rows"]
        assert (row["word"], row["nickname"], row["name"]) == ("held", "Ann", "Bob")
        assert listed["data"] == {"waiting": 1, "more": 0}
        done = await op.post_json("/ops/review/answer", id=review, **{"pass": 1})
        assert done["data"] == {"state": "passed"}
        for socket in (here, there, bobs, classic):
            message = await socket.receive()
            assert (message["content"], message["cid"], message["seq"]) == ("held one", "c1", 2)
            assert message["userid"] == ann.user_id
        for socket in (here, there):
            passed = await socket.receive()
            assert (passed["cmd"], passed["state"], passed["review"]) == (28, "passed", review)
        assert await waiting(bobs) == []
        await here.send(text(bob, "held one", "c1"))
        ack = await here.receive()
        assert (ack["cmd"], ack["seq"]) == (1, 2)
    assert (await ann.post("/message/waiting"))["rows"] == []
    assert await history(bob, 10, ann.user_id) == ["later", "held one"]
    assert await noted(app) == [f"review.look {review}", f"review.passed {review}"]


async def test_refused(app):
    """It stays with its author; its cid can't bring it back, but may name something else."""
    ann, bob = await friends(app)
    op = await operator(app)
    review = await hold(ann, bob, cid="c")
    async with AsyncExitStack() as stack:
        anns, bobs = await open_all(stack, ann.socket(), bob.socket())
        assert (await op.post_json("/ops/review/answer", id=review, **{"pass": 0}))["code"] == 0
        told = await anns.receive()
        assert (told["cmd"], told["state"], told["cid"]) == (28, "refused", "c")
        assert await waiting(bobs) == []
    again = await ann.post_json("/message/send", **text(bob, "held", "c"))
    assert (again["code"], again["data"]["state"]) == (-1, "refused")
    assert [row["state"] for row in (await ann.post("/message/waiting"))["rows"]] == ["refused"]
    for passes in (0, 1):
        assert (await op.post_json("/ops/review/answer", id=review, **{"pass": passes}))["code"] == -409
    async with ann.socket() as socket:
        assert (await ann.post("/message/withdraw", review=review))["code"] == 0
        assert (await socket.receive())["state"] == "withdrawn"
    assert (await ann.post("/message/waiting"))["rows"] == []
    assert (await ann.post_json("/message/send", **text(bob, "held", "c")))["data"]["state"] == "refused"
    assert (await ann.post_json("/message/send", **text(bob, "fine", "c")))["code"] == 0
    assert await history(bob, 10, ann.user_id) == ["fine"]


async def test_one_cid_waits_for_one_message(app):
    """Also when the first one has none of its words any more."""
    ann, bob = await friends(app)
    op = await operator(app)
    one = await hold(ann, bob, "held 1", cid="c")
    assert await hold(ann, bob, "held 1", cid="c") == one
    assert (await ann.post_json("/message/send", **text(bob, "held 2", "c")))["code"] == -409
    assert len({await hold(ann, bob, "held 3") for _ in range(2)}) == 2
    for row in (await op.post("/ops/review"))["rows"]:
        assert (await op.post_json("/ops/review/answer", id=row["id"], **{"pass": 1}))["code"] == 0
    assert await history(bob, 10, ann.user_id) == ["held 1", "held 3", "held 3"]


async def test_withdrawn(app):
    """The author takes back what waits, and nothing else."""
    ann, bob = await friends(app)
    op = await operator(app)
    review = await hold(ann, bob, cid="c")
    async with ann.socket() as socket:
        assert (await bob.post("/message/withdraw", review=review))["code"] == -404
        assert (await ann.post("/message/withdraw", review=review))["code"] == 0
        assert (await socket.receive())["state"] == "withdrawn"
    assert (await ann.post("/message/withdraw", review=review))["code"] == -404
    assert (await op.post_json("/ops/review/answer", id=review, **{"pass": 1}))["code"] == -404
    assert (await ann.post("/message/waiting"))["rows"] == []
    other = await hold(ann, bob, cid="c")
    assert (await op.post_json("/ops/review/answer", id=other, **{"pass": 1}))["code"] == 0
    assert (await ann.post("/message/withdraw", review=other))["code"] == -409


async def test_who_may_not_write_any_more_is_refused_then(app):
    """Whatever the operator says."""
    ann, bob = await friends(app)
    op = await operator(app)
    room = await group(ann, bob)
    review = await hold(bob, room, cmd=11)
    await app.services.db.write(_leave, bob.user_id, room)
    async with bob.socket() as socket:
        done = await op.post_json("/ops/review/answer", id=review, **{"pass": 1})
        assert done["data"] == {"state": "refused"}
        assert (await socket.receive())["state"] == "refused"
    assert await history(ann, 11, room) == []
    assert await noted(app) == [f"review.refused {review}"]


def _leave(user_id: int, room: int) -> None:
    from models.tables import Conversation, Member

    conversation = Conversation.get(Conversation.key == f"g{room}")
    Member.delete().where(Member.user_id == user_id, Member.conversation_id == conversation.id).execute()


async def test_pictures_wait_with_it(app):
    """What a waiting message shows is kept; refused, it is given up."""
    ann, bob = await friends(app)
    op = await operator(app)
    states = []
    for passes in (1, 0):
        upload = (await ann.upload(samples.picture()))["data"]
        fields = {"media": 4, "url": upload, "memo": "held", "content": ""}
        review = await hold(ann, bob, **fields)
        states.append(await _state(app, upload))
        await op.post_json("/ops/review/answer", id=review, **{"pass": passes})
        states.append(await _state(app, upload))
    assert states == [(1, 1), (1, 1), (1, 1), (0, 0)]
    [row] = (await bob.post("/message/history", kind=10, dstid=ann.user_id))["rows"]
    await ann.post_json("/message/change", cmd=14, kind=10, dstid=bob.user_id, id=row["id"])
    assert await _state(app, row["url"]) == (0, 0)


async def _state(app, url: str) -> tuple[int, int]:
    [key] = keys_in(url)
    row = await app.services.db.read(lambda: Attachment.get(Attachment.key == key))
    return row.state, row.uses


async def test_many_operators_at_once(app):
    """It is passed once, and to nobody twice."""
    ann, bob = await friends(app)
    ops = [await operator(app) for _ in range(3)]
    review = await hold(ann, bob)
    answers = await asyncio.gather(
        *(op.post_json("/ops/review/answer", id=review, **{"pass": n % 2}) for n in range(4) for op in ops)
    )
    assert sorted({answer["code"] for answer in answers}) == [-409, 0]
    assert sum(answer["code"] == 0 for answer in answers) == 1
    [state] = [answer["data"]["state"] for answer in answers if answer["code"] == 0]
    assert await history(bob, 10, ann.user_id) == (["held"] if state == "passed" else [])
    assert await noted(app) == [f"review.{state} {review}"]


async def test_nobody_fills_the_queue(app, monkeypatch):
    """So many of one author wait at once."""
    monkeypatch.setattr("models.reviews.MAX_WAITING", 2)
    ann, bob = await friends(app)
    await hold(ann, bob), await hold(ann, bob)
    answer = await ann.post_json("/message/send", **text(bob, "held"))
    assert answer["code"] == -1 and "data" not in answer
    assert (await bob.post_json("/message/send", **text(ann, "held")))["data"]["state"] == "waiting"


async def test_long_queues_come_in_parts(app, monkeypatch):
    """By rows and by bytes, in the order in which they came."""
    ann, bob = await friends(app)
    op = await operator(app)
    ids = [await hold(ann, bob, f"held {n} " + "x" * 200) for n in range(5)]
    first = await op.post("/ops/review", limit=2)
    assert ([row["id"] for row in first["rows"]], first["data"]["more"]) == (ids[:2], 1)
    monkeypatch.setattr("models.fitting.MAX_ANSWER_BYTES", 700)
    rest = await op.post("/ops/review", after=ids[1])
    assert ([row["id"] for row in rest["rows"]], rest["data"]["more"]) == (ids[2:4], 1)
    last = await op.post("/ops/review", after=ids[3])
    assert ([row["id"] for row in last["rows"]], last["data"]["more"]) == (ids[4:], 0)


async def test_what_was_decided_is_forgotten_after_a_month(app):
    """What waits is not, however long."""
    from actions import reviews

    ann, bob = await friends(app)
    op = await operator(app)
    ids = [await hold(ann, bob) for _ in range(3)]
    await op.post_json("/ops/review/answer", id=ids[0], **{"pass": 1})
    await op.post_json("/ops/review/answer", id=ids[1], **{"pass": 0})
    assert await reviews.forget(app.services) == 0
    await app.services.db.write(lambda: Review.update(settledat=1, createat=1).execute())
    assert await reviews.forget(app.services) == 2
    assert [row["id"] for row in (await ann.post("/message/waiting"))["rows"]] == ids[2:]
