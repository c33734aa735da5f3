"""``server.py`` whose process meets its fate at the worst moment, when a message asks for it: ``fall silent``
kills it after the COMMIT and before anybody is told, ``stand still`` stops it before the COMMIT, with all
rows locked."""

import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import server
from actions.delivery import Delivery
from log.entries import Entry, Post
from log.telling import Telling
from log.writer import Writer

_settled, _commit = Delivery.settled, Writer.commit


def settled(self: Delivery, batch: Sequence[Entry], changes: Sequence[range]) -> None:
    if _says(batch, "fall silent"):
        os.kill(os.getpid(), signal.SIGKILL)
    _settled(self, batch, changes)


def commit(self: Writer, batch: Sequence[Entry]) -> tuple[Sequence[range], Exception | None]:
    if _says(batch, "stand still"):
        self._telling = Stopping(self)
    return _commit(self, batch)


class Stopping(Telling):
    """Telling of it is what a writer does last in a transaction: there this one stops, once."""

    def __init__(self, writer: Writer) -> None:
        self._writer, self._telling = writer, writer._telling

    def tell(self, entries: Sequence[Entry], changes: range) -> None:
        self._telling.tell(entries, changes)
        self._writer._telling = self._telling
        os.kill(os.getpid(), signal.SIGSTOP)
        time.sleep(0.5)  # another thread may take the signal, and this one run on for a moment


def _says(batch: Sequence[Entry], words: str) -> bool:
    return any(isinstance(entry, Post) and entry.message.content == words for entry in batch)


if __name__ == "__main__":
    Delivery.settled, Writer.commit = settled, commit
    sys.exit(server.main())
