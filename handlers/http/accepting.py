"""How an HTTP server lets connections in: many in one turn of the loop, and patient when no descriptor is
left."""

import asyncio
import logging
import resource
import socket
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from tornado.httpserver import HTTPServer

if TYPE_CHECKING:
    from tornado.iostream import IOStream

log = logging.getLogger("magpie")

#: Seconds between two log lines that say the same.
QUIET_SECONDS = 60
#: Seconds for which nobody is let in when there is no descriptor left.
BREATH_SECONDS = 0.5
#: Connections accepted in one turn of the loop.
ACCEPTED_AT_ONCE = 64


class AcceptingServer(HTTPServer):
    """Tornado's, but that running out of descriptors is waited for instead of logged without end."""

    def __init__(self, *args: object) -> None:
        """Nothing: Tornado's servers are made by `initialize`."""

    def initialize(self, *args: Any, **kwargs: Any) -> None:
        self._said: dict[str, float] = {}
        super().initialize(*args, **kwargs)

    def add_sockets(self, sockets: "list[socket.socket]") -> None:  # type: ignore[override]
        for listening in sockets:
            self._sockets[listening.fileno()] = listening
            self._handlers[listening.fileno()] = partial(self._deafen, listening)
            self._listen(listening)

    @property
    def port(self) -> int:
        """The port that is listened on, also when the settings say 0."""
        port: int = next(iter(self._sockets.values())).getsockname()[1]
        return port

    def stream(self, connection: socket.socket) -> "IOStream":
        """What a new connection is read and written by. Raises `OSError` when it has gone already."""
        raise NotImplementedError

    def no_descriptor(self) -> None:
        """None is left: whoever can be spared may be ended."""

    def say(self, what: str, text: str, value: object) -> None:
        """A warning, once a minute for each `what`."""
        now = time.monotonic()
        if now - self._said.get(what, float("-inf")) > QUIET_SECONDS:
            self._said[what] = now
            log.warning(text, value)

    def _deafen(self, listening: socket.socket) -> None:
        asyncio.get_running_loop().remove_reader(listening.fileno())

    def _listen(self, listening: socket.socket) -> None:
        if not self._stopped:
            asyncio.get_running_loop().add_reader(listening.fileno(), self._accept, listening)

    def _accept(self, listening: socket.socket) -> None:
        for _ in range(ACCEPTED_AT_ONCE):
            try:
                connection, address = listening.accept()
            except (BlockingIOError, InterruptedError):
                return
            except ConnectionAbortedError:
                continue
            except OSError as error:
                self.say("accept", "cannot accept a connection: %s", error.strerror)
                self._deafen(listening)
                asyncio.get_running_loop().call_later(BREATH_SECONDS, self._listen, listening)
                self.no_descriptor()
                return
            self.let_in(connection, address)

    def let_in(self, connection: socket.socket, address: tuple[Any, ...]) -> None:
        """A new connection."""
        try:
            stream = self.stream(connection)
        except OSError:  # it has gone already, as after a port scan
            connection.close()
            return
        self.handle_stream(stream, address)


def descriptors() -> int:
    """How many files this process may open, raised as far as it is allowed to."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard if hard != resource.RLIM_INFINITY else 1 << 20
