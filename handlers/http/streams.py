"""The streams under HTTP connections: Tornado's, which also know whether their client makes progress.

A client that takes a minute for a kilobyte of its answer holds memory for it, and one that sends a byte a
second of its body holds a connection. Both look alike: too little moves while the client is to act.
"""

import time
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

from tornado.iostream import IOStream, SSLIOStream, StreamClosedError

if TYPE_CHECKING:
    from handlers.http.places import Place
    from handlers.socket.handshake import Arrival

#: While an answer waits to be read, or a body is awaited, at least so many bytes have to move in so many
#: seconds, or else all that waits: 550 bytes a second, a twentieth of what the oldest mobile network carries.
PIECE_BYTES, PIECE_SECONDS = 16384, 30


class PacedStream(IOStream):
    """`receiving`: a request's body is awaited. Its socket has no Nagle's algorithm to be turned on and off
    for each answer: that is said once, where it listens."""

    place: "Place | None" = None  #: whose connection this is
    early = b""  #: what has been read of the socket already
    due: float | None = None  #: by when (`time.monotonic`) the head or the body that is awaited has to come
    refused: "Arrival | None" = None  #: the handshake that the first request is, if it is refused already

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.receiving = False
        self._moved, self._since = 0, time.monotonic()

    def receive(self, seconds: float) -> None:
        """A body is awaited from now on, for so long."""
        self.receiving = True
        self._moved, self._since = 0, time.monotonic()
        self.due = self._since + seconds

    def stalled(self, now: float) -> bool:
        """Whether the client has moved too little for too long. To be asked every few seconds: a time in
        which it was not the client's turn does not count."""
        if self._moved >= PIECE_BYTES or not (self.writing() or (self.receiving and self.reading())):
            self._moved, self._since = 0, now
        return now - self._since > PIECE_SECONDS

    def read_until_regex(self, regex: bytes, max_bytes: int | None = None) -> Awaitable[bytes]:
        """The next head. Tornado would go on with the hundreds of requests that a client had sent before it
        went away."""
        if self.closed():
            raise StreamClosedError(self.error)
        return super().read_until_regex(regex, max_bytes)

    def write(self, data: bytes | memoryview) -> Any:
        if not self.writing():
            self._moved, self._since = 0, time.monotonic()
        return super().write(data)

    def write_to_fd(self, data: memoryview) -> int:
        taken = super().write_to_fd(data)
        self._moved += taken
        return taken

    def set_nodelay(self, value: bool) -> None:
        """As it is."""

    def read_from_fd(self, buf: bytearray | memoryview) -> int | None:
        if self.early:
            taken = min(len(buf), len(self.early))
            buf[:taken], self.early = self.early[:taken], self.early[taken:]
            self._moved += taken
            return taken
        size = super().read_from_fd(buf)
        self._moved += size or 0
        return size


class PacedTLSStream(PacedStream, SSLIOStream):
    """The same, over TLS."""
