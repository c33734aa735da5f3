"""Audience: which connections are told of what is worth telling only while somebody watches."""

import pytest

from hub.audience import Look, Looking
from hub.ports.bus import Publication
from protocol.messages import ROOM, SINGLE
from tests.hub.process import Process

NOTHING = Look(0, 0, friends=False)


@pytest.fixture
def process(io_loop):
    async def make() -> Process:
        return Process()

    made = io_loop.run_sync(make)
    yield made
    io_loop.run_sync(made.hub.close)


@pytest.mark.parametrize(
    "address, audience, told",
    [
        ({"users": (1,)}, Looking(SINGLE, 2, 2), ["chat", "silent"]),
        ({"users": (1,)}, Looking(SINGLE, 2, 2, friends=True), ["chat", "friends", "silent"]),
        ({"users": (1,)}, Looking(SINGLE, 2, 1), []),
        ({"group": 7}, Looking(ROOM, 7, 2), ["group", "silent"]),
        ({"group": 7}, Looking(ROOM, 7, 1), []),
    ],
    ids=["typing", "presence", "my typing", "typing in a group", "my typing in a group"],
)
async def test_who_is_told(process, address, audience, told):
    """What concerns only those who look reaches the pages that have it open, and those that never said."""
    names = ("chat", "friends", "group", "nothing", "silent")
    connections = {name: process.connect(1, 7) for name in names}
    connections["classic"] = process.connect(1, 7, v2=False)
    process.hub.look(connections["chat"], Look(SINGLE, 2, friends=False))
    process.hub.look(connections["friends"], Look(SINGLE, 3, friends=True))
    process.hub.look(connections["group"], Look(ROOM, 7, friends=False))
    process.hub.look(connections["nothing"], NOTHING)
    process.hub.publish([Publication("news", audience=audience, **address)])
    texts = dict(zip(connections, await process.got(*connections.values())))
    assert {name for name in texts if texts[name]} == set(told)
    assert all(found in ([], ["news"]) for found in texts.values())


async def test_among_messages(process):
    """In a group what only some are told stands in its place among the messages that all get."""
    open_, elsewhere = process.connect(1, 7), process.connect(2, 7)
    process.hub.look(elsewhere, NOTHING)
    process.hub.publish(
        [
            Publication("one", group=7),
            Publication("3 types", group=7, audience=Looking(ROOM, 7, 3)),
            Publication("4 types", group=7, audience=Looking(ROOM, 7, 4)),
            Publication("two", group=7),
        ]
    )
    assert await process.got(open_, elsewhere) == [["one", "3 types", "4 types", "two"], ["one", "two"]]


async def test_who_watches(process):
    """Who is online concerns the users of whom a v2 page may show it: in a single chat or a list of friends,
    or if it never said."""
    pages = [process.connect(user_id, 7) for user_id in range(1, 6)]
    process.connect(9, v2=False)
    looks = (Look(SINGLE, 2, False), Look(0, 0, True), Look(ROOM, 7, False), NOTHING)
    for page, look in zip(pages, looks):
        process.hub.look(page, look)
    assert process.hub.watchers.user_ids() == {1, 2, 5}
    process.disconnect(pages[0])
    assert process.hub.watchers.user_ids() == {2, 5}
