"""Presence: who is announced as come or gone, when, and to which connections; the clock is the test's."""

import asyncio

import pytest

import hub.presence
from hub.broker import MemoryBroker, Publication, Sight
from hub.hub import Hub, room_channel, user_channel
from hub.node import Look
from hub.presence import Presence
from protocol.messages import ROOM, SINGLE
from tests.hub.sockets import RecordingSocket

NOTHING = Look(0, 0, friends=False)


class Hall:
    """A hub whose presence says what it would announce."""

    def __init__(self) -> None:
        self.now = 100.0
        self.presence = Presence(5.0, lambda: self.now)
        self.hub = Hub(MemoryBroker(), self.presence, queue_bytes=1 << 20)
        self.announced: list[dict[int, int]] = []
        self.free = asyncio.Event()  # whether an announcement is over at once
        self.free.set()
        self.presence.start(self._announce)
        self.sockets = {}

    async def _announce(self, changes: dict[int, int]) -> None:
        self.announced.append(changes)
        await self.free.wait()

    def come(self, user_id: int, *rooms: int, v2: bool = True):
        socket = RecordingSocket()
        node = self.hub.register(user_id, user_id, v2, "zh", socket)
        self.hub.enter(node, rooms, self.hub.journal.mark)
        self.sockets[node] = socket
        return node

    def go(self, *nodes) -> None:
        for node in nodes:
            self.hub.unregister(node)

    async def second(self, seconds: float = 1.0) -> list[dict[int, int]]:
        """What is announced when the next period has passed."""
        self.now += seconds
        self.announced.clear()
        self.presence.tick()
        for _ in range(3):
            await asyncio.sleep(0)
        return list(self.announced)

    async def texts(self, *nodes) -> list[list[str]]:
        for _ in range(3):
            await asyncio.sleep(0)
        return [self.sockets[node].texts for node in nodes]


@pytest.fixture
def hall(io_loop, monkeypatch):
    monkeypatch.setattr(hub.presence, "_PERIOD", 3600)  # a test says when a second is over

    async def make() -> Hall:
        return Hall()

    made = io_loop.run_sync(make)
    yield made
    io_loop.run_sync(made.presence.close)


async def test_who_comes_is_announced_together(hall):
    """All who come within a second are announced at once, a second connection of the same person not at
    all."""
    for user_id in (1, 2, 3):
        hall.come(user_id)
    assert await hall.second() == [{1: 1, 2: 1, 3: 1}]
    hall.come(1)
    assert await hall.second() == []


async def test_who_goes_is_announced_after_a_while(hall):
    """Somebody whose last connection has ended is online for five seconds more, then everybody is told."""
    watcher, phone, laptop = hall.come(9), hall.come(1), hall.come(1)
    await hall.second()
    hall.go(phone)
    assert await hall.second(60) == []
    hall.go(laptop)
    assert await hall.second(4.9) == [] and hall.hub.online(1)
    assert await hall.second(0.2) == [{1: 0}] and not hall.hub.online(1)
    assert await hall.second(60) == [] and hall.hub.online(watcher.user_id)


async def test_who_is_back_in_time_was_never_away(hall):
    """A connection that is lost and made anew is nobody's business."""
    hall.come(9)
    phone = hall.come(1)
    await hall.second()
    for _ in range(3):
        hall.go(phone)
        assert await hall.second(4) == [] and hall.hub.online(1)
        phone = hall.come(1)
        assert await hall.second(4) == []


async def test_who_looks_in_for_a_moment(hall):
    """Somebody who comes and goes at once is announced as both, in this order."""
    hall.come(9)
    await hall.second()
    hall.go(hall.come(1))
    assert await hall.second() == [{1: 1}]
    assert await hall.second(5) == [{1: 0}]


async def test_a_door_that_did_not_open(hall):
    """A connection that never got in was not online."""
    hall.come(9)
    await hall.second()
    hall.go(hall.hub.register(1, 1, True, "zh", RecordingSocket()))
    assert not hall.hub.online(1) and await hall.second(9) == []


