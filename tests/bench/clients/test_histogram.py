"""Latencies, and how they are added up."""

import msgspec
import pytest

from bench.clients.histogram import Histogram
from bench.clients.lines import HistogramCounts


def test_percentiles():
    """Percentiles are right to two percent and the maximum is exact, also when processes are added up."""
    whole = Histogram()
    for part in range(4):
        one = Histogram()
        for value in range(part, 100_000, 4):
            one.add(value * 1000)
        whole.merge(msgspec.json.decode(msgspec.json.encode(one.dump()), type=HistogramCounts))
    assert whole.total == 100_000 and whole.top == 99_999_000
    for share in (0.01, 0.5, 0.99, 0.999):
        assert whole.percentile(share) == pytest.approx(share * 100, rel=0.02)
