"""The stock transport: Tornado's WebSocket protocol and stream, stricter on the way in."""

import asyncio
import socket

from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketHandler, WebSocketProtocol13

from hub.websocket import CATCHING_UP, SEND_BUFFER
from protocol.frames import CloseCode

#: How long a client whose frame was too large may take to read why before it is cut off (seconds), and how
#: much of what it still sends is read and dropped (bytes): closing on unread data would reset the connection
#: and with it the close frame.
_LINGER = 2.0
_LINGER_BYTES = 16 << 20


class StrictProtocol(WebSocketProtocol13):
    """Tornado's protocol with three differences: a client frame that is not masked ends the connection (RFC
    6455 §5.1), a client that sends too large a frame gets to read the 1009, and a slow one the 4008."""

    _at_header = False
    _too_big = False  # the 1009 is written, the client has yet to read it

    async def _receive_frame(self) -> None:
        self._at_header = True
        await super()._receive_frame()
        if self._too_big:
            await self._linger()

    async def _read_bytes(self, n: int) -> bytes:
        data = await super()._read_bytes(n)
        if self._at_header:
            self._at_header = False
            if not data[1] & 0x80:
                self._abort()
                raise StreamClosedError()
        return data

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        if not self.is_closing():
            self._too_big = code == CloseCode.TOO_BIG
            if self.stream.writing():  # Tornado's own time for an answer would run while we still write
                self._waiting = self.stream.io_loop.call_later(CATCHING_UP, self._abort)
        super().close(code, reason)

    def _abort(self) -> None:
        if self._too_big and not self.client_terminated:
            self.client_terminated = True  # nothing more is parsed
        else:
            super()._abort()

    async def _linger(self) -> None:
        """Drops what the client still sends until it has gone, or has had its time."""
        try:
            async with asyncio.timeout(_LINGER):
                dropped = 0
                while dropped < _LINGER_BYTES:
                    dropped += len(await self.stream.read_bytes(65536, partial=True))
        except (StreamClosedError, TimeoutError):
            pass


class StreamTransport:
    """Keeps the contract of `hub.websocket.Transport`. At most one write is under way in the stream: what
    comes meanwhile waits here, joined."""

    def __init__(self, handler: WebSocketHandler) -> None:
        """For a handler that is being opened; the handler passes its messages and its close on."""
        self._handler = handler
        self._writing = 0  # bytes the stream has and the kernel has not taken
        self._out = bytearray()
        handler.set_nodelay(True)  # frames are joined already
        handler.ws_connection.stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)

    @property
    def waiting(self) -> int:
        return self._writing + len(self._out)

    def send(self, data: bytes) -> None:
        connection = self._handler.ws_connection
        if connection is None or connection.is_closing():
            return
        if self._writing:
            self._out += data
            return
        try:
            written = connection.stream.write(data)
        except StreamClosedError:
            return
        if not written.done():
            self._writing = len(data)
            written.add_done_callback(self._written)

    def _written(self, future: asyncio.Future) -> None:
        self._writing = 0
        if self._out and not future.cancelled() and future.exception() is None:
            out, self._out = bytes(self._out), bytearray()
            self.send(out)

    def close(self, code: int, reason: str) -> None:
        self._handler.close(code, reason)
