"""One connection of one user, and its write queue."""

import itertools
import os
from collections.abc import Callable
from typing import Protocol

from hub.transport import text_frame
from protocol import frames
from protocol.errors import Refusal
from protocol.frames import CloseCode
from protocol.message import Message

#: Node ids are unique among all processes, so that a broker can tell a publication's own node from the others.
_PROCESS = os.urandom(8).hex()
_numbers = itertools.count(1)


class Transport(Protocol):
    """See `hub.transport.StockTransport`."""

    def write(self, data: bytes, on_written: Callable[[], None]) -> bool: ...

    def close(self, code: int, reason: str) -> None: ...


class Node:
    """A live connection. `v2`: it knows acks and events; a classic one gets chat messages only. `lang`: of the
    reasons it is told.

    Frames are queued by `send` and written joined, once a turn of the loop, by `flush`. The queue is bounded in
    bytes, not frames: one commit can bring hundreds of small frames in a turn to a client in good health.
    Nothing is written before `begin`: the welcome is the first frame, whatever was published meanwhile.
    """

    __slots__ = ("id", "user_id", "session_id", "v2", "lang", "channels", "_transport", "_schedule", "_limit",
                 "_queue", "_queued", "_in_flight", "_begun", "_scheduled", "_closed")

    def __init__(self, user_id: int, session_id: int, v2: bool, lang: str, transport: Transport,
                 schedule: "Callable[[Node], None]", limit: int) -> None:
        self.id = f"{_PROCESS}-{next(_numbers)}"
        self.user_id, self.session_id, self.v2, self.lang = user_id, session_id, v2, lang
        self.channels: set[str] = set()
        self._transport = transport
        self._schedule = schedule
        self._limit = limit
        self._queue: list[bytes] = []
        self._queued = 0  # bytes in the queue
        self._in_flight = 0  # bytes given to the transport that the kernel has not taken yet
        self._begun = False
        self._scheduled = False
        self._closed = False

    def begin(self, welcome: str | None = None) -> None:
        """Writing may start: `welcome`, then what has been queued since this node was made."""
        self._begun = True
        waiting, self._queue, self._queued = self._queue, [], 0
        for frame in [text_frame(welcome), *waiting] if welcome else waiting:
            self.send(frame)

    def send(self, frame: bytes) -> None:
        """Queues one whole frame. A node that has too much waiting is closed with 4008 and resumes by catching
        up: nobody else waits for it."""
        if self._closed:
            return
        self._queued += len(frame)
        if self._queued + self._in_flight > self._limit:
            self._queue.clear()
            self.close(CloseCode.SLOW, "too slow")
            return
        self._queue.append(frame)
        if self._begun and not self._scheduled and not self._in_flight:
            self._scheduled = True
            self._schedule(self)

    def tell(self, text: str) -> None:
        """Queues a frame that is for this node alone."""
        self.send(text_frame(text))

    def settled(self, message: Message, refusal: Refusal | None) -> None:
        """A message of this node is durable, or was refused. Classic nodes are not told."""
        if self.v2:
            self.tell(frames.ack(message) if refusal is None else frames.error(refusal, message.cid, self.lang))

    def flush(self) -> None:
        """Writes what is queued, as one piece."""
        self._scheduled = False
        if not self._queue or self._in_flight or not self._begun:
            return
        data = self._queue[0] if len(self._queue) == 1 else b"".join(self._queue)
        self._queue.clear()
        self._in_flight, self._queued = len(data), 0
        try:
            if self._transport.write(data, self._written):
                self._in_flight = 0
        except ConnectionError:
            self._closed = True

    def _written(self) -> None:
        self._in_flight = 0
        self.flush()

    def close(self, code: CloseCode, reason: str) -> None:
        """Sends what is queued, then a close frame; nothing after it."""
        if self._closed:
            return
        self.flush()
        self._closed = True
        self._queue.clear()
        self._transport.close(code, reason)

    @property
    def closed(self) -> bool:
        return self._closed
