"""The seam between the log and what differs between databases in the usual batch."""

from abc import ABC, abstractmethod

from log.statements import Statements
from log.usual.plain import Plain


class Way(ABC):
    """How one kind of database stores a usual batch. Used in the log's thread only.

    `alone`: `store` is a single statement that commits itself; else it is called inside a writing
    transaction. `least`: fewer messages are not worth it. `answers`: it looks whether what a message
    answers is there.
    """

    alone = False
    answers = True
    least = 1

    def __init__(self, statements: Statements) -> None:
        self.statements = statements

    def works(self) -> bool:
        """Whether this server can do it; asked before the first batch, outside of a transaction."""
        return True

    @abstractmethod
    def store(self, plain: Plain) -> bool:
        """Writes the batch: the rows, then the change numbers, then what the conversations have reached.
        False when something in it is not usual, and then nothing was written."""
