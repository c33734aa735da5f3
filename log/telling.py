"""How other processes hear of a batch within its own transaction, where the broker is the database."""

from collections.abc import Sequence

from log.entries import Entry


class Telling:
    """Tells nobody. Called in the log's thread."""

    def tell(self, entries: Sequence[Entry], changes: range) -> None:
        """Within the transaction, as its last statement."""

    def done(self) -> None:
        """The transaction has committed, or nobody tries again and it may have."""
