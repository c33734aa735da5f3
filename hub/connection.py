"""One connection of one user, and its write queue."""

import itertools
import os
from collections.abc import Callable

from hub.audience import Look
from hub.websocket import Transport, text_frame
from protocol.frames import CloseCode

#: Ids are unique among all processes, so that a publication's origin is nowhere mistaken for another.
_numbers = itertools.count(int.from_bytes(os.urandom(4), "big") << 31)


class Connection:
    """A live socket of one user. `v2`: it knows acks and events; a classic one gets chat messages only.
    `lang`: of the reasons it is told. `queue_bytes`: what may
    wait for it.

    Private frames are queued by `send` and written joined, once a turn of the loop, by `flush`; a group's
    come joined already, by `send_now`. What waits, here and in the transport, is bounded in bytes, not
    frames: one commit can bring hundreds of small frames in a turn to a client in good health. Nothing is
    written before `begin`: the welcome is the first frame, whatever was published meanwhile.
    """

    __slots__ = (
        "id",
        "user_id",
        "session_id",
        "v2",
        "lang",
        "groups",
        "transport",
        "_schedule",
        "_limit_bytes",
        "_queue",
        "_queued_bytes",
        "begun",
        "closed",
        "look",
    )

    def __init__(
        self,
        user_id: int,
        session_id: int,
        v2: bool,
        lang: str,
        transport: Transport,
        schedule: "Callable[[Connection], None]",
        queue_bytes: int,
    ) -> None:
        self.id = next(_numbers)
        self.user_id, self.session_id, self.v2, self.lang = user_id, session_id, v2, lang
        self.groups: tuple[int, ...] = ()  # the ids of those that the hub has it listen to
        self.transport = transport
        self._schedule = schedule
        self._limit_bytes = queue_bytes
        self._queue: list[bytes] | None = None  # frames of this turn, or of the time before `begin`
        self._queued_bytes = 0
        self.begun = False  # it has entered its groups and is written to
        self.closed = False
        self.look: Look | None = None  # None: it has never said

    def begin(self, welcome: bytes | None = None) -> None:
        """Writing may start: `welcome`, then what has been queued since this connection was made."""
        self.begun = True
        if welcome:
            self._queue = [text_frame(welcome), *(self._queue or ())]
        self.flush()

    def send(self, frame: bytes) -> None:
        """Queues one whole frame. A connection that has too much waiting is closed with 4008 and resumes by
        catching up: nobody else waits for it."""
        if self.closed:
            return
        queued = self._queued_bytes + len(frame)
        if queued + self.transport.waiting > self._limit_bytes:
            self._too_slow()
            return
        self._queued_bytes = queued
        if self._queue is not None:
            self._queue.append(frame)
            return
        self._queue = [frame]
        if self.begun:
            self._schedule(self)

    def send_now(self, joined: bytes) -> None:
        """Writes whole frames that need not wait for others of this turn."""
        if not self.begun:
            self.send(joined)
        elif joined and not self.closed:
            # Nearly every client keeps up: no need to count what waits for it.
            waiting = self.transport.waiting
            if waiting and self._queued_bytes + waiting + len(joined) > self._limit_bytes:
                self._too_slow()
            else:
                self.transport.send(joined)

    def _too_slow(self) -> None:
        self._queue, self._queued_bytes = None, 0
        self.close(CloseCode.SLOW, "too slow")

    def tell(self, text: str | bytes) -> None:
        """Queues a frame that is for this connection alone."""
        self.send(text_frame(text))

    def flush(self) -> None:
        """Writes what is queued, as one piece."""
        queue = self._queue
        if queue and self.begun and not self.closed:
            self._queue, self._queued_bytes = None, 0
            self.transport.send(queue[0] if len(queue) == 1 else b"".join(queue))

    def close(self, code: CloseCode, reason: str) -> None:
        """Sends what is queued, then a close frame; nothing after it."""
        if not self.closed:
            self.flush()
            self.closed = True
            self._queue = None
            self.transport.close(code, reason)
