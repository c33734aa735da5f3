"""Which transport a connection gets: decided once at start-up, and for each connection where it can't be
had."""

import logging
import socket

import tornado
from tornado.iostream import IOStream

from hub.websocket import Transport
from hub.websocket.base import BaseTransport
from hub.websocket.direct import DirectTransport
from hub.websocket.pinger import Pinger
from hub.websocket.stream import StreamTransport
from hub.websocket.taking import can_take, take, why_not
from hub.websocket.traffic import Traffic
from metrics.histogram import Measures

logger = logging.getLogger("magpie.transport")


class Transports:
    """Makes a transport for each connection. `kind`: "direct", or "stream" to leave every socket behind
    Tornado's stream. `max_frame`: bytes of a message; pings as the hub's settings say (seconds)."""

    def __init__(self, kind: str, max_frame: int, ping_interval: float, ping_timeout: float) -> None:
        fault = why_not() if kind == "direct" else ""
        self.direct = kind == "direct" and not fault
        self._max_frame = max_frame
        self._pinger, self._traffic = Pinger(ping_interval, ping_timeout), Traffic()
        if fault:
            logger.warning(
                "transport=stream: no socket can be taken out of a stream of Tornado %s: %s",
                tornado.version,
                fault,
            )
        else:
            logger.info("transport=%s", kind)

    def open(self, stream: IOStream, answer: bytes) -> Transport:
        """The transport of a connection whose handshake is over but for the `answer`, which is the first that
        is written: most often in one piece with the welcome, which costs half of two."""
        taken = self._direct(stream, answer)
        return taken or StreamTransport(stream, self._max_frame, self._pinger, self._traffic, answer)

    def take(self, connection: socket.socket, early: bytes, answer: bytes) -> Transport:
        """The same for a socket that was never in a stream, and was accepted with all that is to be set of
        it; `early`: what has been read of it since the handshake. Only where this is `direct`."""
        return DirectTransport(
            connection, early, self._max_frame, self._pinger, self._traffic, answer, ready=True
        )

    def _direct(self, stream: IOStream, answer: bytes) -> BaseTransport | None:
        if not self.direct or not can_take(stream):
            return None
        try:
            taken, early = take(stream)
        except OSError:  # no descriptor is left
            return None
        return DirectTransport(taken, early, self._max_frame, self._pinger, self._traffic, answer)

    def stats(self) -> dict[str, int]:
        """Open connections by their transport. Since the start: `pings` sent, and connections `timed_out` for
        not answering one; `frames` that were read."""
        kinds = self._pinger.kinds
        return {
            DirectTransport.kind: kinds[DirectTransport.kind],
            StreamTransport.kind: kinds[StreamTransport.kind],
            "pings": self._pinger.pings,
            "timed_out": self._pinger.timed_out,
            "frames": self._traffic.frames,
        }

    def measures(self) -> Measures:
        """`transport_closes`: connections that ended, by who began and the close code."""
        return {"transport_closes": self._traffic.closes}

    def close(self) -> None:
        """Cuts off who has not answered a close frame yet."""
        self._pinger.close()
