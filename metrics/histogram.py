"""What parts count in where one number is not enough: a few list entries, no lock.

Each is written by one thread only, as a rule the loop. Prometheus' own client takes a lock for every number,
1.8 µs where this takes 0.2 (docs/decisions/0064).
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

#: Seconds: from a read that finds everything in memory to the deadline of the database.
SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
#: How many at once.
ENTRIES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096)


class Counts(NamedTuple):
    """A histogram as it stood at one moment. `each`: how many fell to each bound, and last how many above."""

    bounds: tuple[float, ...]
    each: tuple[int, ...]
    total: float


class Histogram:
    """How often a value was at most each of `bounds`, which rise; and the sum of all values."""

    __slots__ = ("bounds", "each", "total")

    def __init__(self, bounds: tuple[float, ...] = SECONDS) -> None:
        self.bounds = bounds
        self.each = [0] * (len(bounds) + 1)
        self.total = 0.0

    def observe(self, value: float) -> None:
        self.each[bisect_left(self.bounds, value)] += 1
        self.total += value

    def observe_since(self, now: float, begun: list[float]) -> None:
        """What has taken from each of `begun` until `now`; `begun` is sorted, which it nearly is as a rule.
        For many it costs a tenth of one by one: they share a few bounds, and each bound is looked for
        once."""
        bounds, each, count = self.bounds, self.each, len(begun)
        if count == 1:
            taken = now - begun[0]
            each[bisect_left(bounds, taken)] += 1
            self.total += taken
            return
        begun.sort()
        self.total += count * now - sum(begun)
        last = bisect_left(bounds, now - begun[0])
        for i in range(bisect_left(bounds, now - begun[-1]), last):
            longer = bisect_left(begun, now - bounds[i])  # those that took more than this bound
            each[i] += count - longer
            count = longer
        each[last] += count

    def counts(self) -> Counts:
        return Counts(self.bounds, tuple(self.each), self.total)

    def __len__(self) -> int:
        """How many values there were."""
        return sum(self.each)


#: How often, by a label of which there are few: a code, a kind. Never by anything that a client makes up.
Tally = Counter[str | tuple[str, ...]]

#: What a part tells besides plain numbers, by name; names begin as those in its `stats`.
Measures = Mapping[str, "Histogram | Tally"]
