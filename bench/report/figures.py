"""Figures: measured values with a name, a unit and perhaps a target."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A measured value and its target; `at_least`: more is better. `target` None: for information."""

    name: str
    value: float
    unit: str
    target: float | None = None
    at_least: bool = False

    @property
    def met(self) -> bool | None:
        if self.target is None:
            return None
        return self.value >= self.target if self.at_least else self.value <= self.target

    def dump(self, run: str) -> dict[str, object]:
        """For JSON; `run` is the label of the run it was measured in."""
        return {
            "run": run,
            "figure": self.name,
            "value": round(self.value, 3),
            "unit": self.unit,
            "target": self.target,
            "met": self.met,
        }


def table(named: list[tuple[str, Figure]]) -> str:
    """Lines of figures, each with the label of its run, beside their targets."""
    rows = [["run", "figure", "measured", "target", ""]]
    for label, figure in named:
        target = "" if figure.target is None else f"{'≥' if figure.at_least else '≤'} {number(figure.target)}"
        met = {True: "met", False: "MISSED", None: ""}[figure.met]
        rows.append([label, figure.name, f"{number(figure.value)} {figure.unit}", target, met])
    return aligned(rows)


def aligned(rows: list[list[str]]) -> str:
    """Lines of cells, each column as wide as its widest cell."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows
    )


def number(value: float) -> str:
    """Three digits that count."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
