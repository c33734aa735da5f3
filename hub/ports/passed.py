"""What was not waited for: a message that comes after its time goes to its readers only if nothing later of
its conversation has been there."""

import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import TypeAlias

from hub.ports.bus import Publication

#: Seconds for which it is known: a process that stood still for longer is not heard any more.
KEPT_S = 60.0
#: Ranges of numbers, and conversations, that are remembered. Beyond it nothing late is delivered.
_MOST_RANGES, _MOST_TALKS = 4096, 50_000

#: A group, or the two of a single chat.
_Talk: TypeAlias = int | tuple[int, ...]


class Passed:
    """Change numbers that were passed over and have not come, and how far each conversation has been
    delivered since. False while there is nothing to remember; `clock` in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ranges: list[range] = []  # ascending
        self._reached: dict[_Talk, int] = {}
        self._watches = False
        self._until = 0.0

    def __bool__(self) -> bool:
        return self._watches

    def __contains__(self, number: int) -> bool:
        index = self._find(number)
        return index >= 0 and number in self._ranges[index]

    def watch(self) -> None:
        """From now on it has to be known what is delivered."""
        self._watches = True
        self._until = self._clock() + KEPT_S

    def add(self, numbers: range) -> None:
        """These are passed over; they are above all that were before."""
        self.watch()
        self._ranges.append(numbers)
        if len(self._ranges) > _MOST_RANGES:
            del self._ranges[: _MOST_RANGES // 2]

    def strike(self, first: int, last: int) -> None:
        """These have come after all."""
        index = self._find(first)
        if index >= 0 and first in self._ranges[index]:
            whole = self._ranges[index]
            parts = (range(whole.start, first), range(last + 1, whole.stop))
            self._ranges[index : index + 1] = [part for part in parts if part]

    def note(self, items: Sequence[Publication], keep: bool) -> None:
        """These are delivered. `keep`: there may still be more to pass over."""
        if not keep and self._clock() > self._until:
            self._forget()
            self._watches = False
            return
        for item in items:
            if item.change:
                talk = _talk_of(item)
                self._reached[talk] = max(item.change, self._reached.get(talk, 0))
        if len(self._reached) > _MOST_TALKS:
            self._forget()

    def is_overtaken(self, item: Publication) -> bool:
        """Whether something later of its conversation has been delivered."""
        return self._reached.get(_talk_of(item), 0) > item.change

    def _find(self, number: int) -> int:
        return bisect_right(self._ranges, number, key=lambda numbers: numbers.start) - 1

    def _forget(self) -> None:
        self._ranges.clear()
        self._reached.clear()


def _talk_of(item: Publication) -> _Talk:
    return item.group or tuple(sorted(item.users))
