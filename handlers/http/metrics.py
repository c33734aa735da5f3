"""`/metrics`, for Prometheus: on an address of its own, or here for whoever has the token. Strangers are told
nothing, not even that there is anything to be told."""

import hmac
import socket
from typing import Any

from tornado.httputil import HTTPServerRequest
from tornado.iostream import IOStream
from tornado.web import Application, HTTPError, RequestHandler

from handlers.http import security
from handlers.http.accepting import AcceptingServer
from handlers.http.base import BaseHandler
from metrics.scraper import Scraper

#: Connections that the own address takes; Prometheus needs one or two.
CONNECTIONS = 20
#: Seconds between two requests of one connection, and for the head of one: Prometheus asks every minute or
#: oftener.
IDLE_SECONDS = 90
#: Bytes of a request's body: there is none.
BODY_BYTES = 1024


def knows(request: HTTPServerRequest, token: str) -> bool:
    """Whether a request has the token, found out in the same time however much of it is right."""
    return hmac.compare_digest(security.bearer_token(request).encode(), token.encode())


async def tell(handler: RequestHandler, scraper: Scraper) -> None:
    """The numbers, in the form that the request asks for."""
    text, content_type = await scraper.text(handler.request.headers.get("Accept", ""))
    handler.set_header("Content-Type", content_type)
    handler.finish(text)


class MetricsHandler(BaseHandler):
    """On the address of everybody. Without the token it answers as an unknown address does."""

    async def prepare(self) -> None:
        await super().prepare()
        token = self.app.config.metrics.token
        if not token or not knows(self.request, token):
            raise HTTPError(404)

    async def get(self) -> None:
        await tell(self, self.app.scraper)

    head = get


class DoorHandler(RequestHandler):
    """On the address of its own; `token` is asked for if there is one."""

    def initialize(self, scraper: Scraper, token: str) -> None:
        self._scraper, self._token = scraper, token

    def set_default_headers(self) -> None:
        self.clear_header("Server")
        self.set_header("Cache-Control", "no-store")

    def prepare(self) -> None:
        if self.request.path != "/metrics":
            raise HTTPError(404)

    async def get(self) -> None:
        if self._token and not knows(self.request, self._token):
            self.set_status(401)
            self.set_header("WWW-Authenticate", "Bearer")
            return
        await tell(self, self._scraper)

    head = get

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        self.finish()


class MetricsDoor(AcceptingServer):
    """An address of its own, for nobody but Prometheus; `token` is asked for if there is one."""

    def initialize(self, scraper: Scraper, token: str) -> None:  # type: ignore[override]
        route = (r".*", DoorHandler, {"scraper": scraper, "token": token})
        super().initialize(
            Application([route], log_function=lambda handler: None),
            idle_connection_timeout=IDLE_SECONDS,
            body_timeout=IDLE_SECONDS,
            max_body_size=BODY_BYTES,
        )

    def stream(self, connection: socket.socket) -> IOStream:
        return IOStream(connection)

    def handle_stream(self, stream: IOStream, address: tuple[Any, ...]) -> None:
        if len(self._connections) >= CONNECTIONS:
            stream.close()
            return
        super().handle_stream(stream, address)

    async def close(self) -> None:
        """Takes no connection more, and ends those there are."""
        self.stop()
        await self.close_all_connections()


routes = [(r"/metrics", MetricsHandler)]
