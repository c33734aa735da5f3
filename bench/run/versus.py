"""``versus``: the rows of ``all`` on another commit's server and on ours, in turn, with the same clients.

A machine is never the same twice, so the two are measured one right after the other, several times, and what
counts is the ratio of the two of a round. The first of a round is the second of the next.
"""

import statistics
import tempfile
from dataclasses import replace
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
from bench.run.runner import make_runner
from bench.run.server import Checkout

#: Seconds of traffic that a new server gets before its figures count.
_WARM_UP_S = 1.0

BEFORE, AFTER = "before", "after"


async def run(options: Options, progress: Progress) -> int:
    """Prints the table and the verdict, and writes the JSON after each row; 0 when everything was delivered
    and found in the log, whatever the verdict, otherwise 1."""
    checkouts = {
        BEFORE: Checkout(options.before, options.before_python, options.before_env),
        AFTER: Checkout(),
    }
    told: dict[str, object] = {
        "machine": linux.machine(),
        **{side: {"folder": str(one.root), "commit": one.commit} for side, one in checkouts.items()},
        "rounds": options.rounds,
    }
    comparisons: list[Comparison] = []
    runs: list[tuple[str, str, Result]] = []
    complete = True
    for name, plan in _plans(options):
        found = await _row(options, progress, checkouts, name, plan)
        complete = complete and all(result.complete for _, result in found)
        comparisons += _compared(name, plan, found)
        runs += [(name, side, result) for side, result in found]
        progress.clear()
        print(_incomplete(name, found), end="", flush=True)
        figures = [comparison.dump() for comparison in comparisons]
        dumped = [{"row": row, "side": side, **result.dump()} for row, side, result in runs]
        write(options, {**told, "complete": complete, "figures": figures, "runs": dumped})
    print(*(f"{side}: {one.root} {one.commit}" for side, one in checkouts.items()), sep="\n")
    print(comparison_table(comparisons))
    others = statistics.median(result.others_cpu_share for _, _, result in runs)
    print(f"others on this machine used {others:.2f} of a core during the middle run")
    print(verdict_line(comparisons))
    return 0 if complete else 1


def _plans(options: Options) -> list[tuple[str, Plan]]:
    """The rows that were asked for; traffic is warmed up but after a restart, which is what is measured."""
    return [
        (row.name, row.plan if row.plan.restart else replace(row.plan, warm_up_s=_WARM_UP_S))
        for row in rows(options.load.seconds_s, options.scale)
        if row.name in options.only
    ]


async def _row(
    options: Options, progress: Progress, checkouts: dict[str, Checkout], name: str, plan: Plan
) -> list[tuple[str, Result]]:
    """All rounds of a row: (side, result), two and two of a round."""
    found: list[tuple[str, Result]] = []
    for number in range(options.rounds):
        for side in (BEFORE, AFTER) if number % 2 == 0 else (AFTER, BEFORE):
            progress.clear()
            say = partial(_say, progress, f"{name} {number + 1}/{options.rounds}, {side}")
            with tempfile.TemporaryDirectory(prefix="magpie-bench-") as data:
                result = await make_runner(options, Path(data), say, checkouts[side]).run(plan)
            found.append((side, result))
    return found


def _say(progress: Progress, title: str, line: str) -> None:
    progress(f"{title}: {line}")


def _compared(name: str, plan: Plan, found: list[tuple[str, Result]]) -> list[Comparison]:
    """Each figure of the row, over the rounds."""
    comparisons: dict[str, Comparison] = {}
    for first, second in zip(found[::2], found[1::2], strict=True):
        pair = dict((first, second))
        before, after = (figures_to_compare(plan, pair[side]) for side in (BEFORE, AFTER))
        for one, other in zip(before, after, strict=True):
            comparison = Comparison(name, one.name, one.unit, one.at_least)
            comparisons.setdefault(one.name, comparison).add(one, other)
    return list(comparisons.values())


def _incomplete(name: str, found: list[tuple[str, Result]]) -> str:
    """A line for each run in which something was lost or went wrong."""
    return "".join(
        f"{name}, {side}: lost {result.lost}, doubled {result.doubled}, out of order {result.disordered}, "
        f"refused {result.refused}, {', '.join(result.errors) or 'no errors'}\n"
        for side, result in found
        if not result.complete
    )
