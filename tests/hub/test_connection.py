"""One connection's write queue: joined once a turn, bounded in bytes, closed when its client is too slow."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.connection import Connection
from hub.websocket import text_frame
from protocol.frames import CloseCode
from tests.hub.sockets import RecordingSocket, read_frames

LIMIT = 1000


class Turn:
    """The hub's part: remembers which connections have something to write."""

    def __init__(self) -> None:
        self.dirty: list[Connection] = []

    def schedule(self, connection: Connection) -> None:
        self.dirty.append(connection)

    def end(self) -> None:
        dirty, self.dirty = self.dirty, []
        for connection in dirty:
            connection.flush()


@pytest.fixture
def turn():
    return Turn()


@pytest.fixture
def socket():
    return RecordingSocket()


@pytest.fixture
def connection(turn, socket):
    made = Connection(1, 1, True, "zh", socket, turn.schedule, LIMIT)
    made.begin()
    return made


def test_frames_of_a_turn_are_one_write(connection, turn, socket):
    """Many messages at once reach a client in one packet, whole and in order."""
    for i in range(20):
        connection.tell(str(i))
    assert socket.writes == [] and turn.dirty == [connection]
    turn.end()
    assert len(socket.writes) == 1
    assert socket.texts == [str(i) for i in range(20)]


def test_nothing_before_the_welcome(turn, socket):
    """The welcome is the first frame, also when a message came while the groups were being read."""
    connection = Connection(1, 1, True, "zh", socket, turn.schedule, LIMIT)
    connection.tell("early")
    turn.end()
    assert socket.writes == []
    connection.begin("welcome")
    connection.tell("late")
    turn.end()
    assert socket.texts == ["welcome", "early", "late"]


def test_a_connection_refused_at_the_door_gets_nothing(turn, socket):
    """A connection that is closed before its welcome is sent no messages."""
    connection = Connection(1, 1, True, "zh", socket, turn.schedule, LIMIT)
    connection.tell("early")
    connection.close(CloseCode.REVOKED, "")
    assert socket.writes == [] and socket.close_code == 4401


def test_the_queue_is_bounded_in_bytes(connection, turn, socket):
    """A thousand small frames are fine; one byte over the limit closes with 4008 and frees the memory."""
    frame = text_frame("x" * 98)
    for _ in range(LIMIT // len(frame)):
        connection.send(frame)
    assert not connection.closed
    connection.send(frame)
    assert connection.closed and socket.close_code == 4008
    turn.end()
    assert socket.writes == []


def test_bytes_on_their_way_count(connection, turn, socket):
    """What the kernel has not taken yet counts: a client that reads nothing is closed with 4008."""
    socket.stuck = True
    connection.tell("x" * 600)
    turn.end()
    connection.tell("y" * 300)
    assert not connection.closed
    connection.tell("z" * 300)
    assert socket.close_code == 4008 and len(socket.writes) == 1


def test_a_client_that_reads_again(connection, turn, socket):
    """A client that took its time and reads again is not closed for what it has read."""
    socket.stuck = True
    connection.tell("x" * 900)
    turn.end()
    socket.unstick()
    for _ in range(5):
        connection.tell("x" * 900)  # each fits, because the one before has gone
        turn.end()
    assert not connection.closed


def test_the_last_words(connection, turn, socket):
    """What was queued is sent before the close frame, and nothing after it."""
    connection.tell("last")
    connection.close(CloseCode.RESTART, "")
    connection.tell("too late")
    connection.close(CloseCode.REVOKED, "")
    turn.end()
    assert socket.texts == ["last"] and socket.close_code == 1012


def test_a_groups_frames_are_written_at_once(connection, turn, socket):
    """What a group sends is joined already: it is not held until the end of the turn."""
    connection.tell("private")
    connection.send_now(text_frame("a") + text_frame("b"))
    assert socket.texts == ["a", "b"]
    turn.end()
    assert socket.texts == ["a", "b", "private"]


def test_a_groups_frames_count(connection, socket):
    """A client that does not read is closed with 4008, whoever writes to it."""
    socket.stuck = True
    connection.send_now(text_frame("x" * 600))
    connection.send_now(text_frame("y" * 600))
    assert socket.close_code == 4008 and len(socket.writes) == 1


@given(st.text(), st.integers(0, 70_000))
def test_frames(text, size):
    """A frame of any length is read back as it was written."""
    text += "鹊" * size
    assert list(read_frames(text_frame(text) + text_frame(""))) == [text, ""]
