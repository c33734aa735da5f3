"""Tells the other processes of what the log writes, inside its transaction."""

import logging
from collections.abc import Sequence

from actions.delivery import Delivery, News
from database.door import Database
from hub.ports.outbox import Outbox
from log.entries import Entry
from log.telling import Telling

logger = logging.getLogger("magpie.delivery")


class TellingOthers(Telling):
    """Called by the log, in its thread. What it finds to tell is kept in each entry, for those who are
    connected here."""

    def __init__(self, db: Database, delivery: Delivery, outbox: Outbox) -> None:
        super().__init__(together=True)
        self._db, self._delivery, self._outbox = db, delivery, outbox

    def tell(self, entries: Sequence[Entry], changes: range) -> None:
        """Within the transaction, as its last statement."""
        news: News = []
        for entry in entries:
            entry.news = None
            if entry.refusal is None:
                try:
                    entry.news = self._delivery.news(entry)
                except Exception:  # a fault of ours must not fail what can be stored
                    logger.exception("telling of a %s", type(entry).__name__)
                    entry.news = []
                news += entry.news
        self._outbox.tell(self._db.peewee.execute_sql, news, (changes,) if changes else ())

    def done(self) -> None:
        """It has committed, or nobody tries again."""
        self._outbox.done()
