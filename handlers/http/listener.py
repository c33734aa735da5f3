"""The HTTP server itself: how many connections it takes, how much it reads, how long it waits."""

import asyncio
import logging
import resource
import ssl
import time
from typing import TYPE_CHECKING, Any

from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream, SSLIOStream, StreamClosedError, UnsatisfiableReadError

from handlers.http.site import Site

if TYPE_CHECKING:
    from config import Config

log = logging.getLogger("magpie")

#: Bytes read of a request that is too large before its connection is cut: a browser that is still sending
#: would not see the answer.
DRAIN_BYTES = 64 << 20
#: Seconds that a request may take to arrive, and an idle connection may stay.
BODY_SECONDS, IDLE_SECONDS = 900, 120
#: Descriptors that are not connections: the database's, the log's, uploads'.
RESERVED_FILES = 128
#: Connections that are being told that there is no room; more are cut without a word. They use reserved
#: descriptors.
REFUSED_POLITELY = 32
#: Seconds between two log lines that say so.
FULL_LOG_SECONDS = 60

_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n"
    b"X-Content-Type-Options: nosniff\r\nReferrer-Policy: strict-origin\r\n"
    b"Content-Security-Policy: default-src 'none'\r\n"
    b"Content-Length: 14\r\n\r\n" + "连接已满\r\n".encode()
)


class Listener(HTTPServer):
    """An HTTP server with a bound on connections, so that the process never runs out of descriptors: what
    Tornado does then is to log thousands of tracebacks."""

    def __init__(self, *args: object) -> None:
        """Nothing: Tornado's servers are made by `initialize`."""

    def initialize(  # type: ignore[override]
        self, site: Site, config: "Config", certificate: ssl.SSLContext | None
    ) -> None:
        self._hub = site.settings["services"].hub
        self._http = self._refused = 0
        self._refusals: set[asyncio.Task[None]] = set()
        self._full_logged = float("-inf")
        self._most = min(config.server.max_connections, _descriptors() - RESERVED_FILES)
        super().initialize(
            site,
            ssl_options=certificate,
            idle_connection_timeout=IDLE_SECONDS,
            body_timeout=BODY_SECONDS,
            max_body_size=config.uploads.max_bytes + DRAIN_BYTES,
            max_buffer_size=1 << 20,
        )

    @property
    def port(self) -> int:
        """The port that is listened on, also when the settings say 0."""
        port: int = next(iter(self._sockets.values())).getsockname()[1]
        return port

    def stats(self) -> dict[str, int]:
        """`http_connections`: those that are open, without WebSockets; `http_refused`: those that found the
        server full, since the start."""
        return {"http_connections": self._http, "http_refused": self._refused}

    def handle_stream(self, stream: IOStream, address: tuple[Any, ...]) -> None:
        if self._http + self._hub.connections >= self._most:
            self._refuse(stream)
            return
        self._http += 1
        super().handle_stream(stream, address)

    def _refuse(self, stream: IOStream) -> None:
        self._refused += 1
        if time.monotonic() - self._full_logged > FULL_LOG_SECONDS:
            self._full_logged = time.monotonic()
            log.warning("full connections=%d: more are refused", self._most)
        if isinstance(stream, SSLIOStream) or len(self._refusals) >= REFUSED_POLITELY:
            stream.close()
            return
        refusal = asyncio.ensure_future(_say_full(stream))
        self._refusals.add(refusal)
        refusal.add_done_callback(self._refusals.discard)

    def on_close(self, server_conn: object) -> None:
        self._http -= 1
        super().on_close(server_conn)


async def _say_full(stream: IOStream) -> None:
    """503, once the request is read: closing on unread data would take the answer along."""
    try:
        async with asyncio.timeout(1):
            await stream.read_until(b"\r\n\r\n", max_bytes=65536)
            await stream.write(_FULL)
    except (StreamClosedError, UnsatisfiableReadError, TimeoutError):
        pass
    finally:
        stream.close()


def _descriptors() -> int:
    """How many files this process may open, raised as far as it is allowed to."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard if hard != resource.RLIM_INFINITY else 1 << 20
