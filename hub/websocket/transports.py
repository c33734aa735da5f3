"""Which transport a connection gets: decided once at start-up, and for each connection where it can't be
had."""

import logging

import tornado
from tornado.iostream import IOStream
from tornado.websocket import WebSocketHandler, WebSocketProtocol, WebSocketProtocol13

from hub.websocket import Receiver, Transport
from hub.websocket.direct import DirectTransport
from hub.websocket.pinger import Pinger
from hub.websocket.stream import StreamTransport, StrictProtocol

logger = logging.getLogger("magpie.transport")

#: What the fast transport and the strict protocol reach into. A Tornado without one of these is not the one
#: we know.
_PROTOCOL = ("_receive_frame_loop", "_receive_frame", "_read_bytes", "start_pinging", "close")
_STREAM = ("fileno", "writing", "closed")
_STREAM_STATE = ("_read_buffer", "_state", "_closed", "socket", "io_loop")


class Transports:
    """`kind`: "direct", or "stream" to leave all to Tornado. `max_frame`: bytes of a message; pings
    as the hub's settings say (seconds)."""

    def __init__(self, kind: str, max_frame: int, ping_interval: float, ping_timeout: float) -> None:
        missing = _missing_internals()
        self.direct = kind == "direct" and not missing
        self._max_frame = max_frame
        self._pinger = Pinger(ping_interval if self.direct else 0, ping_timeout)
        if missing:
            logger.warning("transport=stream: Tornado %s has no %s", tornado.version, missing)
        else:
            logger.info("transport=%s", kind)

    def close(self) -> None:
        """Cuts off who has not answered a close frame yet."""
        self._pinger.close()

    def protocol(self, stock: WebSocketProtocol13) -> WebSocketProtocol:
        """What `WebSocketHandler.get_websocket_protocol` returns, given Tornado's own."""
        return _Handshake(stock.handler, False, stock.params)

    def take(self, handler: WebSocketHandler, receiver: Receiver) -> Transport:
        """The transport of a connection that is being opened. `receiver` hears of it once it is open; a
        handler that is left with a stock transport passes its messages and its close on to the receiver."""
        connection = handler.ws_connection
        assert isinstance(connection, _Handshake)
        if not self.direct or not DirectTransport.can_take(connection.stream):
            return StreamTransport(handler)
        transport = DirectTransport(connection.stream, self._max_frame, self._pinger)
        connection.taken = (transport, receiver)
        return transport


class _Handshake(StrictProtocol):
    """Tornado's protocol up to the point where it would begin to read: there the socket is another's, or
    stays."""

    taken: tuple[DirectTransport, Receiver] | None = None

    def start_pinging(self) -> None:
        """Who pings is known when the connection is open."""

    async def _receive_frame_loop(self) -> None:
        if self.taken is None:
            super().start_pinging()
            await super()._receive_frame_loop()
            return
        transport, receiver = self.taken
        self._let_go()
        transport.start(receiver)

    def _abort(self) -> None:
        if self.taken is not None:  # opening failed after the socket was taken
            self.taken[0].cut()
        super()._abort()

    def _let_go(self) -> None:
        """Nothing of the handshake stays in memory while the connection lives."""
        handler, self.handler, self.stream, self.taken = self.handler, None, None, None
        handler.ws_connection = None
        handler.ui = None
        handler.request.connection = None


def _missing_internals() -> str:
    for name in _PROTOCOL:
        if name not in vars(WebSocketProtocol13):
            return f"WebSocketProtocol13.{name}"
    for name in _STREAM:
        if not hasattr(IOStream, name):
            return f"IOStream.{name}"
    source = IOStream.__init__.__code__.co_names + IOStream.__mro__[1].__init__.__code__.co_names
    return next((f"IOStream.{name}" for name in _STREAM_STATE if name not in source), "")
