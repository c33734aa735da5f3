"""The hub: who listens where, and one frame for all who do."""

import asyncio

import pytest

import hub.hub
from hub.broker import MemoryBroker, Publication
from hub.hub import Hub, room_channel, user_channel
from hub.presence import Presence
from protocol.frames import CloseCode
from tests.hub.sockets import RecordingSocket


@pytest.fixture
def encoded(monkeypatch):
    """The texts that were made into frames."""
    texts = []
    make = hub.hub.text_frame
    monkeypatch.setattr(hub.hub, "text_frame", lambda text: texts.append(text) or make(text))
    return texts


class Hall:
    """A hub with connections whose sockets can be read."""

    def __init__(self) -> None:
        self.hub = Hub(MemoryBroker(), Presence(0.0), queue_bytes=1000)
        self.sockets: dict = {}

    def come(self, user_id: int, *rooms: int, session: int = 0, v2: bool = True):
        socket = RecordingSocket()
        node = self.hub.register(user_id, session or user_id, v2, "zh", socket)
        self.hub.enter(node, rooms, self.hub.journal.mark)
        self.sockets[node] = socket
        return node

    async def got(self, *nodes) -> list[list[str]]:
        """What each node was sent, after this turn of the loop."""
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return [self.sockets[node].texts for node in nodes]


@pytest.fixture
def hall():
    return Hall()


async def test_channels(hall):
    """A user's frames reach all their connections and nobody else's; a room's reach its members."""
    ann, phone, bob, eve = hall.come(1, 7), hall.come(1, 7), hall.come(2, 7), hall.come(3)
    hall.hub.publish(
        [Publication((user_channel(1),), "to ann"), Publication((room_channel(7),), "to the room")]
    )
    assert await hall.got(ann, phone, bob, eve) == [["to ann", "to the room"]] * 2 + [["to the room"], []]


async def test_one_frame_for_a_room(hall, encoded):
    """A message to a room is encoded once, however many are in it, and each gets it once."""
    nodes = [hall.come(user_id, 7) for user_id in range(1, 101)]
    hall.hub.publish([Publication((room_channel(7),), "hello")])
    assert await hall.got(*nodes) == [["hello"]] * 100
    assert encoded == ["hello"]


async def test_nothing_is_encoded_for_nobody(hall, encoded):
    """A message whose reader is not connected costs no encoding."""
    hall.hub.publish([Publication((user_channel(9),), "hello")])
    assert encoded == []


async def test_a_turn_is_one_write(hall):
    """All that is published in a turn of the loop reaches a node in one write."""
    node = hall.come(1, 7)
    for i in range(10):
        hall.hub.publish([Publication((user_channel(1),), str(i))])
    assert await hall.got(node) == [[str(i) for i in range(10)]]
    assert len(hall.sockets[node].writes) == 1


async def test_each_node_once(hall):
    """A node that listens on several of a frame's channels gets it once."""
    ann, bob = hall.come(1, 7), hall.come(2, 7)
    hall.hub.publish([Publication((user_channel(1), user_channel(2), user_channel(1)), "once")])
    assert await hall.got(ann, bob) == [["once"], ["once"]]


async def test_the_sending_node_is_skipped(hall):
    """The connection a message came from does not get it back; the sender's others do."""
    sending, other, peer = hall.come(1), hall.come(1), hall.come(2)
    hall.hub.publish([Publication((user_channel(1), user_channel(2)), "hi", origin=sending.id)])
    assert await hall.got(sending, other, peer) == [[], ["hi"], ["hi"]]


@pytest.mark.parametrize("channels", [(user_channel(1), user_channel(2)), (room_channel(7),)])
async def test_the_ack_takes_the_messages_place(hall, channels):
    """The sending connection gets its ack where the others get the message: all see one order of seq."""
    sending, peer = hall.come(1, 7), hall.come(2, 7)
    hall.hub.publish(
        [
            Publication(channels, "one"),
            Publication(channels, "two", sending.id, "ack of two"),
            Publication(channels, "three"),
        ]
    )
    assert await hall.got(sending, peer) == [["one", "ack of two", "three"], ["one", "two", "three"]]


async def test_an_ack_needs_no_listener(hall):
    """Who sent a message gets its ack, also where nobody listens to the room here."""
    sending = hall.come(1)
    hall.hub.publish(
        [Publication((room_channel(7),), "one", sending.id, "ack"), Publication((room_channel(7),), "two")]
    )
    assert await hall.got(sending) == [["ack"]]


