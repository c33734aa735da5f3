"""Latencies in logarithmic buckets, 1.6 % wide, which can be added up over processes.

Nanoseconds go in; percentiles come out in milliseconds.
"""

from collections.abc import Iterable
from typing import TypedDict

from bench.clients.lines import HistogramCounts

_SUB = 64  #: buckets for each power of two


class Summary(TypedDict):
    """Percentiles and the maximum, all ms."""

    p50: float
    p99: float
    p99_9: float
    max: float


class Histogram:
    """Counts of nanoseconds. `top` is exact, percentiles are the middle of their bucket."""

    __slots__ = ("counts", "total", "top")

    def __init__(self) -> None:
        self.counts: dict[int, int] = {}
        self.total = 0
        self.top = 0

    def add(self, ns: int, times: int = 1) -> None:
        if ns < _SUB:
            index = max(ns, 0)
        else:
            shift = ns.bit_length() - 7
            index = (shift + 1) * _SUB + (ns >> shift & _SUB - 1)
        self.counts[index] = self.counts.get(index, 0) + times
        self.total += times
        if ns > self.top:
            self.top = ns

    def percentile(self, share: float) -> float:
        """Milliseconds below which `share` (0…1) of the values lie; 0 when there are none."""
        below, want = 0, share * self.total
        for index in sorted(self.counts):
            below += self.counts[index]
            if below >= want:
                return min(_middle(index), self.top) / 1e6
        return 0.0

    def summary(self) -> Summary:
        return Summary(
            p50=round(self.percentile(0.5), 3),
            p99=round(self.percentile(0.99), 3),
            p99_9=round(self.percentile(0.999), 3),
            max=round(self.top / 1e6, 3),
        )

    def dump(self) -> HistogramCounts:
        return HistogramCounts(list(self.counts.items()), self.top)

    def merge(self, dumped: HistogramCounts) -> "Histogram":
        """Adds what another process has dumped."""
        for index, count in dumped.counts:
            self.counts[index] = self.counts.get(index, 0) + count
            self.total += count
        self.top = max(self.top, dumped.top)
        return self


def merged(dumped: Iterable[HistogramCounts]) -> Histogram:
    """One histogram of those of several processes."""
    whole = Histogram()
    for one in dumped:
        whole.merge(one)
    return whole


def _middle(index: int) -> float:
    """Nanoseconds in the middle of a bucket."""
    if index < _SUB:
        return float(index)
    return (_SUB + index % _SUB + 0.5) * float(2 ** (index // _SUB - 1))
