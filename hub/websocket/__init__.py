"""How bytes reach and leave one socket.

Tornado does the handshake; from then on one of two transports has the socket. `fast` takes it over from
Tornado's stream: reads in bulk, writes directly, keeps a few hundred bytes a connection. `stock` stays behind
Tornado's own WebSocket protocol: under TLS, for a stream that is still writing, and where Tornado's internals
are not as we know them. Both keep the contract below and RFC 6455; `tests/hub/test_transports.py` holds them
against each other frame by frame.
"""

import struct
from collections.abc import Awaitable
from typing import Protocol

_TEXT_FINAL = 0x81

#: Seconds that a client may take to read what waits before our close frame and to answer it: who was closed
#: for being slow is to read that it was (4008), over a slow line too.
CATCHING_UP = 20.0

#: What the kernel may hold for one client (bytes). Left alone it grows to 4 MiB, and a client that does not
#: read is noticed late.
SEND_BUFFER = 128 << 10


class Receiver(Protocol):
    """Who is told what comes from a client."""

    def on_message(self, data: str | bytes) -> Awaitable[None] | None:
        """A whole message: text, or the bytes of a binary one. The socket is not read further until what is
        returned, if anything, is done."""

    def on_close(self) -> None:
        """The connection has ended. Called once, whoever ended it."""


class Transport(Protocol):
    """One client's socket."""

    waiting: int  #: bytes that were sent and that the kernel has not taken yet

    def send(self, data: bytes) -> None:
        """Writes whole frames, at once if nothing waits before them. Dropped after `close` and once the
        connection has ended, of which `Receiver.on_close` tells. Never raises, never blocks."""

    def close(self, code: int, reason: str) -> None:
        """Sends a close frame after what waits, and nothing after it; a client that does not answer it is cut
        off after a few seconds, or after `CATCHING_UP` when something waited."""


def text_frame(text: str) -> bytes:
    """An unmasked final text frame (RFC 6455 §5.2), ready for any number of sockets; this is also why there
    is no permessage-deflate, whose state belongs to one connection."""
    payload = text.encode("utf-8")
    size = len(payload)
    if size < 126:
        return bytes((_TEXT_FINAL, size)) + payload
    if size < 65536:
        return struct.pack("!BBH", _TEXT_FINAL, 126, size) + payload
    return struct.pack("!BBQ", _TEXT_FINAL, 127, size) + payload
