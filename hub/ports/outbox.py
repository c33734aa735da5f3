"""What the log's own transaction tells the other processes, where the broker is the database itself: whoever
has committed has told, and what is told comes in the order of the commits."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from hub.ports.bus import Publication
from hub.ports.control import Order
from hub.ports.packing import LETTER_BYTES, Batch, Item, items_of, pack, size_of

#: The voice with which it is said: the line has another, and their numbers are not one sequence.
VOICE = 1


#: Puts letters into the open transaction of whoever executes.
Send: TypeAlias = Callable[[Callable[..., object], Sequence[bytes]], None]


class Outbox:
    """Used by the log's thread alone."""

    def __init__(self, process: int, send: Send) -> None:
        self._process, self._send = process, send
        self._number = self._taken = 0

    def tell(
        self,
        execute: Callable[..., object],
        news: Sequence[Publication | Order],
        changes: Sequence[range],
    ) -> None:
        """To all others, if the transaction commits. A second try takes the numbers of the first one: should
        that have committed after all, what is said twice is heard once."""
        self._taken = self._number
        letters, items, size = [], list[Item](), 0
        for item in items_of(news, changes):
            items.append(item)
            size += size_of(item)
            if size >= LETTER_BYTES:
                letters.append(self._letter(items))
                items, size = [], 0
        if items:
            letters.append(self._letter(items))
        if letters:
            self._send(execute, letters)

    def done(self) -> None:
        """The transaction has committed, or is given up and may have committed: its numbers are used."""
        self._number = self._taken

    def _letter(self, items: Sequence[Item]) -> bytes:
        self._taken += 1
        return pack(Batch(self._process, VOICE, self._taken, tuple(items)))
