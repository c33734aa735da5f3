"""The log's queue is bounded in bytes, for each user and for all: who is over it waits, and the others do
not."""

import asyncio
import threading
from functools import partial

import pytest

from actions.budget import Budget
from config import Limits
from log.entries import Post
from log.room import Room
from protocol.errors import SlowDown, TryAgain
from protocol.messages import SINGLE, Media, Message
from tests.log.scribe import Scribe, around_commits, friends

#: Bytes of the texts below, in memory a little more.
LONG = "x" * 40_000


class Stopped:
    """A log whose disk stands still until `go`; one user may have 90 KB in its queue and all 130 KB, and so
    much may wait."""

    def __init__(self, database, monkeypatch):
        self.go = threading.Event()

        def around(real):
            assert self.go.wait(60)
            with real():
                yield

        around_commits(database, monkeypatch, around)
        self.budget = Budget(
            Limits(
                queued_bytes_most=90_000,
                queued_bytes_total=130_000,
                waiting_bytes_most=90_000,
                waiting_bytes_total=130_000,
            )
        )
        hold = partial(partial, self.budget.hold)
        self.scribe = Scribe(database, max_batch=1, room=Room(hold("queued_bytes"), hold("waiting_bytes")))
        self.log = self.scribe.log

    def held(self, thing="queued_bytes"):
        return self.budget.stats()[thing]["held"]


def long(user_id, dst_id, cid):
    return Post(Message(user_id, dst_id, SINGLE, Media.TEXT, LONG, cid=cid))


async def test_a_user_has_a_share(database, monkeypatch):
    """While the disk stands still one user fills a share of the queue and no more; another's message is
    taken."""
    ann, bob = await friends(database)
    stopped = Stopped(database, monkeypatch)
    offered = [stopped.log.offer(long(ann, bob, f"a{i}")) for i in range(4)]
    assert offered == [True, True, False, False]
    assert stopped.log.offer(long(bob, ann, "b0"))
    assert not stopped.log.offer(long(bob, ann, "b1"))  # all together have enough now
    stopped.go.set()
    await stopped.log.close()
    assert [m.cid for m in stopped.scribe.delivered] == ["a0", "a1", "b0"]
    assert stopped.held() == 0


async def test_who_waits_comes_in(database, monkeypatch):
    """What finds no room waits, each in its turn, and is stored as soon as there is some; too much of it is
    refused."""
    ann, bob = await friends(database)
    stopped = Stopped(database, monkeypatch)
    waiting = [asyncio.create_task(stopped.log.append(long(ann, bob, f"a{i}"))) for i in range(4)]
    await asyncio.sleep(0)
    assert stopped.log.stats()["log_queued"] + stopped.log.stats()["log_waiting"] == 4
    with pytest.raises(SlowDown):
        await stopped.log.append(long(ann, bob, "too many"))
    stopped.go.set()
    await asyncio.gather(*waiting)
    await stopped.log.close()
    assert [m.cid for m in stopped.scribe.delivered] == ["a0", "a1", "a2", "a3"]
    assert stopped.held() == stopped.held("waiting_bytes") == 0


async def test_who_stops_waiting_leaves(database, monkeypatch):
    """A socket that is closed while its message waits takes no room any more."""
    ann, bob = await friends(database)
    stopped = Stopped(database, monkeypatch)
    tasks = [asyncio.create_task(stopped.log.append(long(ann, bob, f"a{i}"))) for i in range(3)]
    await asyncio.sleep(0)
    tasks[2].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert stopped.held("waiting_bytes") == 0
    stopped.go.set()
    await stopped.log.close()
    assert [m.cid for m in stopped.scribe.delivered] == ["a0", "a1"]


async def test_given_up(database, monkeypatch):
    """When the database does not answer in time, what waits is refused and its room is free; who comes then
    is refused at once, and all goes on by itself."""
    ann, bob = await friends(database)
    stopped = Stopped(database, monkeypatch)
    monkeypatch.setattr(database, "deadline_s", 0.1)
    told = await asyncio.gather(
        *(stopped.scribe.append(m.message) for m in [long(ann, bob, "a"), long(bob, ann, "b")])
    )
    assert [type(refusal) for refusal in told] == [TryAgain, TryAgain]
    assert stopped.held() < 90_000  # the one that is being committed
    trying = asyncio.create_task(stopped.scribe.say(ann, bob, cid="c"))
    await asyncio.sleep(0)
    for _ in range(3):  # one tries, the others are told
        with pytest.raises(TryAgain):
            stopped.log.offer(long(bob, ann, "d"))
    stopped.go.set()
    while not hasattr(await trying, "cid"):
        trying = asyncio.create_task(stopped.scribe.say(ann, bob, cid="c"))
    await stopped.log.close()
    assert stopped.held() == 0
