"""``versus``: the rows of ``all`` on another commit's server and on ours, in turn, with the same clients.

A machine is never the same twice. So in each round both servers run, both with all their clients, and the
traffic goes to them in turn, in slices of a second: A B B A A B B A. What counts is the ratio of two slices
that follow each other. Several rounds, each with new servers, tell chance from difference. What cannot be
cut, connecting and coming back, is done once a round on each, and who is first changes.
"""

import statistics
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.report.comparison import Comparison, comparison_table, verdict_line
from bench.report.progress import Progress
from bench.report.result import Result
from bench.run import linux
from bench.run.options import Options
from bench.run.output import write
from bench.run.plan import Plan
from bench.run.rows import figures_to_compare, rows
from bench.run.runner import Runner, make_runner
from bench.run.server import Checkout

#: Slices of a round on each side; the row's seconds are cut into so many.
_SLICES = 4
#: Seconds of traffic that a new server gets before its figures count.
_WARM_UP_S = 1.0

_BEFORE, _AFTER = "before", "after"


@dataclass(frozen=True)
class Measured:
    """A run or a slice of one. `pair`: its number in the round, the same for the two that are compared; None
    for a warm-up."""

    row: str
    side: str
    round: int
    pair: int | None
    result: Result

    def dump(self) -> dict[str, object]:
        """For JSON."""
        return {
            "row": self.row,
            "side": self.side,
            "round": self.round,
            "pair": self.pair,
            **self.result.dump(),
        }


async def run(options: Options, progress: Progress) -> int:
    """Prints the table and the verdict, and writes the JSON after each row; 0 when everything was delivered
    and found in the log, whatever the verdict, otherwise 1."""
    checkouts = {
        _BEFORE: Checkout(options.before, options.before_python, options.before_env),
        _AFTER: Checkout(),
    }
    told: dict[str, object] = {
        "machine": linux.machine(),
        **{side: {"folder": str(one.root), "commit": one.commit} for side, one in checkouts.items()},
        "rounds": options.rounds,
    }
    comparisons: list[Comparison] = []
    everything: list[Measured] = []
    for row in rows(options.load.seconds_s, options.scale):
        if row.name not in options.only:
            continue
        found = await _row(options, progress, checkouts, row.name, row.plan)
        everything += found
        comparisons += _compared(row.plan, found)
        progress.clear()
        print(_incomplete(found), end="", flush=True)
        complete = all(one.result.complete for one in everything)
        figures = [comparison.dump() for comparison in comparisons]
        runs = [one.dump() for one in everything]
        write(options, {**told, "complete": complete, "figures": figures, "runs": runs})
    print(*(f"{side}: {one.root} {one.commit}" for side, one in checkouts.items()), sep="\n")
    print(comparison_table(comparisons))
    others = statistics.median(one.result.others_cpu_share for one in everything)
    print(f"others on this machine used {others:.2f} of a core, in the middle")
    print(verdict_line(comparisons))
    return 0 if complete else 1


async def _row(
    options: Options, progress: Progress, checkouts: dict[str, Checkout], name: str, plan: Plan
) -> list[Measured]:
    """All rounds of a row."""
    found: list[Measured] = []
    for number in range(options.rounds):
        sides = [_BEFORE, _AFTER] if number % 2 == 0 else [_AFTER, _BEFORE]
        async with AsyncExitStack() as stack:
            runners: dict[str, Runner] = {}
            for side in sides:
                progress.clear()
                say = partial(_say, progress, f"{name} {number + 1}/{options.rounds}, {side}")
                data = stack.enter_context(tempfile.TemporaryDirectory(prefix="magpie-bench-"))
                runners[side] = make_runner(options, Path(data), say, checkouts[side])
            if plan.traffic and not plan.restart:
                measured = await _in_slices(runners, plan)
            else:
                measured = [(side, 0, await runner.run(plan)) for side, runner in runners.items()]
        found += [Measured(name, side, number, pair, result) for side, pair, result in measured]
    return found


async def _in_slices(runners: dict[str, Runner], plan: Plan) -> list[tuple[str, int | None, Result]]:
    """One round on two servers at once: (side, pair, result) of each slice, of the warm-ups first. What the
    log says stands in each side's last."""
    async with AsyncExitStack() as stack:
        steps = {side: await stack.enter_async_context(one.ready(plan)) for side, one in runners.items()}
        found: list[tuple[str, int | None, Result]] = []
        for side, one in steps.items():
            await one.prepare()
            found.append((side, None, await one.send_slice(_WARM_UP_S)))
        for pair in range(_SLICES):
            for side in steps if pair % 2 == 0 else reversed(steps):
                result = await steps[side].send_slice(plan.seconds_s / _SLICES)
                found.append((side, pair, result))
        for side, one in steps.items():
            one.result.log = await runners[side].look_up(one)
    return found


def _say(progress: Progress, title: str, line: str) -> None:
    progress(f"{title}: {line}")


def _compared(plan: Plan, found: list[Measured]) -> list[Comparison]:
    """Each figure of the row, over the rounds."""
    by_round: dict[int, dict[int, dict[str, Result]]] = {}
    for one in found:
        if one.pair is not None:
            by_round.setdefault(one.round, {}).setdefault(one.pair, {})[one.side] = one.result
    comparisons: dict[str, Comparison] = {}
    for pairs in by_round.values():
        values: dict[str, list[tuple[float, float]]] = {}
        for results in pairs.values():
            both = (figures_to_compare(plan, results[side]) for side in (_BEFORE, _AFTER))
            for before, after in zip(*both, strict=True):
                values.setdefault(before.name, []).append((before.value, after.value))
                comparison = Comparison(found[0].row, before.name, before.unit, before.at_least)
                comparisons.setdefault(before.name, comparison)
        for name, some in values.items():
            comparisons[name].add(some)
    return list(comparisons.values())


def _incomplete(found: list[Measured]) -> str:
    """A line for each run in which something was lost or went wrong."""
    return "".join(
        f"{one.row} {one.round + 1}, {one.side}: lost {one.result.lost}, doubled {one.result.doubled}, "
        f"out of order {one.result.disordered}, refused {one.result.refused}, "
        f"{', '.join(one.result.errors) or 'no errors'}\n"
        for one in found
        if not one.result.complete
    )
