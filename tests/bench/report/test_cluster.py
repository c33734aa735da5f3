"""What is told of several processes beside one."""

import pytest

from bench.report.cluster import ALL, ONE, PART, Comparison, Slice, tell
from bench.report.result import Result


def carried(side: str, *cpu_s: float, acked: int = 1000, batch: int = 4) -> Slice:
    result = Result("cluster", "", 10, acked=acked, sent=acked, expected=acked, delivered=acked, seconds=1.0)
    counted = {"commits": acked / batch, "published": acked, "received": acked / 2, "bus_batches": 300}
    return Slice(side, result, list(cpu_s), 0.01, 0.05, counted)


def test_what_two_gain():
    """Two that need no more than one are worth two; a bus that doubles the CPU of a message is worth one; the
    middle round counts."""
    found = Comparison("pairs", 2)
    for one, part, both in ((0.1, 0.06, (0.05, 0.05)), (0.1, 0.06, (0.1, 0.1)), (0.1, 0.06, (0.06, 0.04))):
        slices = {ONE: carried(ONE, one), PART: carried(PART, part, acked=500), ALL: carried(ALL, *both)}
        found.rounds.append(slices)
    assert found.gain == pytest.approx(2.0)
    assert found.gain_by_part == pytest.approx(2.4)
    assert found.gain_by_batches is None  # one's two loads have the same: nothing is learnt of a transaction
    found.bus_share, found.rooms = 0.06, {"log": 0.94, "between processes": 0.06}
    met = {figure.name: figure.met for figure in found.figures()}
    assert met["gain of 2 by CPU a message"] is True and met["between processes, by samples"] is False
    text = tell(found)
    assert "60 + 50" in text and "one, 1/2 of it" in text and "log 94.0%, between processes 6.0%" in text
    assert "1.00 published and 0.50 received a message, 0.30 batches" in text
    assert "lost 0, doubled 0, out of order 0" in text


def test_what_two_gain_at_batches_as_large():
    """A transaction's CPU is taken from one's two loads; outside of their batches nothing is made up."""
    one = carried(ONE, 0.2, batch=8)  # 150 µs a message and 400 µs a transaction
    part = carried(PART, 0.175, acked=500, batch=2)
    found = Comparison("pairs", 2, [{ONE: one, PART: part, ALL: carried(ALL, 0.13, 0.12)}])
    assert found.gain_by_batches == pytest.approx(2.0)
    costs = {figure.name: figure.value for figure in found.figures()}["what it costs not to be alone"]
    assert costs == pytest.approx(0.0)
    found = Comparison("pairs", 2, [{ONE: one, PART: part, ALL: carried(ALL, 0.13, 0.12, batch=16)}])
    assert found.gain_by_batches is None


def test_one_alone():
    """One process has nothing to be held against."""
    found = Comparison("pairs", 1, [{ONE: carried(ONE, 0.1)}])
    assert found.figures() == [] and "bus" not in tell(found)


def test_what_others_used():
    """A database and a broker are none of the others that spoil a figure."""
    found = carried(ONE, 0.1)
    found.result.others_cpu_share = 0.26
    assert found.others_share == pytest.approx(0.2)
    found.result.others_cpu_share = 0.01
    assert found.others_share == 0.0
