"""Calls of `requests` that can be cut off from outside, whatever they wait for.

A timeout of the library is between two pieces of an answer: a service that sends a byte now and then keeps a
thread for ever. Here each call keeps a second descriptor of the connections it uses, and whoever decides that
it takes too long shuts these down; the thread then finds its connection gone.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

T = TypeVar("T")


class Call:
    """Something that is done in a thread with connections of a `CuttableAdapter`."""

    def __init__(self) -> None:
        self.is_cut = False
        self._lines: list[socket.socket] = []
        self._lock = threading.Lock()

    def run(self, work: Callable[[], T]) -> T:
        """`work()`, in its thread. What it raises once the call was cut is of no interest."""
        _here.call = self
        try:
            return work()
        finally:
            _here.call = None
            with self._lock:
                for line in self._lines:
                    line.close()
                self._lines.clear()

    def cut(self) -> None:
        """Ends it, from any thread; a connection that it would make next as well."""
        with self._lock:
            self.is_cut = True
            for line in self._lines:
                with suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)

    def watch(self, connected: socket.socket) -> None:
        """`connected` is used from now on. The descriptor is doubled, since TLS takes the first one over."""
        with self._lock:
            if self.is_cut:
                raise TimeoutError("the call was cut off")
            self._lines.append(socket.socket(fileno=os.dup(connected.fileno())))


class _Here(threading.local):
    call: Call | None = None


_here = _Here()


class _Watched:
    """Tells the call which connection it uses: a new one before TLS begins on it, a kept one before each
    request."""

    sock: socket.socket | None

    def _new_conn(self) -> socket.socket:
        connected: socket.socket = super()._new_conn()  # type: ignore[misc]
        if _here.call is not None:
            try:
                _here.call.watch(connected)
            except BaseException:
                connected.close()
                raise
        return connected

    def request(self, *args: Any, **kwargs: Any) -> None:
        if _here.call is not None and self.sock is not None:
            _here.call.watch(self.sock)
        super().request(*args, **kwargs)  # type: ignore[misc]


class _WatchedConnection(_Watched, HTTPConnection):
    pass


class _WatchedTlsConnection(_Watched, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _WatchedConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedTlsConnection


class CuttableAdapter(HTTPAdapter):
    """For the `mount` of a session: its connections can be cut off by the `Call` in whose thread they are."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
        return manager
