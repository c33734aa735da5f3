"""How bytes reach and leave one socket: Tornado's WebSocket, stricter on the way in, framed once on the way out.

The frames of a fan-out are made once by `text_frame` and written to many streams as they are; this is also why
there is no permessage-deflate here, whose state belongs to one connection.
"""

import asyncio
import socket
import struct
from collections.abc import Callable

from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketHandler, WebSocketProtocol13, _WebSocketParams

from protocol.frames import CloseCode

_TEXT_FINAL = 0x81

#: How long a client whose frame was too large may take to read why before it is cut off (seconds), and how much
#: of what it still sends is read and dropped (bytes): closing on unread data would reset the connection and
#: with it the close frame.
_LINGER = 2.0
_LINGER_BYTES = 4 << 20

#: What the kernel may hold for one client (bytes). Left alone it grows to 4 MiB, and a client that does not read
#: is noticed late.
_SEND_BUFFER = 128 << 10


def text_frame(text: str) -> bytes:
    """An unmasked final text frame (RFC 6455 §5.2), ready for any number of streams."""
    payload = text.encode("utf-8")
    size = len(payload)
    if size < 126:
        return bytes((_TEXT_FINAL, size)) + payload
    if size < 65536:
        return struct.pack("!BBH", _TEXT_FINAL, 126, size) + payload
    return struct.pack("!BBQ", _TEXT_FINAL, 127, size) + payload


class StrictProtocol(WebSocketProtocol13):
    """Tornado's protocol with two differences: a client frame that is not masked ends the connection (RFC 6455
    §5.1), and a client that sends too large a frame gets to read the 1009."""

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
        if code == CloseCode.TOO_BIG and not self.is_closing():
            self._too_big = True
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


class StockTransport:
    """One node's socket behind Tornado's stream. At most one write is under way: what comes meanwhile waits in
    the node's queue, where it is counted."""

    def __init__(self, handler: WebSocketHandler) -> None:
        """For a handler that is being opened."""
        self._handler = handler
        handler.set_nodelay(True)  # frames are joined already
        handler.ws_connection.stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)

    @staticmethod
    def protocol(handler: WebSocketHandler, params: _WebSocketParams) -> StrictProtocol:
        """What `WebSocketHandler.get_websocket_protocol` returns for this transport."""
        return StrictProtocol(handler, False, params)

    def write(self, data: bytes, on_written: Callable[[], None]) -> bool:
        """Writes whole frames. True when the kernel took all of it; otherwise `on_written` is called once it
        has (or never, when the connection ends). Raises ConnectionError when it has ended."""
        connection = self._handler.ws_connection
        if connection is None or connection.is_closing():
            raise ConnectionError("closed")
        try:
            written = connection.stream.write(data)
        except StreamClosedError:
            raise ConnectionError("closed") from None
        if written.done():
            return True
        written.add_done_callback(lambda future: None if future.exception() else on_written())
        return False

    def close(self, code: int, reason: str) -> None:
        self._handler.close(code, reason)
