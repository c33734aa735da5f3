"""How times are counted."""

import random

import pytest

from metrics.histogram import SECONDS, Counts, Histogram


def test_each_value_counts_once():
    """Who reads a histogram finds each value under the first bound that it does not exceed, and their sum."""
    histogram = Histogram((1, 2, 4))
    for value in (0, 1, 1.5, 2, 4, 4.1, 100):
        histogram.observe(value)
    assert histogram.counts() == Counts((1, 2, 4), (2, 2, 1, 2), pytest.approx(112.6))
    assert len(histogram) == 7


def test_many_at_once_are_counted_as_one_by_one():
    """The times of a whole batch of messages are those that each of them has taken."""
    rolled = random.Random(64)
    for count in (1, 2, 3, 8, 50):
        at_once, alone, now = Histogram(), Histogram(), 1000.0
        taken = [rolled.choice((0.00004, 0.0007, 0.013, 0.3, 11)) * rolled.random() for _ in range(count)]
        at_once.observe_since(now, [now - seconds for seconds in taken])
        for seconds in taken:
            alone.observe(seconds)
        assert at_once.each == alone.each
        assert at_once.total == pytest.approx(alone.total)


def test_what_was_read_does_not_change():
    """A text that is being written tells one moment, whatever is counted meanwhile."""
    histogram = Histogram()
    histogram.observe(1)
    counts = histogram.counts()
    histogram.observe(1)
    assert sum(counts.each) == 1 and counts.bounds == SECONDS
