"""The list of words and the queue over two processes."""

import asyncio

import pytest

from database.door import Database
from models.tables import User
from tests.app import PATIENCE
from tests.cluster.cluster import cluster
from tests.handlers.people import waiting


@pytest.fixture
def two(way, io_loop, tmp_path):
    """Two processes with one list."""
    database, broker_url = way
    (tmp_path / "words.txt").write_text("held, review\n")
    name = database.create()
    env = {"MAGPIE_DATABASE_DEADLINE_S": "2", "MAGPIE_MODERATION_WORDS": str(tmp_path / "words.txt")}
    made = cluster(tmp_path / "data", database.url(name), broker_url, **env)
    yield io_loop.run_sync(made.__aenter__)
    io_loop.run_sync(lambda: made.__aexit__(None, None, None))
    database.drop(name)


def text(dst, content, **fields) -> dict:
    return {"cmd": 10, "dstid": dst.user_id, "media": 1, "content": content, **fields}


async def operator(two, number: int):
    client = await two.client(number).register("Op")
    database = Database(two.env["MAGPIE_DATABASE_URL"], workers=1)
    await database.write(User.update(op=1).where(User.id == client.user_id).execute)
    await database.close()
    return client


async def test_waiting_and_passed_at_the_other_process(two):
    """The author's devices at both see it wait, and come, in the order of all that is said; two operators who
    decide at two processes pass it once."""
    ann, bob = await two.client(0).register("Ann"), await two.client(1).register("Bob")
    await ann.post("/contact/addfriend", dstid=bob.user_id)
    op = await operator(two, 1)
    async with ann.socket() as near, two.at(1, ann).socket() as far, bob.socket() as bobs:
        await near.send(text(bob, "held", cid="c"))
        review = (await near.receive())["data"]["review"]
        told = await far.receive()
        assert (told["cmd"], told["state"], told["message"]["content"]) == (28, "waiting", "held")
        answers = await asyncio.gather(
            *(two.at(n % 2, op).post_json("/ops/review/answer", id=review, **{"pass": 1}) for n in range(6))
        )
        assert sorted(answer["code"] for answer in answers) == [-409] * 5 + [0]
        for socket in (near, far):
            message, passed = await socket.receive(), await socket.receive()
            assert (message["cid"], message["seq"], passed["state"]) == ("c", 1, "passed")
        assert (await bobs.receive())["content"] == "held"
        await ann.post_json("/message/send", **text(bob, "held again"))
        [row] = (await two.at(1, ann).post("/message/waiting"))["rows"]
        assert (await two.at(1, op).post_json("/ops/review/answer", id=row["id"], **{"pass": 0}))["code"] == 0
        assert [(await socket.receive())["state"] for socket in (near, near)] == ["waiting", "refused"]
        assert await waiting(bobs) == []


async def test_a_new_list_reaches_both(two, tmp_path):
    """Each looks at the file itself, and nothing is restarted."""
    ann = await two.client(0).register("Ann")
    (tmp_path / "words.txt").write_text("novel, mask\n")
    async with asyncio.timeout(PATIENCE):
        for number in (0, 1):
            at = two.at(number, ann)
            while True:
                data = (await at.post_json("/message/send", **text(ann, "a novel word")))["data"]
                got = await at.post("/message/get", kind=10, dstid=ann.user_id, ids=f"[{data['id']}]")
                if got["rows"][0]["content"] == "a ***** word":
                    break
                await asyncio.sleep(0.2)
    assert "1 from" in two.logged()
