"""The room in the log's queue: who takes how much of it, and who waits until there is some."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Self

from log.entries import Entry
from log.entries.entry import Held
from protocol.errors import SlowDown, TryAgain

#: Takes so many bytes for a user, or raises `SlowDown`.
Hold = Callable[[int, float], Held]


class _Nothing:
    def release(self) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        pass


def _unbounded(user_id: int, amount: float) -> Held:
    return _Nothing()


class Room:
    """`queued` holds the bytes of what is in the log, until it is settled; `waiting` those of what could not
    come in, one entry of each socket that is not read meanwhile."""

    def __init__(self, queued: Hold = _unbounded, waiting: Hold = _unbounded) -> None:
        self._queued, self._hold_waiting = queued, waiting
        self._waiting: deque[tuple[Entry, asyncio.Future[None]]] = deque()

    def take(self, entry: Entry) -> bool:
        """False when there is no room for it now."""
        try:
            entry.held = self._queued(entry.userid, entry.size_bytes)
        except SlowDown:
            return False
        return True

    async def wait(self, entry: Entry) -> None:
        """Returns once `let_in` has offered it with success. Raises `SlowDown` when too much waits
        already."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        with self._hold_waiting(entry.userid, entry.size_bytes):
            self._waiting.append((entry, turn))
            await turn

    def let_in(self, offer: Callable[[Entry], bool]) -> None:
        """There is room again: those who wait come in as they came, but for users who still have their
        share."""
        waiting, self._waiting = self._waiting, deque()
        full: set[int] = set()
        for entry, turn in waiting:
            if turn.done():  # nobody waits any more
                continue
            try:
                if entry.userid not in full and offer(entry):
                    turn.set_result(None)
                    continue
            except TryAgain as refusal:
                turn.set_exception(refusal)
                continue
            full.add(entry.userid)
            self._waiting.append((entry, turn))

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)
