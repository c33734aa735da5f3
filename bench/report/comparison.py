"""One commit's figures beside another's: pairs of measurements go in, ratios and a verdict come out."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bench.report.figures import aligned, number

#: A figure that is worse by more than this share is told.
TOLERANCE = 0.03
#: How often chance alone may put the middle outside the spread, on one side; five rounds can tell so much.
_CHANCE = 0.05


class Verdict(StrEnum):
    """What a figure has become. UNCLEAR: worse in the middle, but the rounds do not agree, or are too few."""

    BETTER = "better"
    SAME = "same"
    UNCLEAR = "unclear"
    WORSE = "WORSE"


@dataclass
class Comparison:
    """One figure of one row. `before` and `after` have a value for each round, `ratios` after ÷ before of
    the rounds in which there is something to divide by."""

    row: str
    figure: str
    unit: str
    at_least: bool  #: more is better
    before: list[float] = field(default_factory=list)
    after: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)

    def add(self, pairs: Sequence[tuple[float, float]]) -> None:
        """A round: (before, after), each two measured one right after the other, so that both saw the same
        machine. What counts of the round is the middle one of its values, and of its ratios."""
        self.before.append(statistics.median(before for before, _ in pairs))
        self.after.append(statistics.median(after for _, after in pairs))
        ratios = [after / before for before, after in pairs if before > 0]
        if ratios:
            self.ratios.append(statistics.median(ratios))

    @property
    def ratio(self) -> float:
        """The middle one: half of the rounds lie above, half below."""
        return statistics.median(self.ratios or [1.0])

    @property
    def spread(self) -> tuple[float, float]:
        """Between these two ratios the middle one of endless rounds would lie, most likely: on each side it
        is outside by chance in one case of twenty. Of five to seven rounds they are the least and the
        greatest, of eight to ten one of each side is left out. Fewer than five cannot say so much."""
        ratios = sorted(self.ratios or [1.0])
        outside = _outside(len(ratios))
        return ratios[outside], ratios[-1 - outside]

    @property
    def verdict(self) -> Verdict:
        """WORSE and BETTER need the middle beyond the tolerance, and the whole spread on its side."""
        (low, high), middle = self.spread, self.ratio
        if self.at_least:  # turned round, so that more than 1 is worse
            low, middle, high = (1 / max(value, 1e-9) for value in (high, middle, low))
        enough = 0.5 ** len(self.ratios) <= _CHANCE
        if middle > 1 + TOLERANCE:
            return Verdict.WORSE if low > 1 and enough else Verdict.UNCLEAR
        if middle < 1 / (1 + TOLERANCE) and high < 1 and enough:
            return Verdict.BETTER
        return Verdict.SAME

    def dump(self) -> dict[str, object]:
        """For JSON."""
        low, high = self.spread
        return {
            "row": self.row,
            "figure": self.figure,
            "unit": self.unit,
            "at_least": self.at_least,
            "before": [round(value, 3) for value in self.before],
            "after": [round(value, 3) for value in self.after],
            "ratios": [round(value, 4) for value in self.ratios],
            "ratio": round(self.ratio, 4),
            "low": round(low, 4),
            "high": round(high, 4),
            "verdict": self.verdict.lower(),
        }


def comparison_table(comparisons: Sequence[Comparison]) -> str:
    """Lines of figures: the middle of each side, the middle ratio and its spread, the verdict."""
    lines = [["row", "figure", "before", "after", "", "after ÷ before", "between", "verdict"]]
    for one in comparisons:
        low, high = one.spread
        lines.append(
            [
                one.row,
                one.figure,
                number(statistics.median(one.before)),
                number(statistics.median(one.after)),
                one.unit,
                f"{one.ratio:.3f}",
                f"{low:.3f} … {high:.3f}",
                one.verdict,
            ]
        )
    return aligned(lines)


def verdict_line(comparisons: Sequence[Comparison]) -> str:
    """What has become worse by more than 3 %, surely and perhaps."""
    worse, unclear = (
        [f"{one.row}: {one.figure} {one.ratio:.3f}" for one in comparisons if one.verdict is verdict]
        for verdict in (Verdict.WORSE, Verdict.UNCLEAR)
    )
    line = f"worse by more than {TOLERANCE:.0%}: {', '.join(worse) or 'nothing'}"
    if unclear:
        line += f"; unclear, give it more --rounds: {', '.join(unclear)}"
    return line


def _outside(rounds: int) -> int:
    """How many of so many values can be left out at each end, and the middle one of endless values still
    lies between the rest but for `_CHANCE` on each side (the sign test)."""
    left_out, chance = 0, 0.5**rounds
    while left_out < (rounds - 1) // 2:
        chance += math.comb(rounds, left_out + 1) * 0.5**rounds
        if chance > _CHANCE:
            break
        left_out += 1
    return left_out
