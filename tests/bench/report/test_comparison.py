"""What is said of one commit beside another."""

import pytest

from bench.report.comparison import Comparison, Verdict, comparison_table, verdict_line


def compared(before: list[float], after: list[float], at_least: bool = False) -> Comparison:
    """A comparison of so many rounds, of one pair each."""
    comparison = Comparison("pairs", "CPU per message", "µs", at_least)
    for pair in zip(before, after, strict=True):
        comparison.add([pair])
    return comparison


@pytest.mark.parametrize(
    ("after", "at_least", "verdict"),
    [
        ([105, 104, 106, 105, 107], False, Verdict.WORSE),
        ([105, 104, 106, 105, 107], True, Verdict.BETTER),
        ([102, 101, 103, 102, 103], False, Verdict.SAME),
        ([95, 96, 94, 95, 93], True, Verdict.WORSE),
        ([95, 96, 94, 95, 93], False, Verdict.BETTER),
        ([80, 90, 110, 120, 130], False, Verdict.UNCLEAR),
        ([105, 104, 106, 105, 99], False, Verdict.UNCLEAR),
        ([105, 104, 106, 105, 107, 108, 106, 99], False, Verdict.WORSE),
        ([120, 120], False, Verdict.UNCLEAR),
        ([80, 80], False, Verdict.SAME),
    ],
)
def test_verdicts(after, at_least, verdict):
    """Three per cent in the middle count when the rounds agree; which way is worse depends on the figure."""
    assert compared([100.0] * len(after), after, at_least).verdict is verdict


def test_a_slow_hour_does_not_count():
    """Rounds in which both sides were slow say what the quiet ones say."""
    one = compared([100, 300, 100, 200, 150], [90, 270, 90, 180, 135])
    assert one.ratio == pytest.approx(0.9) and one.spread == pytest.approx((0.9, 0.9))


def test_one_slice_of_a_round_does_not_count():
    """What happened to one of the slices of a round changes neither its values nor its ratio."""
    one = Comparison("pairs", "CPU per message", "µs", False)
    one.add([(100, 110), (100, 110), (100, 900), (700, 110)])
    assert one.before == [100] and one.after == [110] and one.ratios == [pytest.approx(1.1)]


def test_nothing_to_divide_by():
    """A figure that was 0 before, as of messages nobody sent, is neither worse nor better."""
    assert compared([0, 0], [0, 1]).verdict is Verdict.SAME


def test_the_line_names_what_is_worse():
    """The last line says at once whether a commit may be merged."""
    bad, fine = compared([100] * 5, [110] * 5), compared([100] * 5, [100] * 5)
    assert verdict_line([fine]) == "worse by more than 3%: nothing"
    assert verdict_line([fine, bad]) == "worse by more than 3%: pairs: CPU per message 1.100"
    unclear = compared([100.0] * 5, [80, 90, 110, 120, 130])
    assert "unclear" in verdict_line([unclear]) and "nothing" in verdict_line([unclear])
    assert "1.100" in comparison_table([bad]) and "WORSE" in comparison_table([bad])
