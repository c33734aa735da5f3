"""The hub: who listens where, and one frame for all who do."""

import asyncio

import pytest

import hub.ports.bus
from hub.ports.bus import Publication
from hub.ports.control import MembershipChanged
from protocol.frames import CloseCode
from tests.hub.process import Process

PAIR, GROUP = {"users": (1, 2)}, {"group": 7}


@pytest.fixture
def encoded(monkeypatch):
    """The texts that were made into frames."""
    texts = []
    make = hub.ports.bus.text_frame
    monkeypatch.setattr(hub.ports.bus, "text_frame", lambda text: texts.append(text) or make(text))
    return texts


@pytest.fixture
def process(io_loop):
    async def make() -> Process:
        return Process(delay_s=0.0, queue_bytes=1000)

    made = io_loop.run_sync(make)
    yield made
    io_loop.run_sync(made.hub.close)


async def test_channels(process):
    """A user's frames reach all their connections and nobody else's; a group's reach its members."""
    ann, phone, bob, eve = (
        process.connect(1, 7),
        process.connect(1, 7),
        process.connect(2, 7),
        process.connect(3),
    )
    process.hub.publish([Publication("to ann", users=(1,)), Publication("to the group", group=7)])
    both = ["to ann", "to the group"]
    assert await process.got(ann, phone, bob, eve) == [both, both, ["to the group"], []]


async def test_one_frame_for_a_group(process, encoded):
    """A message to a group is encoded once, however many are in it, and each gets it once."""
    connections = [process.connect(user_id, 7) for user_id in range(1, 101)]
    process.hub.publish([Publication("hello", group=7)])
    assert await process.got(*connections) == [["hello"]] * 100
    assert encoded == ["hello"]


async def test_nothing_is_encoded_for_nobody(process, encoded):
    """A message whose reader is not connected costs no encoding."""
    process.hub.publish([Publication("hello", users=(9,)), Publication("hello", group=9)])
    assert encoded == []


async def test_a_turn_is_one_write(process):
    """All that is published in a turn of the loop reaches a connection in one write."""
    connection = process.connect(1, 7)
    for i in range(10):
        process.hub.publish([Publication(str(i), users=(1,))])
    assert await process.got(connection) == [[str(i) for i in range(10)]]
    assert len(process.sockets[connection].writes) == 1


async def test_each_connection_once(process):
    """Whoever is named twice gets a frame once."""
    ann, bob = process.connect(1, 7), process.connect(2, 7)
    process.hub.publish([Publication("once", users=(1, 2, 1))])
    process.hub.tell_users([1, 2, 1], "event")
    assert await process.got(ann, bob) == [["once", "event"], ["once", "event"]]


async def test_the_sending_connection_is_skipped(process):
    """The connection a message came from does not get it back; the sender's others do."""
    sending, other, peer = process.connect(1, 7), process.connect(1, 7), process.connect(2, 7)
    process.hub.publish([Publication("hi", users=(1, 2), origin=sending.id)])
    process.hub.tell_users([1, 2], "read", origin=sending.id)
    process.hub.tell_group(7, "event", origin=sending.id)
    others = ["event", "hi", "read"]
    assert [sorted(texts) for texts in await process.got(sending, other, peer)] == [[], others, others]


@pytest.mark.parametrize("address", [PAIR, GROUP], ids=["pair", "group"])
async def test_the_ack_takes_the_messages_place(process, address):
    """The sending connection gets its ack where the others get the message: all see one order of seq."""
    sending, peer = process.connect(1, 7), process.connect(2, 7)
    process.hub.publish(
        [
            Publication("one", **address),
            Publication("two", **address, origin=sending.id, ack="ack of two"),
            Publication("three", **address),
        ]
    )
    assert await process.got(sending, peer) == [["one", "ack of two", "three"], ["one", "two", "three"]]


async def test_an_ack_needs_no_listener(process):
    """Who sent a message gets its ack, also where nobody listens to the group here."""
    sending = process.connect(1)
    process.hub.publish(
        [Publication("one", group=7, origin=sending.id, ack="ack"), Publication("two", group=7)]
    )
    assert await process.got(sending) == [["ack"]]


