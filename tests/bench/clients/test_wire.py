"""The clients' side of the wire."""

import pytest

from bench.clients import wire
from protocol.messages import Cmd


def test_commands_are_those_of_the_server():
    """The load test, which knows the wire alone, means by its numbers what the server means."""
    assert (wire.WELCOME, wire.ACK, wire.ERROR, wire.READ) == (Cmd.WELCOME, Cmd.ACK, Cmd.ERROR, Cmd.READ)
    assert (wire.SINGLE, wire.GROUP) == (Cmd.SINGLE, Cmd.ROOM)


def test_frames_are_what_servers_read():
    """Frames of every length form go out masked and complete."""
    for size in (0, 125, 126, 65535, 65536):
        payload = bytes(i * 7 & 255 for i in range(size))
        frame = wire.frame(payload)
        head = {True: 2, 126 <= size < 65536: 4, size >= 65536: 10}[True]
        assert frame[1] & 0x80
        mask, body = frame[head : head + 4], frame[head + 4 :]
        assert bytes(byte ^ mask[i & 3] for i, byte in enumerate(body)) == payload


def test_a_server_that_masks_is_refused():
    """A server that breaks the protocol is noticed, not counted."""
    with pytest.raises(wire.Refused):
        list(wire.frames(b"\x81\x85abcdhello", 0))