async def test_a_storm_comes_in_portions(hall, monkeypatch):
    """After a restart thousands come at once: each second as many are announced as a second should cost, in
    turn."""
    monkeypatch.setattr(hub.presence, "_MOST", 1000)
    nodes = [hall.come(user_id) for user_id in range(1, 2501)]
    portions = [await hall.second() for _ in range(4)]
    assert [[len(changes) for changes in portion] for portion in portions] == [[1000], [1000], [500], []]
    hall.go(*nodes[:1500])
    portions = [await hall.second(5) for _ in range(3)]
    assert [[len(changes) for changes in portion] for portion in portions] == [[1000], [500], []]


async def test_one_announcement_at_a_time(hall):
    """While the database is slow, who comes meanwhile waits for the next announcement."""
    hall.free.clear()
    hall.come(1)
    assert await hall.second() == [{1: 1}]
    hall.come(2)
    hall.come(3)
    assert await hall.second() == []
    hall.free.set()
    await asyncio.sleep(0)
    assert await hall.second() == [{2: 1, 3: 1}]


async def test_nobody_looks(hall):
    """While nobody could see it nothing is asked or told, and nothing piles up."""
    pages, classic = [hall.come(user_id) for user_id in range(1, 1501)], hall.come(2000, v2=False)
    for page in pages:
        hall.hub.look(page, NOTHING)
    assert await hall.second() == []
    hall.hub.look(pages[0], Look(0, 0, friends=True))
    hall.go(classic)
    assert await hall.second() == []
    assert await hall.second(5) == [{2000: 0}]


async def test_a_failure_is_logged_and_over(hall, expect_logs):
    """An announcement that fails is one line in the log; the next goes out."""

    async def fail(changes):
        raise ZeroDivisionError

    expect_logs("magpie.presence", "announcing 1 people")
    hall.presence.start(fail)
    hall.come(1)
    await hall.second()
    hall.presence.start(hall._announce)
    hall.come(2)
    assert await hall.second() == [{2: 1}]


async def test_the_second_comes_by_itself(hall, monkeypatch):
    """Nobody has to ask for the announcement."""
    monkeypatch.setattr(hub.presence, "_PERIOD", 0.001)
    told = asyncio.get_running_loop().create_future()

    async def announce(changes):
        told.set_result(changes)

    hall.presence.start(announce)
    hall.come(1)
    assert await told == {1: 1}


@pytest.mark.parametrize(
    "channel, sight, seen",
    [
        (user_channel(1), Sight(SINGLE, 2, 2), ["chat", "silent"]),
        (user_channel(1), Sight(SINGLE, 2, 2, friends=True), ["chat", "friends", "silent"]),
        (user_channel(1), Sight(SINGLE, 2, 1), []),
        (room_channel(7), Sight(ROOM, 7, 2), ["room", "silent"]),
        (room_channel(7), Sight(ROOM, 7, 1), []),
    ],
    ids=["typing", "presence", "my typing", "typing in a room", "my typing in a room"],
)
async def test_who_sees_what(hall, channel, sight, seen):
    """What concerns only those who look reaches the pages that have it open, and those that never said."""
    nodes = {name: hall.come(1, 7) for name in ("chat", "friends", "room", "nothing", "silent")}
    nodes["classic"] = hall.come(1, 7, v2=False)
    hall.hub.look(nodes["chat"], Look(SINGLE, 2, friends=False))
    hall.hub.look(nodes["friends"], Look(SINGLE, 3, friends=True))
    hall.hub.look(nodes["room"], Look(ROOM, 7, friends=False))
    hall.hub.look(nodes["nothing"], NOTHING)
    hall.hub.publish([Publication((channel,), "sight", sight=sight)])
    texts = dict(zip(nodes, await hall.texts(*nodes.values())))
    assert [name for name in nodes if texts[name]] == seen and all(
        text in ([], ["sight"]) for text in texts.values()
    )


async def test_a_sight_among_messages(hall):
    """In a room what only some see stands in its place among the messages that all get."""
    open_, elsewhere = hall.come(1, 7), hall.come(2, 7)
    hall.hub.look(elsewhere, NOTHING)
    room = (room_channel(7),)
    hall.hub.publish(
        [
            Publication(room, "one"),
            Publication(room, "3 types", sight=Sight(ROOM, 7, 3)),
            Publication(room, "4 types", sight=Sight(ROOM, 7, 4)),
            Publication(room, "two"),
        ]
    )
    assert await hall.texts(open_, elsewhere) == [["one", "3 types", "4 types", "two"], ["one", "two"]]