async def test_events_are_for_v2(hall):
    """A classic page is told no events: it would draw them as messages."""
    page, classic = hall.come(1), hall.come(1, v2=False)
    hall.hub.tell([1, 1], "event")
    hall.hub.publish([Publication((user_channel(1),), "message")])
    assert await hall.got(page, classic) == [["event", "message"], ["message"]]


async def test_joining_takes_effect_at_once(hall):
    """Somebody who joins a room hears it on the connections they have open, and keeps hearing it once."""
    phone, laptop, other = hall.come(1), hall.come(1), hall.come(2)
    hall.hub.join(1, 7)
    hall.hub.join(1, 7)
    hall.hub.publish([Publication((room_channel(7),), "welcome")])
    assert await hall.got(phone, laptop, other) == [["welcome"], ["welcome"], []]


async def test_joining_while_connecting(hall):
    """Rooms joined while a connection is being opened are not missed, and the welcome stays the first
    frame."""
    socket, mark = RecordingSocket(), hall.hub.journal.mark
    hall.hub.join(1, 7)
    node = hall.hub.register(1, 1, True, "zh", socket)
    hall.hub.join(1, 8)
    hall.hub.publish([Publication((room_channel(8),), "early")])
    await asyncio.sleep(0)
    assert hall.hub.enter(node, [], mark, "welcome")
    for room in (7, 8):
        hall.hub.publish([Publication((room_channel(room),), f"in {room}")])
    await asyncio.sleep(0)
    assert socket.texts == ["welcome", "early", "in 7", "in 8"]


async def test_too_much_happened_while_connecting(hall):
    """A connection that took too long to open is told to read its rooms again."""
    mark = hall.hub.journal.mark
    node = hall.hub.register(1, 1, True, "zh", RecordingSocket())
    for user_id in range(2, 6000):
        hall.hub.join(user_id, 7)
    assert not hall.hub.enter(node, [], mark)
    assert hall.hub.enter(node, [], hall.hub.journal.mark)


async def test_who_is_here(hall):
    """A user is online while one connection is open; a connection that has gone leaves nothing behind."""
    phone, laptop = hall.come(1, 7, 8), hall.come(1, 7)
    assert hall.hub.connections == 2 and hall.hub.online(1) and not hall.hub.online(2)
    hall.hub.unregister(phone)
    hall.hub.unregister(phone)
    assert hall.hub.online(1)
    hall.hub.unregister(laptop)
    hall.hub.presence.tick()
    assert hall.hub.connections == 0 and not hall.hub.online(1)
    hall.hub.enter(phone, [7], hall.hub.journal.mark)
    hall.hub.publish([Publication((room_channel(7),), "anyone?")])
    assert await hall.got(phone, laptop) == [[], []]
    assert not hall.hub._users and not hall.hub._rooms and not hall.hub._sessions


async def test_a_revoked_session(hall):
    """Revoking a session closes its connections with 4401 and no others; they are gone at once."""
    mine, same, other = hall.come(1, session=5), hall.come(1, session=5), hall.come(1, session=6)
    hall.hub.close_session(5)
    hall.hub.close_session(99)
    assert [hall.sockets[node].close_code for node in (mine, same, other)] == [4401, 4401, None]
    assert hall.hub.connections == 1 and hall.hub.online(1)


async def test_a_slow_client_harms_nobody(hall):
    """One client that does not read is closed with 4008 while the room goes on."""
    slow, quick = hall.come(1, 7), hall.come(2, 7)
    hall.sockets[slow].stuck = True
    said = [f"{i}" + "x" * 300 for i in range(10)]
    for text in said:
        hall.hub.publish([Publication((room_channel(7),), text)])
        await asyncio.sleep(0)
    assert hall.sockets[slow].close_code == 4008
    assert await hall.got(quick) == [said]


async def test_closing_all(hall):
    """At shutdown every connection is told to come back (1012), after what was queued for it."""
    nodes = [hall.come(user_id) for user_id in range(1, 6)]
    hall.hub.tell(range(1, 6), "last")
    await hall.hub.close_all(CloseCode.RESTART, 0)
    assert [hall.sockets[node].close_code for node in nodes] == [1012] * 5
    assert [hall.sockets[node].texts for node in nodes] == [["last"]] * 5
    assert hall.hub.connections == 0
