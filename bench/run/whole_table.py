"""``all``: every row of the table in docs/performance.md, each figure beside what it should reach."""

import asyncio
import tempfile
from pathlib import Path

from bench import floor
from bench.report import chart
from bench.report.figures import Figure, table
from bench.report.progress import Progress
from bench.report.result import Result
from bench.report.text import tell
from bench.run import linux
from bench.run.options import Options
from bench.run.output import write
from bench.run.rows import Row, rows
from bench.run.runner import make_runner


async def run(options: Options, progress: Progress) -> int:
    """Each row on a server and data of its own; 0 when everything was delivered and found, otherwise 1."""
    results: list[Result] = []
    named: list[tuple[str, Figure]] = []
    floors: dict[str, float] = {}
    where = linux.machine()
    for row in rows(options.load.seconds_s, options.scale):
        with tempfile.TemporaryDirectory(prefix="magpie-bench-") as data:
            result = await make_runner(options, Path(data), progress).run(row.plan)
        bare_us = 0.0
        if row.against_floor:
            progress("measuring the kernel's floor")
            bare_us = floors[result.label] = await _floor(options, row, result)
        progress.clear()
        against = f"\n  {'floor':<14}{bare_us:.2f} µs per send()" if bare_us else ""
        print(tell(result) + against, end="\n\n", flush=True)
        results.append(result)
        named += [(result.label, figure) for figure in row.figures(result, bare_us)]
    print(table(named))
    write(
        options,
        {
            "machine": where,
            "floor_us": floors,
            "figures": [figure.dump(label) for label, figure in named],
            "runs": [result.dump() for result in results],
        },
        chart.table_chart(named, "Measured, as a share of the target"),
    )
    return 0 if all(result.complete for result in results) else 1


async def _floor(options: Options, row: Row, result: Result) -> float:
    """µs of a bare send() at the row's pace."""
    return await asyncio.to_thread(
        floor.measure,
        row.plan.data.users,
        result.frame_bytes,
        options.pin,
        row.plan.traffic[0].rate,
        options.load.seconds_s,
    )
