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
from log.batch import Batch
from log.entries import Entry, Post

_settled, _store = Delivery.settled, Batch.store


def settled(self: Delivery, batch: Sequence[Entry], changes: Sequence[range]) -> None:
    if _says(batch, "fall silent"):
        os.kill(os.getpid(), signal.SIGKILL)
    _settled(self, batch, changes)


def store(self: Batch) -> dict[str, int]:
    stored = _store(self)
    if _says(self._entries, "stand still"):
        os.kill(os.getpid(), signal.SIGSTOP)
        time.sleep(0.5)  # another thread may take the signal, and this one run on for a moment
    return stored


def _says(batch: Sequence[Entry], words: str) -> bool:
    return any(isinstance(entry, Post) and entry.message.content == words for entry in batch)


if __name__ == "__main__":
    Delivery.settled, Batch.store = settled, store
    sys.exit(server.main())
