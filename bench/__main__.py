"""``python -m bench SCENARIO``: carries out the runs and tells what came of them."""

import asyncio
import json
import os
import platform
import sys
import tempfile
from argparse import Namespace
from contextlib import nullcontext
from pathlib import Path

from bench import chart, compare, echo, floor, proc
from bench.calls import CallFailed
from bench.fleet import ClientsFailed
from bench.options import parse
from bench.plan import Plan
from bench.report import Progress, table, tell
from bench.scenarios import SCENARIOS
from bench.service import Server, ServerFailed, StandingServer
from bench.session import Session
from bench.table import rows
from bench.world import read_users


def main(arguments: list[str] | None = None) -> int:
    """0: everything was delivered and found in the log. 1: not. 2: the run could not be made."""
    options = parse(arguments)
    proc.raise_file_limit()
    progress = Progress()
    try:
        if options.scenario == "all":
            return asyncio.run(_all(options, progress))
        if options.scenario == "compare":
            return asyncio.run(compare.run(options, progress))
        if options.scenario == "echo":
            return asyncio.run(echo.run(options, progress))
        return asyncio.run(_one(options, progress))
    except (ServerFailed, ClientsFailed, CallFailed, ValueError, OSError) as error:
        progress.clear()
        print(f"bench: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        progress.clear()
        return 130


async def _one(options: Namespace, progress: Progress) -> int:
    where = machine()
    with _data(options) as data:
        result = await _session(options, Path(data), progress).run(SCENARIOS[options.scenario](options))
    progress.clear()
    print(tell(result))
    _write(options, {"machine": where, "runs": [result.dump()]}, chart.run_chart(result))
    return 0 if result.complete else 1


async def _all(options: Namespace, progress: Progress) -> int:
    """Every row on a server and data of its own."""
    results, named, floors, where = [], [], {}, machine()
    for row in rows(options):
        with tempfile.TemporaryDirectory(prefix="magpie-bench-") as data:
            result = await _session(options, Path(data), progress).run(row.plan)
        bare = 0.0
        if row.against_floor:
            progress("measuring the kernel's floor")
            bare = floors[result.label] = await asyncio.to_thread(
                floor.measure,
                row.plan.shape.users,
                result.frame_bytes,
                options.pin,
                row.plan.traffic[0].rate,
                options.seconds,
            )
        progress.clear()
        print(
            tell(result) + (f"\n  {'floor':<14}{bare:.2f} µs per send()" if bare else ""),
            end="\n\n",
            flush=True,
        )
        results.append(result)
        named += [(result.label, figure) for figure in row.figures(result, bare)]
    print(table(named))
    figures = [
        {
            "run": label,
            "figure": figure.name,
            "value": round(figure.value, 3),
            "unit": figure.unit,
            "target": figure.target,
            "met": figure.met,
        }
        for label, figure in named
    ]
    _write(
        options,
        {
            "machine": where,
            "floor_us": floors,
            "figures": figures,
            "runs": [result.dump() for result in results],
        },
        chart.table_chart(named, "Measured, as a share of the target"),
    )
    return 0 if all(result.complete for result in results) else 1


def _session(options: Namespace, data: Path, progress: Progress) -> Session:
    server_cores, client_cores = proc.cores() if options.pin else (None, None)

    def server(plan: Plan) -> Server | StandingServer:
        if options.url:
            return StandingServer(options.url, options.pid)
        return Server.magpie(data, server_cores, plan.shape.users)

    return Session(
        data,
        server,
        options.processes or len(client_cores or ()) or max(1, os.cpu_count() - 1),
        client_cores,
        "x" * options.size,
        options.check,
        progress,
        users=read_users(options.users) if options.users else None,
        users_out=options.users_out,
    )


def _data(options: Namespace):
    """The data directory as a context; a temporary one is removed."""
    return nullcontext(options.data) if options.data else tempfile.TemporaryDirectory(prefix="magpie-bench-")


def machine() -> dict:
    """Where this was measured."""
    with open("/proc/cpuinfo") as info:
        model = next((line.split(":", 1)[1].strip() for line in info if line.startswith("model name")), "")
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "load_before": os.getloadavg()[0],
        "settings": {name: value for name, value in os.environ.items() if name.startswith("IM_")},
    }


def _write(options: Namespace, figures: dict, drawing: str) -> None:
    if options.json:
        options.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if options.svg:
        options.svg.write_text(drawing, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
