"""``python -m bench echo``: says back what it is told, over our own WebSocket and nothing else of the server.
For suites that test the protocol, and for measuring it alone."""

import asyncio
import logging

from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler

from bench.run.options import Options
from hub.websocket import Transport, handshake
from hub.websocket.framing import BINARY, TEXT, frame
from hub.websocket.transports import Transports

#: Bytes of a message: more than any that a suite sends.
MAX_MESSAGE = 32 << 20


class Echo:
    """The receiver of one connection."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def on_read(self, size: int, frames: int) -> None:
        """Nothing is counted."""

    def on_message(self, data: str | bytes) -> None:
        """A text for a text, bytes for bytes."""
        if isinstance(data, str):
            self._transport.send(frame(TEXT, data.encode()))
        else:
            self._transport.send(frame(BINARY, data))

    def on_step(self) -> None:
        pass

    def on_close(self) -> None:
        """Nothing to clear away."""


class EchoHandler(RequestHandler):
    """Any path."""

    def initialize(self, transports: Transports) -> None:
        self._transports = transports

    def get(self) -> None:
        try:
            answer = handshake.accept(self.request.version, self.request.headers)
        except handshake.BadHandshake as refused:
            self.set_status(refused.status)
            self.finish(str(refused))
            return
        transport = self._transports.open(self.detach(), answer)
        transport.start(Echo(transport))


def serve(port: int, kind: str) -> tuple[HTTPServer, Transports]:
    """Listens on a port of 127.0.0.1, with the transport that `hub.transport` would name `kind`."""
    transports = Transports(kind, MAX_MESSAGE, 0, 0)
    server = HTTPServer(Application([(r".*", EchoHandler, {"transports": transports})]))
    server.listen(port, "127.0.0.1")
    return server, transports


async def run(options: Options, progress: object) -> int:
    """Until it is told to stop; of `progress` there is none."""
    logging.basicConfig(level=logging.WARNING)
    serve(options.port, options.transport)
    print(f"echo on ws://127.0.0.1:{options.port}, transport {options.transport}", flush=True)
    await asyncio.Event().wait()
    return 0
