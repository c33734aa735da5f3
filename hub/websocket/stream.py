"""The stream transport: behind Tornado's IOStream, which does TLS and knows how to finish what it was
writing. It uses nothing of a stream that is not public."""

import asyncio
import socket

from tornado.iostream import IOStream, SSLIOStream, StreamClosedError

from hub.websocket.base import READ, SEND_BUFFER, BaseTransport
from hub.websocket.pinger import Pinger
from hub.websocket.protocol import LOST
from hub.websocket.traffic import Traffic


class StreamTransport(BaseTransport):
    """Keeps the contract of `hub.websocket.Transport`. At most one write is under way in the stream: what
    comes meanwhile waits here, joined."""

    __slots__ = ("_stream", "_out")

    kind = "stream"

    def __init__(
        self, stream: IOStream, limit: int, pinger: Pinger, traffic: Traffic, head: bytes = b""
    ) -> None:
        super().__init__(limit, pinger, traffic, head=head)
        self._stream = stream
        self._out = bytearray()  # with what the stream is writing it makes up `waiting`
        stream.set_nodelay(True)  # frames are joined already
        stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)

    def _start_reading(self) -> None:
        try:
            reading = self._stream.read_bytes(READ, partial=True)
        except StreamClosedError:
            self._end()
            return
        # By a callback, not at once: other connections have their turn between two reads.
        asyncio.ensure_future(reading).add_done_callback(self._on_read)

    def _stop_reading(self) -> None:
        """No read is under way while something is handed over."""

    def _on_read(self, reading: asyncio.Future[bytes]) -> None:
        if reading.cancelled() or reading.exception() is not None:
            self._end()
            return
        self._received(reading.result())
        if self._later is None and self._protocol.state is not LOST:
            self._start_reading()

    def _write(self, data: bytes) -> None:
        if self.waiting:
            self._out += data
            self.waiting += len(data)
            return
        try:
            writing = self._stream.write(data)
        except StreamClosedError:
            self._end()
            return
        if not writing.done():
            self.waiting = len(data)
            writing.add_done_callback(self._on_written)

    def _on_written(self, writing: asyncio.Future[None]) -> None:
        if writing.cancelled() or writing.exception() is not None:
            self._end()
            return
        self.waiting = 0
        if self._out:
            out, self._out = bytes(self._out), bytearray()
            self._write(out)
        if not self.waiting:
            self._drained()

    def _finish_writing(self) -> None:
        if isinstance(self._stream, SSLIOStream):
            return  # TLS has no half of a connection that could be closed
        try:
            self._stream.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self._end()

    def _release(self) -> None:
        self._stream.close()
        self._out.clear()
