"""One server on a database, or several that know of each other: a lock with a name, held on a connection of
its own as long as the process lives.

Two servers on one database without a broker would each deliver only what came in by themselves. SQLite's
file is claimed with the data directory (`start/data_directory.py`); MariaDB, MySQL and PostgreSQL have locks
that end with the connection.
"""

import logging
import threading

from database import dialect

logger = logging.getLogger("magpie.database")

#: Seconds in which a server that was just stopped, or killed, may still be letting go; the database does that
#: after a connection has ended, when it gets to it, also with a connection of one's own.
PATIENCE_S = 5.0
#: Seconds between two looks at the connection. The database drops one that is silent for longer than
#: `dialect.CLAIM_SILENCE_S`, so that a machine that went down does not hold its claim for hours.
CHECK_S = 15.0


class Claim:
    """The claim of this process, `shared` with others that have a broker. `take` says whether it is ours; a
    database that was away is claimed again. `patience_s`: how long to wait for who has it."""

    def __init__(
        self, url: str, deadline_s: float, shared: bool = False, patience_s: float = PATIENCE_S
    ) -> None:
        self._shared = shared
        self._patience_s = patience_s
        self._dialect = dialect.of_url(url)
        self._database = self._dialect.open(url, deadline_s)
        self._held: bool | Exception = False
        self._warned = False  # that another has it
        self._settled, self._stop = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="claim", daemon=True)

    def take(self) -> bool:
        """False when another server has it. Raises what the driver raises."""
        self._thread.start()
        self._settled.wait()
        if isinstance(self._held, Exception):
            raise self._held
        return self._held

    def release(self) -> None:
        self._stop.set()
        self._thread.join(PATIENCE_S)

    def _run(self) -> None:
        """Everything happens in this thread, because connections belong to threads."""
        try:
            self._held = self._dialect.claim(self._database, self._patience_s, self._shared)
        except Exception as error:
            self._held = error
        self._settled.set()
        while self._held is True and not self._stop.wait(CHECK_S):
            self._look()
        self._let_go()

    def _look(self) -> None:
        """Claims again what was lost: the connection, or the server that it leads to, which has become
        read-only."""
        try:
            if not self._database.is_closed() and not self._dialect.is_read_only(self._database):
                return
        except Exception as error:  # the connection is gone, and the claim with it
            logger.debug("claim: %s", error)
        self._let_go()
        claimed = False
        try:
            claimed = self._dialect.claim(self._database, self._patience_s, self._shared)
            if not claimed and not self._warned:
                logger.error("another server has come to this database: each delivers only its own")
            self._warned = not claimed
        except Exception as error:  # the database is away; whoever needs it says so
            logger.debug("claim: %s", error)
        if not claimed:
            self._let_go()

    def _let_go(self) -> None:
        try:
            self._database.close()
        except Exception as error:
            logger.debug("claim: %s", error)