async def test_events_are_for_v2(process):
    """A classic page is told no events: it would draw them as messages."""
    page, classic = process.connect(1, 7), process.connect(1, 7, v2=False)
    process.hub.tell_users([1], "event")
    process.hub.tell_group(7, "event of the group")
    process.hub.publish([Publication("message", users=(1,))])
    assert [sorted(texts) for texts in await process.got(page, classic)] == [
        ["event", "event of the group", "message"],
        ["message"],
    ]


async def test_who_is_here(process):
    """A user is online while one connection is open; a connection that has gone leaves nothing behind."""
    hub = process.hub
    phone, laptop = process.connect(1, 7, 8), process.connect(1, 7)
    assert hub.connections == 2 and hub.online(1) and not hub.online(2)
    process.disconnect(phone, phone)
    assert hub.online(1)
    process.disconnect(laptop)
    hub.announcer.tick()
    assert hub.connections == 0 and not hub.online(1)
    hub.enter(phone, [7], hub.journal.mark)
    hub.tell_group(7, "anyone?")
    assert await process.got(phone, laptop) == [[], []]
    assert set(hub.stats()["hub"].values()) == {0} and hub.stats()["bus"]["subscribed"] == 0


async def test_the_bus_brings_what_is_listened_to(process, monkeypatch):
    """The bus is subscribed to a channel from the first listener to the last, and once."""
    said = []
    for word in ("subscribe", "unsubscribe"):
        monkeypatch.setattr(process.ports.bus, word, lambda channel, word=word: said.append((word, channel)))
    phone, laptop = process.connect(1, 7), process.connect(1, 7)
    process.hub.order((MembershipChanged(1, 8, True),))
    assert said == [("subscribe", channel) for channel in ("u1", "g7", "g8")]
    said.clear()
    process.hub.order((MembershipChanged(1, 8, False),))
    process.disconnect(phone)
    assert said == [("unsubscribe", "g8")]
    process.disconnect(laptop)
    assert said[1:] == [("unsubscribe", "g7"), ("unsubscribe", "u1")]


async def test_a_revoked_session(process):
    """Revoking a session closes its connections with 4401 and no others; they are gone at once."""
    mine, same = process.connect(1, session=5), process.connect(1, session=5)
    other = process.connect(1, session=6)
    process.hub.close_sessions([5, 99])
    assert process.closed_with(mine, same, other) == [4401, 4401, None]
    assert process.hub.connections == 1 and process.hub.online(1)


async def test_a_slow_client_harms_nobody(process):
    """One client that does not read is closed with 4008 while the group goes on."""
    slow, quick = process.connect(1, 7), process.connect(2, 7)
    process.sockets[slow].stuck = True
    said = [f"{i}" + "x" * 300 for i in range(10)]
    for text in said:
        process.hub.publish([Publication(text, group=7)])
        await asyncio.sleep(0)
    assert process.closed_with(slow) == [4008]
    assert await process.got(quick) == [said]


async def test_closing_all(process):
    """At shutdown every connection is told to come back (1012), after what was queued for it."""
    connections = [process.connect(user_id) for user_id in range(1, 6)]
    process.hub.tell_users(range(1, 6), "last")
    await process.hub.close_all(CloseCode.RESTART, 0)
    assert process.closed_with(*connections) == [1012] * 5
    assert [process.texts(connection) for connection in connections] == [["last"]] * 5
    assert process.hub.connections == 0


async def test_numbers(process):
    """What a hub carries can be read off it."""
    ann, bob = process.connect(1, 7), process.connect(2, 7, v2=False)
    process.hub.publish([Publication("hi", group=7), Publication("hi", users=(2,))])
    process.hub.close_sessions([5])
    await process.got(ann, bob)
    assert process.hub.stats() == {
        "hub": {
            "connections": 2,
            "users": 2,
            "groups": 1,
            "sessions": 2,
            "watchers": 1,
            "frames_to_people": 1,
        },
        "fanout": {
            "groups": 0,
            "waiting": 0,
            "frames": 1,
            "batches": 1,
            "writes": 2,
            "frames_to_groups": 2,
        },
        "announcer": {"coming": 2, "going": 0, "announced": 0},
        "bus": {"subscribed": 3, "published": 2, "received": 0, "missed": 0},
        "presence": {"here": 2, "online": 2, "processes": 1},
        "recovery": {"recovering": 0, "catch_ups": 0, "healed": 0},
        "control": {"given": 1, "received": 0},
    }
