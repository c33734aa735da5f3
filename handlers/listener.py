"""The HTTP server itself: how many connections it takes, how much it reads, how long it waits."""

import resource
import ssl
from typing import Any

from tornado.httpserver import HTTPServer

from handlers.site import Site

#: Bytes read of a request that is too large before its connection is cut: a browser that is still sending
#: would not see the answer.
DRAIN_BYTES = 64 << 20
#: Seconds that a request may take to arrive, and an idle connection may stay.
BODY_SECONDS, IDLE_SECONDS = 900, 120
#: Descriptors that are not connections: the database's, the log's, uploads'.
RESERVED_FILES = 128


class Listener(HTTPServer):
    """An HTTP server with a bound on connections, so that the process never runs out of descriptors: what
    Tornado does then is to log thousands of tracebacks."""

    def __init__(self, *args: object) -> None:
        """Nothing: Tornado's servers are made by `initialize`."""

    def initialize(self, site: Site, config: Any,  # type: ignore[override]
                   certificate: ssl.SSLContext | None) -> None:
        self._hub = site.settings["services"].hub
        self._http = 0
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
        return next(iter(self._sockets.values())).getsockname()[1]

    def handle_stream(self, stream, address) -> None:
        if self._http + self._hub.connections >= self._most:
            stream.close()
            return
        self._http += 1
        super().handle_stream(stream, address)

    def on_close(self, server_conn: object) -> None:
        self._http -= 1
        super().on_close(server_conn)


def _descriptors() -> int:
    """How many files this process may open, raised as far as it is allowed to."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard if hard != resource.RLIM_INFINITY else 1 << 20
