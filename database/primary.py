"""Which connections lead to the server that is written to."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import peewee


class Primary:
    """After a failover connections stay open to a server that has become read-only: who reads there sees what
    is no longer so, and who writes is refused, for ever. So a refusal for that reason, and the first write
    that works afterwards, make all connections old that were there before; the address may lead elsewhere
    now. `says_read_only` knows the reason."""

    def __init__(self, says_read_only: Callable[[BaseException], bool]) -> None:
        self._says_read_only = says_read_only
        self._turn = 0  # how often connections have become old
        self._refused = False
        self._mine = threading.local()

    def connect(self, database: peewee.Database, drop: Callable[[], None]) -> None:
        """This thread gets a connection, unless it has one that is not old."""
        turn = self._turn
        if getattr(self._mine, "turn", turn) != turn:
            drop()
        if database.connect(reuse_if_open=True):
            self._mine.turn = turn

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Around a transaction that writes."""
        try:
            yield
        except peewee.DatabaseError as error:
            if self._says_read_only(error):
                self._turn += 1
                self._refused = True
            raise
        if self._refused:
            self._refused = False
            self._turn += 1
            self._mine.turn = self._turn  # it is this one that works
