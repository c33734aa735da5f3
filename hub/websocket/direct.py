"""The direct transport: a socket taken out of Tornado's stream after the handshake.

One `recv` a readable turn brings all frames that fit in 16 KiB, one `send` goes straight to the kernel; there
is no task, future or buffer object for a connection that is in step. What the kernel does not take waits
here, in order. What that is worth is told in docs/performance.md.
"""

import socket

from hub.websocket import Receiver
from hub.websocket.base import READ, SEND_BUFFER, BaseTransport
from hub.websocket.pinger import Pinger
from hub.websocket.protocol import LOST
from hub.websocket.traffic import Traffic


class DirectTransport(BaseTransport):
    """Keeps the contract of `hub.websocket.Transport`."""

    __slots__ = ("_socket", "_fd", "_send", "_out")

    kind = "direct"

    def __init__(
        self,
        taken: socket.socket,
        early: bytes,
        limit: int,
        pinger: Pinger,
        traffic: Traffic,
        head: bytes = b"",
        ready: bool = False,
    ) -> None:
        """`early`: what has been read of the socket already. `ready`: its options are set."""
        super().__init__(limit, pinger, traffic, early, head)
        if not ready:
            taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # frames are joined already
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self._socket = taken
        self._fd = taken.fileno()
        self._send = taken.send
        self._out: bytearray | None = None  # what the kernel has not taken yet; `waiting` is its length

    def _start_reading(self) -> None:
        self._loop.add_reader(self._fd, self._on_readable)

    def _stop_reading(self) -> None:
        self._loop.remove_reader(self._fd)

    def _on_readable(self) -> None:
        try:
            data = self._socket.recv(READ)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if data:
            self._received(data)
        else:
            self._end()

    def start(self, receiver: Receiver) -> None:
        super().start(receiver)
        self._be_in_step()

    def send(self, data: bytes) -> None:
        if self.direct is None:
            super().send(data)
            return
        try:
            taken = self.direct(data)
        except OSError as error:
            self.undone(data, 0, error)
            return
        if taken != len(data):
            self._keep(data, taken)

    def undone(self, data: bytes, taken: int, error: OSError | None = None) -> None:
        if error is not None and not isinstance(error, (BlockingIOError, InterruptedError)):
            self._end()
        else:
            self._keep(data, taken)

    def _write(self, data: bytes) -> None:
        if self._out is not None:
            self._keep(data, 0)
            return
        try:
            taken = self._send(data)
        except OSError as error:
            self.undone(data, 0, error)
            return
        if taken != len(data):
            self._keep(data, taken)

    def _keep(self, data: bytes, taken: int) -> None:
        """What the kernel has not taken waits until it has room."""
        if self._protocol.state is LOST:
            return
        if self._out is None:
            self._out = bytearray()
            self._set_direct(None)
            self._loop.add_writer(self._fd, self._on_writable)
        self._out += memoryview(data)[taken:]
        self.waiting = len(self._out)

    def _on_writable(self) -> None:
        assert self._out is not None
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
        self._be_in_step()
        self._drained()

    def _be_in_step(self) -> None:
        if self._open and self._out is None and self._receiver is not None:
            self._set_direct(self._send)

    def _finish_writing(self) -> None:
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError:
            self._end()

    def _release(self) -> None:
        self._loop.remove_reader(self._fd)
        if self._out is not None:
            self._loop.remove_writer(self._fd)
            self._out = None
        self._socket.close()
