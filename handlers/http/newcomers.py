"""Connections that have not said anything yet.

Most of them want a WebSocket, and say so in one piece: a plain head that is answered without any of Tornado's
streams, tasks and futures, which were a quarter of what a handshake costs. All others, whole requests and
first bytes alike, go to Tornado, with what has been read of them.
"""

import asyncio
import socket
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handlers.http.places import Place
    from handlers.socket.handshake import Arrival

#: Bytes of the first read. Tornado takes as many from us in one read of its own.
_READ = 16384


class Newcomer:
    """One connection; `place` is its own, and for a request it is the connection and its stream."""

    due: float | None = None  #: as a `PacedStream`'s; its time is measured by `Newcomers`

    __slots__ = (
        "protocol",
        "remote_ip",
        "address",
        "place",
        "receiving",
        "data",
        "until",
        "_all",
        "_socket",
        "_task",
    )

    def __init__(
        self, everybody: "Newcomers", connection: socket.socket, address: tuple[object, ...]
    ) -> None:
        self.protocol, self.remote_ip, self.address = "http", str(address[0]), address
        self.place: Place | None = None
        self.receiving = False  # as a `PacedStream`
        self.data = b""  #: what has been read
        self.until: float | None = (
            None  #: when its time is over (`time.monotonic`), if it did not speak at once
        )
        self._all = everybody
        self._socket: socket.socket | None = connection
        self._task: asyncio.Task[None] | None = None

    # --- as a request's connection, its context and its stream -------------------------------------------

    @property
    def context(self) -> "Newcomer":
        return self

    @property
    def stream(self) -> "Newcomer":
        return self

    def closed(self) -> bool:
        return self._socket is None

    def stalled(self, now: float) -> bool:
        return False

    def close(self) -> None:
        if self._socket is not None:
            self._all.forget(self, self._socket)
            self._take().close()

    # --- its first bytes ----------------------------------------------------------------------------------

    def look(self) -> bool:
        """Takes what is there; whether that was anything."""
        assert self._socket is not None
        try:
            data = self._socket.recv(_READ)
        except (BlockingIOError, InterruptedError):
            return False
        except OSError:
            data = b""
        self._all.forget(self, self._socket)
        if not data:
            self.close()
            return True
        self.data = data
        arrival = self._all.arrival(self, data)
        if arrival is None:
            self._all.pass_on(self, None)
        else:
            self._task = self._all.loop.create_task(arrival.answer(self))
        return True

    def refuse(self, arrival: "Arrival") -> None:
        """The handshake is refused: a handler says so, with all that HTTP has to say."""
        if self._socket is not None:
            self._all.pass_on(self, arrival)

    def leave(self) -> tuple[socket.socket, bytes] | None:
        """The socket, with what has been said on it since; its place is given back. None when the client has
        gone."""
        if self._socket is None:
            return None
        try:
            early = self._socket.recv(_READ)
        except (BlockingIOError, InterruptedError):
            return self._take(), b""
        except OSError:
            early = b""
        if not early:
            self.close()
            return None
        return self._take(), early

    def give(self) -> socket.socket:
        """The socket, which is somebody else's from now on, and so is the place."""
        taken = self._socket
        assert taken is not None
        self._socket = self._task = self.place = None  # of cycles
        return taken

    def _take(self) -> socket.socket:
        """The socket; the place is given back."""
        place = self.place
        taken = self.give()
        if place is not None:
            self._all.gone(place)
        return taken


class Newcomers:
    """All of them. `seconds`: how long one may say nothing. `arrival(newcomer, data)`: the handshake that it
    asks for, if that is all it says; `pass_on(newcomer, refused)` gives it to Tornado, perhaps as one whose
    handshake is refused; `gone(place)` gives a place back."""

    def __init__(
        self,
        seconds: float,
        arrival: Callable[[Newcomer, bytes], "Arrival | None"],
        pass_on: Callable[[Newcomer, "Arrival | None"], None],
        gone: Callable[["Place"], None],
    ) -> None:
        self.arrival, self.pass_on, self.gone = arrival, pass_on, gone
        self.loop = asyncio.get_running_loop()
        self._seconds = seconds
        self._silent: dict[Newcomer, None] = {}  # in the order in which their time is over
        self._timer: asyncio.TimerHandle | None = None

    def wait(self, newcomer: Newcomer, connection: socket.socket) -> None:
        """For its first bytes, unless they are there already."""
        if newcomer.look():
            return
        self._silent[newcomer] = None
        newcomer.until = time.monotonic() + self._seconds
        self.loop.add_reader(connection.fileno(), newcomer.look)
        if self._timer is None:
            self._timer = self.loop.call_later(self._seconds, self._end)

    def forget(self, newcomer: Newcomer, connection: socket.socket) -> None:
        """It has said something, or is ended."""
        if newcomer in self._silent:
            del self._silent[newcomer]
            self.loop.remove_reader(connection.fileno())

    def close(self) -> None:
        """Ends those that have said nothing."""
        if self._timer is not None:
            self._timer.cancel()
        for newcomer in list(self._silent):
            newcomer.close()

    def _end(self) -> None:
        """Those whose time is over."""
        now, self._timer = time.monotonic(), None
        for newcomer in list(self._silent):
            if newcomer.until is not None and newcomer.until > now:
                self._timer = self.loop.call_later(newcomer.until - now, self._end)
                return
            newcomer.close()
