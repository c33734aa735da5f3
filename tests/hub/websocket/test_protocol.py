"""The state machine of a WebSocket: what is said, in which state, and what is never said again."""

import struct

import pytest

from hub.websocket.framing import BINARY, CLOSE, PING, PONG, TEXT, frame
from hub.websocket.protocol import CLOSED, CLOSING, FAILED, FAULT, LOST, OPEN, ServerProtocol
from tests.hub.websocket.test_parser import masked


def code(payload: bytes) -> int:
    return int.from_bytes(payload[:2], "big")


def closing(number: int, reason: bytes = b"") -> bytes:
    return masked(CLOSE, struct.pack("!H", number) + reason)


@pytest.fixture
def protocol():
    return ServerProtocol(1000)


def test_messages_and_pings(protocol):
    """What comes is told in its order, and a ping is answered with what it had in it."""
    events = protocol.receive(masked(TEXT, "你".encode()) + masked(PING, b"p") + masked(BINARY, b"b"))
    assert events == [(TEXT, "你"), (PING, b"p"), (BINARY, b"b")]
    assert protocol.answer(PING, b"p") == frame(PONG, b"p")
    assert protocol.state is OPEN


@pytest.mark.parametrize("number", [1000, 1001, 1002, 1003, *range(1007, 1015), 3000, 3999, 4000, 4999])
def test_codes_that_a_client_may_send(protocol, number):
    """A close with a code is answered with this code, and the reason is not repeated."""
    [(kind, payload)] = protocol.receive(closing(number, "再见".encode()))
    assert kind == CLOSE
    assert protocol.answer(kind, payload) == frame(CLOSE, struct.pack("!H", number))
    assert protocol.state is CLOSED


@pytest.mark.parametrize("number", [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535])
def test_codes_that_it_may_not(protocol, number):
    """A close with a code that nobody may send is a broken protocol: 1002."""
    [(kind, payload)] = protocol.receive(closing(number))
    assert (kind, code(payload)) == (FAULT, 1002)
    assert protocol.answer(kind, payload) == frame(CLOSE, payload)
    assert protocol.state is FAILED


def test_a_close_without_a_code(protocol):
    """A close that says nothing is answered with one."""
    assert protocol.receive(masked(CLOSE)) == [(CLOSE, b"")]
    assert protocol.answer(CLOSE, b"") == frame(CLOSE, b"")


@pytest.mark.parametrize(("payload", "number"), [(b"\x03", 1002), (b"\x03\xe8\xff", 1007)])
def test_closes_that_are_broken(protocol, payload, number):
    """Half a code is no code, and a reason is a text."""
    [(kind, said)] = protocol.receive(masked(CLOSE, payload))
    assert (kind, code(said)) == (FAULT, number)


def test_our_close(protocol):
    """After our close frame nothing is sent, whatever comes, until theirs is there."""
    assert protocol.close(4008, "slow") == frame(CLOSE, struct.pack("!H", 4008) + b"slow")
    assert protocol.state is CLOSING
    assert protocol.close(1000, "again") == b""
    assert protocol.receive(masked(PING, b"p")) == [(PING, b"p")]
    assert protocol.answer(PING, b"p") == b""
    [(kind, payload)] = protocol.receive(closing(4008))
    assert protocol.answer(kind, payload) == b""
    assert protocol.state is CLOSED


def test_a_reason_is_cut_between_characters(protocol):
    """A reason that does not fit into a close frame is still a text."""
    sent = protocol.close(1000, "鹊" * 50)
    assert len(sent) <= 127 and sent[4:].decode() == "鹊" * 41


def test_what_comes_after_a_close(protocol):
    """Nothing is heard after a close frame, in the same read or a later one."""
    assert protocol.receive(closing(1000) + masked(TEXT, b"x") + b"\xff\xff") == [(CLOSE, b"\x03\xe8")]
    assert protocol.receive(masked(TEXT, b"x")) == []


def test_what_comes_after_a_fault(protocol):
    """Nothing is heard after a fault; what came before it is not lost."""
    events = protocol.receive(masked(TEXT, b"before") + masked(TEXT, b"x", rsv=0x40) + masked(TEXT, b"y"))
    assert events[0] == (TEXT, "before")
    assert [kind for kind, _ in events] == [TEXT, FAULT]
    assert protocol.receive(closing(1000)) == []


def test_a_fault_after_our_close(protocol):
    """Who breaks the protocol when all is said is told nothing more."""
    protocol.close(1000, "")
    [(kind, payload)] = protocol.receive(masked(3, b""))
    assert protocol.answer(kind, payload) == b""
    assert protocol.state is FAILED


def test_a_frame_without_a_mask(protocol):
    """Who does not mask is no WebSocket client and gets no reason."""
    assert protocol.receive(b"\x81\x02hi") == [(FAULT, b"")]
    assert protocol.answer(FAULT, b"") == b""
    assert protocol.state is FAILED


def test_a_lost_connection(protocol):
    """When TCP has ended nothing is heard or said."""
    protocol.lost()
    assert protocol.receive(masked(TEXT, b"x")) == []
    assert protocol.close(1000, "") == protocol.answer(PING, b"") == protocol.answer(CLOSE, b"") == b""
    assert protocol.state is LOST


#: "κόσμε", a character that does not exist (U+110000), "edited"
BAD = "κόσμε".encode() + b"\xf4\x90\x80\x80" + b"edited"
GOOD = BAD.index(b"\x90")  # the first byte that can't be


def test_a_bad_fragment_is_found_out_at_once(protocol):
    """A fragment that can't become a text is refused before the message is whole (Autobahn 6.4.1, 6.4.2)."""
    assert protocol.receive(masked(TEXT, BAD[:GOOD], final=False)) == []
    [(kind, payload)] = protocol.receive(masked(0, BAD[GOOD : GOOD + 1], final=False))
    assert (kind, code(payload)) == (FAULT, 1007)


def test_a_bad_byte_is_found_out_at_once(protocol):
    """A frame that can't become a text is refused before it is whole (Autobahn 6.4.3, 6.4.4), and not before
    the byte that makes it so."""
    sent = masked(TEXT, BAD)
    head = len(sent) - len(BAD)
    for i in range(head + GOOD):
        assert protocol.receive(sent[i : i + 1]) == []
    [(kind, payload)] = protocol.receive(sent[head + GOOD : head + GOOD + 1])
    assert (kind, code(payload)) == (FAULT, 1007)


@pytest.mark.parametrize("end", [b"\xe4", b"\xe4\xbd", b"\xf0\x9f\x90"])
def test_half_a_character_at_the_end(protocol, end):
    """A message that ends within a character is no text, in one frame or in two."""
    for sent in (masked(TEXT, b"x" + end), masked(TEXT, b"x" + end[:1], final=False) + masked(0, end[1:])):
        [(kind, payload)] = ServerProtocol(1000).receive(sent)
        assert (kind, code(payload)) == (FAULT, 1007)


def test_too_large(protocol):
    """A message over the limit is refused by its head alone."""
    [(kind, payload)] = protocol.receive(masked(TEXT, b"x" * 1001)[:4])
    assert (kind, code(payload)) == (FAULT, 1009)
