"""SQLite's checkpoints, in a thread of their own.

SQLite carries what is in its write-ahead log over to the database inside the COMMIT that makes the log long,
which everybody in that COMMIT waits for. Here that is only a net, `NET_PAGES`; as a rule the log is carried
over beside the writers: the slowest commit in a thousand takes less than half the time (docs/decisions/0049).
"""

import logging
import os
import sqlite3
import threading

logger = logging.getLogger("magpie.database")

#: Pages of 4 KiB in the log at which a COMMIT does it itself, should this thread not get on: 120 MiB.
NET_PAGES = 30_000

_PERIOD_S = 0.5
#: From so many pages on it is worth it; from so many on the log is to begin anew, 64 MiB.
_SMALL_PAGES, _LARGE_PAGES = 1000, 16_000
#: Pages that may be left for the step that holds the writers up.
_FEW_PAGES = 200
_PAGE_BYTES = 4096


class Checkpoints:
    """Of the database at `path`. `writer`: what every writing transaction of this process holds; it is taken
    for a moment when the log is long, since beside busy writers its end is never reached, and only then it
    begins anew."""

    def __init__(self, path: str, writer: threading.Lock) -> None:
        self._path, self._writer = path, writer
        self._stop = threading.Event()
        self._pages = self._anew = 0
        self._thread = threading.Thread(target=self._work, name="db_checkpoints", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends the thread; whoever closes the last connection carries the rest over."""
        self._stop.set()
        self._thread.join()

    def stats(self) -> dict[str, int]:
        """`db_wal_pages`: length of the write-ahead log when it was last looked at; `db_wal_anew`: how often
        it had to be made to begin anew."""
        return {"db_wal_pages": self._pages, "db_wal_anew": self._anew}

    def _work(self) -> None:
        connection = None
        while not self._stop.wait(_PERIOD_S):
            try:
                if os.stat(self._path + "-wal").st_size < _SMALL_PAGES * _PAGE_BYTES:
                    continue
                if connection is None:
                    connection = self._connect()
                self._carry_over(connection)
            except (OSError, sqlite3.Error) as error:
                logger.debug("checkpoint: %s", error)  # a full disk, say: the writers meet that and say so
        if connection is not None:
            connection.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        return connection

    def _carry_over(self, connection: sqlite3.Connection) -> None:
        left = self._passive(connection)
        if self._pages < _LARGE_PAGES:
            return
        for _ in range(3):  # each leaves only what came during the one before
            if left < _FEW_PAGES:
                break
            left = self._passive(connection)
        with self._writer:
            self._passive(connection)
        self._anew += 1

    def _passive(self, connection: sqlite3.Connection) -> int:
        """Carries over what it can without making anybody wait; how many pages are left."""
        _, pages, carried = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        self._pages = pages
        return int(pages - carried)
