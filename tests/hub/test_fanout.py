"""Fan-out to rooms: every listener gets every frame once and in order, in slices that let others through."""

import asyncio

import pytest

import hub.fanout
from hub.broker import MemoryBroker, Publication
from hub.hub import Hub, room_channel, user_channel
from hub.presence import Presence
from tests.hub.sockets import RecordingSocket


class Hall:
    """A hub with crowds in rooms."""

    def __init__(self) -> None:
        self.hub = Hub(MemoryBroker(), Presence(5.0), queue_bytes=1 << 20)
        self.sockets = {}
        self.users = iter(range(1, 1 << 20))

    def come(self, *rooms, v2=True):
        socket = RecordingSocket()
        node = self.hub.register(next(self.users), 1, v2, "zh", socket)
        self.hub.enter(node, rooms, self.hub.journal.mark)
        self.sockets[node] = socket
        return node

    def say(self, room, text, **fields):
        self.hub.publish([Publication((room_channel(room),), text, **fields)])

    def texts(self, node):
        return self.sockets[node].texts

    async def settle(self, *nodes, count):
        """Turns of the loop until the last of these nodes has `count` frames; how many it took."""
        turns = 0
        while any(len(self.texts(node)) < count for node in nodes):
            await asyncio.sleep(0)
            turns += 1
            assert turns < 10_000
        return turns


@pytest.fixture
def hall():
    return Hall()


async def test_a_turns_frames_are_joined_once(hall):
    """What a room is sent in one turn of the loop is one write for each listener, the same bytes for all."""
    crowd = [hall.come(7) for _ in range(300)]
    for i in range(20):
        hall.say(7, str(i))
    await hall.settle(crowd[-1], count=20)
    assert all(hall.texts(node) == [str(i) for i in range(20)] for node in crowd)
    assert all(len(hall.sockets[node].writes) == 1 for node in crowd)
    assert len({id(hall.sockets[node].writes[0]) for node in crowd}) == 1


async def test_a_large_room_lets_others_through(hall, monkeypatch):
    """While a room of thousands is being written, a private message and a small room don't wait for its
    end."""
    monkeypatch.setattr(hub.fanout, "_TURN", 0)  # the clock allows one slice a turn
    crowd, pair = [hall.come(7) for _ in range(3000)], [hall.come(8), hall.come(8)]
    hall.say(7, "to the crowd")
    await asyncio.sleep(0)
    hall.say(8, "to the few")
    hall.hub.publish([Publication((user_channel(pair[0].user_id),), "to one")])
    await hall.settle(pair[0], count=2)
    assert hall.texts(crowd[0]) and not hall.texts(crowd[-1])
    await hall.settle(crowd[-1], count=1)


async def test_frames_added_while_a_room_is_written(hall, monkeypatch):
    """Each listener gets all frames in the order they were added, whatever was under way when they came."""
    monkeypatch.setattr(hub.fanout, "_TURN", 0)
    crowd = [hall.come(7) for _ in range(500)]
    for i in range(30):
        hall.say(7, str(i))
        await asyncio.sleep(0)
    await hall.settle(crowd[-1], count=30)
    assert all(hall.texts(node) == [str(i) for i in range(30)] for node in crowd)


async def test_who_leaves_and_who_comes_meanwhile(hall, monkeypatch):
    """A listener that has gone is passed over; one that comes in hears what is said from then on."""
    monkeypatch.setattr(hub.fanout, "_TURN", 0)
    crowd = [hall.come(7) for _ in range(500)]
    hall.say(7, "one")
    await asyncio.sleep(0)
    hall.hub.unregister(crowd[-1])
    late = hall.come(7)
    hall.say(7, "two")
    await hall.settle(crowd[0], crowd[-2], count=2)
    await hall.settle(late, count=1)
    assert hall.texts(crowd[-1]) == [] and hall.texts(late)[-1] == "two"


async def test_senders_get_acks_in_place(hall):
    """Several senders in one batch: each gets its own acks and the others' messages, in one order."""
    ann, bob, eve = hall.come(7), hall.come(7), hall.come(7)
    hall.say(7, "a1", origin=ann.id, ack="ack a1")
    hall.say(7, "b1", origin=bob.id, ack="ack b1")
    hall.say(7, "a2", origin=ann.id, ack="ack a2")
    await hall.settle(ann, bob, eve, count=3)
    assert [hall.texts(node) for node in (ann, bob, eve)] == [
        ["ack a1", "b1", "ack a2"],
        ["a1", "ack b1", "a2"],
        ["a1", "b1", "a2"],
    ]


async def test_classic_pages_get_no_notices(hall):
    """A notice reaches v2 nodes; a classic page in the same room gets the messages around it."""
    page, classic = hall.come(7), hall.come(7, v2=False)
    hall.say(7, "one")
    hall.say(7, "notice", v2_only=True)
    hall.say(7, "two", origin=classic.id)
    hall.say(7, "three")
    await hall.settle(page, count=4)
    assert hall.texts(page) == ["one", "notice", "two", "three"]
    assert hall.texts(classic) == ["one", "three"]


async def test_a_flood_is_cut_into_pieces(hall):
    """A burst larger than one write is sent in several, each small enough for a client's buffer."""
    node = hall.come(7)
    for i in range(200):
        hall.say(7, f"{i:03}" + "x" * 1000)
    await hall.settle(node, count=200)
    writes = hall.sockets[node].writes
    assert [text[:3] for text in hall.texts(node)] == [f"{i:03}" for i in range(200)]
    assert 1 < len(writes) < 20 and max(map(len, writes)) < 64 << 10
