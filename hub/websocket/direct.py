"""The fast transport: a socket taken over from Tornado's stream after the handshake.

One `recv` a readable turn brings all frames that fit in 16 KiB, one `send` goes straight to the kernel; there
is no task, future or buffer object for a connection that is in step. What the kernel does not take waits
here, in order. What that is worth is told in docs/performance.md.
"""

import asyncio
import logging
import socket
import struct

from tornado.iostream import IOStream, SSLIOStream

from hub.websocket import CATCHING_UP, SEND_BUFFER, Receiver
from hub.websocket.parser import CLOSE, PING, PONG, FrameParser, TooBig, Violation
from hub.websocket.pinger import Pinger
from protocol.frames import CloseCode

logger = logging.getLogger("magpie.transport")

#: Bytes of one read: the budget of frames a client has in one turn of the loop.
_READ = 16384

#: Seconds that a client may take to answer a close frame, or to read a 1009 before it is cut off. Closing on
#: unread data would reset the connection and with it the close frame.
_CLOSING, _LINGER = 5.0, 2.0

_PING_FRAME = b"\x89\x00"


class DirectTransport:
    """Keeps the contract of `hub.websocket.Transport`."""

    __slots__ = (
        "_loop",
        "_socket",
        "_fd",
        "_send",
        "_receiver",
        "_parser",
        "_out",
        "_found",
        "_state",
        "_timer",
        "_pong",
        "waiting",
        "unanswered",
        "seat",
        "_pinger",
    )

    def __init__(self, stream: IOStream, max_message: int, pinger: Pinger) -> None:
        """Takes the socket from a stream that `can_take` allows. Reading begins with `start`."""
        self._loop = asyncio.get_running_loop()
        fd, rest, self._socket = _take(stream)
        self._fd = fd
        self._send = self._socket.send
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # frames are joined already
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self._parser = FrameParser(max_message, rest)
        self._receiver: Receiver | None = None
        self._out: bytearray | None = None  # what the kernel has not taken yet
        self.waiting = 0  # its length: an attribute, because every delivery looks at it
        self._found: list | None = None  # messages that wait for the receiver to be done with one before
        self._state = _OPEN
        self._timer: asyncio.TimerHandle | None = None
        self._pong: bytes | None = None  # the answer to the latest ping, while something waits before it
        self._pinger = pinger
        self.unanswered = False  # nothing has come since the last ping
        self.seat: set | None = None  # the pinger's

    @staticmethod
    def can_take(stream: IOStream) -> bool:
        return not isinstance(stream, SSLIOStream) and not stream.writing() and not stream.closed()

    def start(self, receiver: Receiver) -> None:
        """Reads from now on, beginning with what came together with the handshake."""
        self._receiver = receiver
        if self._state == _ENDED:  # closed while the connection was being opened
            self._loop.call_soon(receiver.on_close)
            return
        self._pinger.add(self)
        self._loop.add_reader(self._fd, self._on_readable)
        self._feed(b"")

    # --- out ----------------------------------------------------------------------------------------------

    def send(self, data: bytes) -> None:
        if self._state != _OPEN:
            return
        if self._out is not None:
            self._out += data
            self.waiting += len(data)
            return
        try:
            taken = self._send(data)
        except (BlockingIOError, InterruptedError):
            taken = 0
        except OSError:
            self._end()
            return
        if taken != len(data):
            self._out = bytearray(memoryview(data)[taken:])
            self.waiting = len(self._out)
            self._loop.add_writer(self._fd, self._on_writable)

    def _on_writable(self) -> None:
        try:
            taken = self._send(self._out)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self._end()
            return
        if taken < len(self._out):
            del self._out[:taken]
            self.waiting -= taken
            return
        self._out, self.waiting = None, 0
        self._loop.remove_writer(self._fd)
        if self._state == _ANSWERED:
            self._end()
        elif self._state == _CLOSED:
            self._timer.cancel()
            self._timer = self._loop.call_later(_CLOSING, self._end)
        elif self._pong is not None:
            pong, self._pong = self._pong, None
            self.send(pong)

    def _answer_ping(self, payload: bytes) -> None:
        """A client may ping without reading the answers: only the latest of those that must wait is kept."""
        pong = bytes((0x80 | PONG, len(payload))) + payload
        if self._out is None:
            self.send(pong)
        else:
            self._pong = pong

    @property
    def paused(self) -> bool:
        """The socket is not read now, because the receiver asked for time: silence means nothing."""
        return self._found is not None

    def cut(self) -> None:
        """Ends the connection without a word."""
        self._end()

    def ping(self) -> None:
        """Asks for a sign of life; `unanswered` stays true until there is one."""
        self.unanswered = True
        self.send(_PING_FRAME)

    # --- in -----------------------------------------------------------------------------------------------

    def _on_readable(self) -> None:
        try:
            data = self._socket.recv(_READ)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self._end()
            return
        self.unanswered = False
        if self._state != _LINGERING:
            self._feed(data)

    def _feed(self, data: bytes) -> None:
        found: list = []
        try:
            self._parser.feed(data, found)
        except TooBig:
            found.append((_FAULT, CloseCode.TOO_BIG))
        except Violation:
            found.append((_FAULT, None))
        if found:
            self._handle(found)

    def _handle(self, found: list) -> None:
        """Hands over frames in their order. When the receiver asks for time, the rest waits and the socket is
        not read."""
        for i, (opcode, payload) in enumerate(found):
            if opcode == PING:
                self._answer_ping(payload)
            elif opcode == CLOSE:
                self._answer_close(payload)
                return
            elif opcode == _FAULT:
                self._fault(payload)
                return
            elif opcode != PONG and self._state == _OPEN:
                try:
                    busy = self._receiver.on_message(payload)
                except Exception:  # a fault of ours ends this connection, not the loop's turn for the others
                    logger.exception("a frame failed")
                    self._end()
                    return
                if busy is not None:
                    self._pause(busy, found[i + 1 :])
                    return
            if self._state == _ENDED:
                return

    def _pause(self, busy, rest: list) -> None:
        self._found = rest
        self._loop.remove_reader(self._fd)
        asyncio.ensure_future(busy).add_done_callback(self._resume)

    def _resume(self, done: asyncio.Future) -> None:
        if not done.cancelled() and done.exception() is not None:
            logger.error("a frame failed", exc_info=done.exception())
            self._end()
        if self._state == _ENDED:
            return
        found, self._found = self._found, None
        self._loop.add_reader(self._fd, self._on_readable)
        self._handle(found)

    # --- the end ------------------------------------------------------------------------------------------

    def close(self, code: int, reason: str) -> None:
        if self._state == _OPEN:
            self._send_close(struct.pack("!H", code) + reason.encode()[:123])
            if self._state == _OPEN:
                self._state = _CLOSED
                self._timer = self._loop.call_later(_CLOSING if self._out is None else CATCHING_UP, self._end)

    def _send_close(self, payload: bytes) -> None:
        self.send(bytes((0x80 | CLOSE, len(payload))) + payload)

    def _answer_close(self, payload: bytes) -> None:
        """The client closes, or answers our close: the connection ends when all is written."""
        if self._state == _OPEN:
            self._send_close(payload[:2] if len(payload) > 1 else b"")
        if self._state == _ENDED:
            return
        if self._out is None:
            self._end()
        else:
            self._state = _ANSWERED
            self._timer = self._timer or self._loop.call_later(_CLOSING, self._end)

    def _fault(self, code: CloseCode | None) -> None:
        if code is None or self._state != _OPEN:
            self._end()
            return
        self._send_close(struct.pack("!H", code) + b"message too big")
        if self._state == _OPEN:
            self._state = _LINGERING
            self._timer = self._loop.call_later(_LINGER, self._end)

    def _end(self) -> None:
        """Lets go of everything; the receiver is told in the next turn."""
        if self._state == _ENDED:
            return
        self._state = _ENDED
        self._loop.remove_reader(self._fd)
        if self._out is not None:
            self._loop.remove_writer(self._fd)
            self._out, self.waiting = None, 0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._pinger.discard(self)
        self._socket.close()
        receiver, self._receiver = self._receiver, None
        if receiver is not None:
            self._loop.call_soon(receiver.on_close)


_OPEN, _CLOSED, _ANSWERED, _LINGERING, _ENDED = range(5)  # CLOSED: our close frame is out, theirs is awaited
_FAULT = -1


def _take(stream: IOStream) -> tuple[int, bytes, socket.socket]:
    """(descriptor, bytes read but not used, socket): the stream has none of them afterwards."""
    fd = stream.fileno()
    if stream._state is not None:
        stream.io_loop.remove_handler(fd)
        stream._state = None
    rest, taken = bytes(stream._read_buffer), stream.socket
    stream.socket = None
    stream._closed = True
    return fd, rest, taken
