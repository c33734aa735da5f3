"""WebSockets: RFC 6455, and how bytes reach and leave one socket.

The protocol is one state machine without I/O (`protocol`, fed by `parser`). Two transports move bytes for it.
`direct` has the socket itself: it reads in bulk, writes straight to the kernel, and keeps a few hundred bytes
a connection. `stream` stays behind Tornado's IOStream: under TLS, for a stream that is still writing, and
where a socket can't be taken out of one. Both keep the contract below, and `tests/hub/websocket/` holds them
against each other frame by frame. `transports.Transports` decides which one a connection gets.
"""

from collections.abc import Awaitable, Callable
from typing import Protocol

from hub.websocket.framing import text_frame

__all__ = ["Receiver", "Transport", "text_frame"]


class Receiver(Protocol):
    """Who is told what comes from a client."""

    def on_message(self, data: str | bytes) -> Awaitable[None] | None:
        """A whole message: text, or the bytes of a binary one. The socket is not read further until what is
        returned, if anything, is done."""

    def on_read(self, size: int, frames: int) -> Awaitable[None] | None:
        """`size` bytes have been read and `frames` frames were found in them: messages, control frames and
        fragments. Called once a read, or more often when it brought many, before they are handed over: they
        wait, as the socket does, until what is returned, if anything, is done."""

    def on_step(self) -> None:
        """Whether the transport can be written to by `direct` has changed."""

    def on_close(self) -> None:
        """The connection has ended. Called once, whoever ended it."""


class Transport(Protocol):
    """One client's socket."""

    waiting: int  #: bytes that were sent and that the kernel has not taken yet

    #: Gives bytes to the kernel at once and says how many it took, or raises OSError: the shortest way, for
    #: who writes the same to thousands. What is not taken, or failed, goes to `undone`. None while something
    #: waits, before `start`, after `close`, and where there is no such way.
    direct: Callable[[bytes], int] | None

    def start(self, receiver: Receiver) -> None:
        """Reads from now on, beginning with what came together with the handshake. Until then nothing is
        read, but what is sent is written."""

    def send(self, data: bytes) -> None:
        """Writes whole frames, at once if nothing waits before them. Dropped after `close` and once the
        connection has ended, of which `Receiver.on_close` tells. Never raises, never blocks."""

    def undone(self, data: bytes, taken: int, error: OSError | None = None) -> None:
        """Of `data`, which `direct` was given, only the first `taken` bytes have gone; `error` says why
        none."""

    def close(self, code: int, reason: str) -> None:
        """Sends a close frame after what waits, and nothing after it; a client that does not answer it is cut
        off after a few seconds, or after a longer time when something waited."""

    def cut(self) -> None:
        """Ends the connection without a word."""
