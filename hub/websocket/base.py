"""What both transports do alike: what comes is handed over in its order, answered, held back while the
receiver is busy; and a connection ends once, one way or another."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from hub.websocket import Receiver
from hub.websocket.framing import BINARY, CLOSE, PING, PONG, frame
from hub.websocket.pinger import Pinged, Pinger
from hub.websocket.protocol import CLOSED, CLOSING, FAILED, LOST, OPEN, Event, ServerProtocol
from hub.websocket.traffic import Traffic

logger = logging.getLogger("magpie.transport")

#: Bytes of one read: the budget of frames a client has in one turn of the loop.
READ = 16384
#: What the kernel may hold for one client (bytes). Left alone it grows to 4 MiB, and a client that does not
#: read is noticed late.
SEND_BUFFER = 128 << 10

#: Seconds that a client may take to answer a close frame, or to read why its connection failed: closing on
#: unread data would reset the connection and with it the close frame.
_CLOSING, _LINGER = 5.0, 2.0

#: Seconds that a client may take to read what waits before our close frame and to answer it: who was closed
#: for being slow is to read that it was (4008), over a slow line too.
_CATCHING_UP = 20.0

_PING_FRAME = frame(PING, b"")


class BaseTransport:
    """Keeps the contract of `hub.websocket.Transport` around one `ServerProtocol`. How bytes move is left to
    the methods at the end of the class."""

    __slots__ = (
        "_open",
        "_loop",
        "_protocol",
        "_receiver",
        "_later",
        "_pong",
        "_timer",
        "_pinger",
        "_traffic",
        "_head",
        "direct",
        "waiting",
        "unanswered",
        "seat",
    )

    kind = ""  #: as the setting `hub.transport` calls it

    def __init__(
        self, limit: int, pinger: Pinger, traffic: Traffic, early: bytes = b"", head: bytes = b""
    ) -> None:
        """`limit`: bytes of a message. `traffic`: what all count in. `early`: what has been read of the
        socket already. `head`: what goes out in one piece with the first that is written, or by itself at the
        start."""
        self._loop = asyncio.get_running_loop()
        self._protocol = ServerProtocol(limit)
        self._open = True  # the protocol's state is OPEN: kept here too, since every delivery looks at it
        self._receiver: Receiver | None = None
        self._later: list[Event] | None = self._protocol.receive(early)  # waits until the receiver is ready
        traffic.frames += self._protocol.frames
        self._pong: bytes | None = None  # what the latest ping had, while something waits before its answer
        self._timer: asyncio.TimerHandle | None = None
        self._pinger, self._traffic = pinger, traffic
        self._head = head
        self.direct: Callable[[bytes], int] | None = None
        self.waiting = 0  # an attribute, because every delivery looks at it
        self.unanswered = False  # nothing has come since the last ping
        self.seat: set[Pinged] | None = None  # the pinger's

    def start(self, receiver: Receiver) -> None:
        self._receiver = receiver
        if self._protocol.state is LOST:  # while the connection was being opened
            self._loop.call_soon(receiver.on_close)
            return
        self._pinger.add(self)
        if self._head:
            self._put(b"")
        busy = receiver.on_read(0, self._protocol.frames)
        if busy is None:
            self._go_on()
        else:
            self._pause(busy, self._later or [])

    def send(self, data: bytes) -> None:
        if self._open:
            self._put(data)

    def close(self, code: int, reason: str) -> None:
        if closing := self._protocol.close(code, reason):
            self._shut()
            self._traffic.closed_by_us(code)
            self._put(closing)
            self._end_in(_CATCHING_UP if self.waiting else _CLOSING)

    def undone(self, data: bytes, taken: int, error: OSError | None = None) -> None:
        raise NotImplementedError

    def cut(self) -> None:
        self._end()

    def _put(self, data: bytes) -> None:
        if self._head:
            data, self._head = self._head + data, b""
        self._write(data)

    # --- for the pinger -----------------------------------------------------------------------------------

    def ping(self) -> None:
        """Asks for a sign of life; `unanswered` stays true until there is one."""
        self.unanswered = True
        self.send(_PING_FRAME)

    @property
    def paused(self) -> bool:
        """The socket is not read now, because the receiver asked for time: silence means nothing."""
        return self._later is not None

    # --- what comes ---------------------------------------------------------------------------------------

    def _received(self, data: bytes) -> None:
        self.unanswered = False
        self._take(data)

    def _take(self, data: bytes) -> None:
        """What was read, or more of it: frames that would take too much of this turn wait for the next."""
        protocol = self._protocol
        events = protocol.receive(data)
        self._traffic.frames += protocol.frames
        if self._receiver is None:
            return
        busy = self._receiver.on_read(len(data), protocol.frames)
        if busy is not None:
            self._pause(busy, events)
            return
        if events:
            self._handle(events)
        if protocol.more and self._later is None:
            self._later = []
            self._stop_reading()
            self._loop.call_soon(self._next_turn)

    def _handle(self, events: list[Event]) -> None:
        """Hands over messages in their order. When the receiver asks for time, the rest waits and the socket
        is not read."""
        for i, (kind, payload) in enumerate(events):
            if kind <= BINARY:
                if self._receiver is None or self._protocol.state is not OPEN:
                    continue
                try:
                    busy = self._receiver.on_message(payload)
                except Exception:  # a fault of ours ends this connection, not the loop's turn for the others
                    logger.exception("a frame failed")
                    self._end()
                    return
                if busy is not None:
                    self._pause(busy, events[i + 1 :])
                    return
            elif kind != PONG:
                assert isinstance(payload, bytes)
                self._answer(kind, payload)

    def _pause(self, busy: Awaitable[None], later: list[Event]) -> None:
        self._later = later
        self._stop_reading()
        asyncio.ensure_future(busy).add_done_callback(self._resume)

    def _resume(self, done: asyncio.Future[None]) -> None:
        if not done.cancelled() and (error := done.exception()) is not None:
            logger.error("a frame failed", exc_info=error)
            self._end()
        if self._protocol.state is not LOST:
            self._go_on()

    def _next_turn(self) -> None:
        if self._protocol.state is not LOST:
            self._go_on()

    def _go_on(self) -> None:
        """What waited is handed over; then the socket is read again."""
        later, self._later = self._later, None
        self._handle(later or [])
        if self._protocol.more and self._later is None:
            self._take(b"")
        if self._later is None and self._protocol.state is not LOST:
            self._start_reading()

    def _answer(self, kind: int, payload: bytes) -> None:
        if kind == PING and self.waiting:
            # A client may ping without reading the answers: only the latest is kept (RFC 6455 §5.5.3).
            self._pong = payload
            return
        reply = self._protocol.answer(kind, payload)
        state = self._protocol.state
        if self._open and state is not OPEN:
            self._traffic.closed_by(kind == CLOSE, payload)
        if state is not OPEN:
            self._shut()
        if reply:
            self._put(reply)
            state = self._protocol.state  # writing may find that nobody is there any more
        if state is CLOSED:
            if not self.waiting:
                self._end()
            elif self._timer is None:
                self._end_in(_CLOSING)
        elif state is FAILED:
            if not reply:
                self._end()
                return
            self._end_in(_LINGER)
            if not self.waiting:
                self._finish_writing()

    def _drained(self) -> None:
        """The kernel has taken all that waited."""
        state = self._protocol.state
        if state is CLOSED:
            self._end()
        elif state is CLOSING:
            self._end_in(_CLOSING)
        elif state is FAILED:
            self._finish_writing()
        elif self._pong is not None:
            pong, self._pong = self._pong, None
            self._answer(PING, pong)

    # --- the end ------------------------------------------------------------------------------------------

    def _shut(self) -> None:
        """Nothing is sent any more but what the protocol still has to say."""
        self._open = False
        self._set_direct(None)

    def _set_direct(self, direct: Callable[[bytes], int] | None) -> None:
        if direct is not self.direct:
            self.direct = direct
            if self._receiver is not None:
                self._receiver.on_step()

    def _end_in(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._protocol.state is not LOST:
            self._timer = self._loop.call_later(seconds, self._end)

    def _end(self) -> None:
        """Lets go of everything; the receiver is told in the next turn."""
        if self._protocol.state is LOST:
            return
        self._protocol.lost()
        if self._open:
            self._traffic.lost()
        self._shut()
        self.waiting = 0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._pinger.discard(self)
        self._release()
        receiver, self._receiver = self._receiver, None
        if receiver is not None:
            self._loop.call_soon(receiver.on_close)

    # --- how bytes move -----------------------------------------------------------------------------------

    def _start_reading(self) -> None:
        """What comes is passed to `_received`; at the end of the stream `_end` is called."""
        raise NotImplementedError

    def _stop_reading(self) -> None:
        raise NotImplementedError

    def _write(self, data: bytes) -> None:
        """Writes at once, or after what waits; `_drained` is called when nothing waits any more."""
        raise NotImplementedError

    def _finish_writing(self) -> None:
        """Nothing more is written: the client need not wait for more, and may still be sending."""
        raise NotImplementedError

    def _release(self) -> None:
        """Closes the socket."""
        raise NotImplementedError
