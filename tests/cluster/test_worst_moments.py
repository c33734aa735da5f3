"""A process comes to grief in the middle of a message: the message is there or not, and the others go on."""

import sys
from pathlib import Path

import pytest

from tests.cluster.cluster import Special, cluster
from tests.cluster.people import acked, friends_at
from tests.handlers.people import text

DOOMED = Special((sys.executable, str(Path(__file__).with_name("doomed_server.py"))))


@pytest.fixture
def two(way, io_loop, tmp_path):
    """Two processes; the first is doomed."""
    database, broker_url = way
    name = database.create()
    env = {"MAGPIE_DATABASE_DEADLINE_S": "2"}
    made = cluster(tmp_path / "data", database.url(name), broker_url, specials={0: DOOMED}, **env)
    yield io_loop.run_sync(made.__aenter__)
    io_loop.run_sync(lambda: made.__aexit__(None, None, None))
    database.drop(name)


async def test_killed_before_anybody_is_told(two):
    """A message that is stored when its process dies reaches the other's friend all the same, though nobody
    says anything after it, and its author who sends it again gets its ack."""
    ann, bob = await friends_at(two)
    async with bob.socket() as b, ann.socket() as a:
        await a.send(text(bob, "first", "1"))
        assert (await b.receive(10))["content"] == "first"
        await a.send(text(bob, "fall silent", "2"))
        await a.closed()
        told = await b.receive(10)
        assert (told["content"], told["seq"]) == ("fall silent", 2)
        async with two.at(1, ann).socket() as again:
            await again.send(text(bob, "fall silent", "2"))
            assert (await again.receive(1))["id"] == told["id"]
            await again.send(text(bob, "last", "3"))
            assert [frame["seq"] for frame in [await b.receive(10)]] == [3]


async def test_standing_still_with_everything_locked(two):
    """A process that stops in the middle of a commit, as when its machine loses power, keeps others from
    writing only for a moment; when it goes on, its message can be sent again."""
    ann, bob = await friends_at(two)
    async with ann.socket() as a, bob.socket() as b:
        await a.send(text(bob, "stand still", "a1"))
        await two.stopped(0)
        assert (await acked(b, text(ann, "and you?", "b1")))["seq"] == 1
        two.go_on(0)
        async with two.at(1, ann).socket() as again:
            assert (await acked(again, text(bob, "stand still", "a1")))["seq"] == 2
            assert (await b.receive(10))["content"] == "stand still"
