"""How other processes hear of a batch within its own transaction, where the broker is the database."""

from collections.abc import Sequence

from log.entries import Entry


class Telling:
    """Tells nobody. Called in the log's thread. `together`: other processes write, too, and have to be told
    which numbers a batch took, even when the answer to its COMMIT is lost."""

    def __init__(self, together: bool = False) -> None:
        self.together = together

    def tell(self, entries: Sequence[Entry], changes: range) -> None:
        """Within the transaction, as its last statement."""

    def done(self) -> None:
        """The transaction has committed, or nobody tries again and it may have."""
