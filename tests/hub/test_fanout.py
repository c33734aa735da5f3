"""Fan-out to groups: every listener gets every frame once and in order, in slices that let others through."""

import asyncio
import itertools

import pytest

import hub.fanout
from hub.audience import V2
from hub.ports.bus import Publication
from tests.hub.process import Process


class Groups(Process):
    """A process with many people in groups."""

    def __init__(self, **settings):
        super().__init__(**settings)
        self.user_ids = itertools.count(1)

    def come(self, *groups, v2=True):
        return self.connect(next(self.user_ids), *groups, v2=v2)

    def say(self, group, text, **fields):
        self.hub.publish([Publication(text, group=group, **fields)])

    async def settle(self, *connections, count):
        """Turns of the loop until the last of these has `count` frames; how many it took."""
        turns = 0
        while any(len(self.texts(connection)) < count for connection in connections):
            await asyncio.sleep(0)
            turns += 1
            assert turns < 10_000
        return turns


@pytest.fixture
def process(io_loop):
    async def make():
        return Groups()

    made = io_loop.run_sync(make)
    yield made
    io_loop.run_sync(made.hub.close)


async def test_a_turns_frames_are_joined_once(process):
    """What a group is sent in one turn of the loop is one write for each listener, the same bytes for all."""
    many = [process.come(7) for _ in range(300)]
    for i in range(20):
        process.say(7, str(i))
    await process.settle(many[-1], count=20)
    assert all(process.texts(connection) == [str(i) for i in range(20)] for connection in many)
    assert all(len(process.sockets[connection].writes) == 1 for connection in many)
    assert len({id(process.sockets[connection].writes[0]) for connection in many}) == 1


async def test_a_large_group_lets_others_through(process, monkeypatch):
    """While a group of thousands is being written, a private message and a small group don't wait for its
    end."""
    monkeypatch.setattr(hub.fanout, "_TURN_S", 0)  # the clock allows one slice a turn
    many, pair = [process.come(7) for _ in range(3000)], [process.come(8), process.come(8)]
    process.say(7, "to the many")
    await asyncio.sleep(0)
    process.say(8, "to the few")
    process.hub.publish([Publication("to one", users=(pair[0].user_id,))])
    await process.settle(pair[0], count=2)
    assert process.texts(many[0]) and not process.texts(many[-1])
    await process.settle(many[-1], count=1)


async def test_frames_added_while_a_group_is_written(process, monkeypatch):
    """Each listener gets all frames in the order they were added, whatever was under way when they came."""
    monkeypatch.setattr(hub.fanout, "_TURN_S", 0)
    many = [process.come(7) for _ in range(500)]
    for i in range(30):
        process.say(7, str(i))
        await asyncio.sleep(0)
    await process.settle(many[-1], count=30)
    assert all(process.texts(connection) == [str(i) for i in range(30)] for connection in many)


async def test_who_leaves_and_who_comes_meanwhile(process, monkeypatch):
    """A listener that has gone is passed over; one that comes in hears what is said from then on."""
    monkeypatch.setattr(hub.fanout, "_TURN_S", 0)
    many = [process.come(7) for _ in range(500)]
    process.say(7, "one")
    await asyncio.sleep(0)
    process.disconnect(many[-1])
    late = process.come(7)
    process.say(7, "two")
    await process.settle(many[0], many[-2], count=2)
    await process.settle(late, count=1)
    assert process.texts(many[-1]) == [] and process.texts(late)[-1] == "two"


async def test_senders_get_acks_in_place(process):
    """Several senders in one batch: each gets its own acks and the others' messages, in one order."""
    ann, bob, eve = process.come(7), process.come(7), process.come(7)
    process.say(7, "a1", origin=ann.id, ack="ack a1")
    process.say(7, "b1", origin=bob.id, ack="ack b1")
    process.say(7, "a2", origin=ann.id, ack="ack a2")
    await process.settle(ann, bob, eve, count=3)
    assert [process.texts(connection) for connection in (ann, bob, eve)] == [
        ["ack a1", "b1", "ack a2"],
        ["a1", "ack b1", "a2"],
        ["a1", "b1", "a2"],
    ]


async def test_classic_pages_get_no_notices(process):
    """A notice reaches v2 connections; a classic page in the same group gets the messages around it."""
    page, classic = process.come(7), process.come(7, v2=False)
    process.say(7, "one")
    process.say(7, "notice", audience=V2)
    process.say(7, "two", origin=classic.id)
    process.say(7, "three")
    await process.settle(page, count=4)
    assert process.texts(page) == ["one", "notice", "two", "three"]
    assert process.texts(classic) == ["one", "three"]


async def test_a_flood_is_cut_into_pieces(process):
    """A burst larger than one write is sent in several, each small enough for a client's buffer."""
    connection = process.come(7)
    for i in range(200):
        process.say(7, f"{i:03}" + "x" * 1000)
    await process.settle(connection, count=200)
    writes = process.sockets[connection].writes
    assert [text[:3] for text in process.texts(connection)] == [f"{i:03}" for i in range(200)]
    assert 1 < len(writes) < 20 and max(map(len, writes)) < 64 << 10
