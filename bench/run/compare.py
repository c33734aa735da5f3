"""``compare``: the room on other servers, which store nothing, beside ours, which stores everything."""

import asyncio
import importlib.util
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from bench import floor
from bench.report.figures import number
from bench.report.progress import Progress
from bench.report.result import Result
from bench.run import linux
from bench.run.client_processes import ClientsFailed
from bench.run.options import Options
from bench.run.output import write
from bench.run.plan import Plan
from bench.run.runner import make_runner
from bench.run.scenarios import Load, room
from bench.run.server import ROOT, Server

#: Name, module of bench.peers, package it needs.
_PEERS = [
    ("naive Tornado", "tornado_naive", "tornado"),
    ("websockets broadcast", "websockets_broadcast", "websockets"),
    ("picows", "picows_server", "picows"),
]


async def run(options: Options, progress: Progress) -> int:
    """Prints CPU µs per delivery of each server at each pace, and p99; always 0."""
    members = max(4, int((options.load.clients or 1000) * options.scale))
    paces = [replace(plan, label=plan.label.partition(", ")[2]) for plan in _plans(options, members)]
    floors: list[float] = []
    found: dict[str, list[Result | None]] = {}
    for name, module, package in [("Magpie, durable", "", ""), *_PEERS]:
        if package and importlib.util.find_spec(package) is None:
            progress.clear()
            print(f"{name}: not installed, see bench/requirements.txt")
            continue
        found[name] = []
        for plan in paces:
            progress(f"{name}, {plan.label}")
            result = await _measure(options, plan, module, progress)
            found[name].append(result)
            if not package:
                progress("measuring the kernel's floor")
                floors.append(await _floor(options, members, plan, result))
    progress.clear()
    print(_table(found, [plan.label for plan in paces], floors))
    figures = {name: [result and result.dump() for result in results] for name, results in found.items()}
    write(options, {"floor_us": floors, "servers": figures})
    return 0


def _plans(options: Options, members: int) -> list[Plan]:
    load = Load(options.load.seconds_s, members)
    return [room(replace(load, window=1)), room(replace(load, window=64)), room(replace(load, rate=20.0))]


async def _floor(options: Options, members: int, plan: Plan, result: Result | None) -> float:
    """µs of a bare send() at the pace of the plan. Raises ValueError without a result of ours."""
    if result is None:
        raise ValueError(f"{plan.label}: without our own figures there is nothing to compare")
    rate, seconds_s = plan.traffic[0].rate, options.load.seconds_s
    return await asyncio.to_thread(floor.measure, members, result.frame_bytes, options.pin, rate, seconds_s)


async def _measure(options: Options, plan: Plan, module: str, progress: Progress) -> Result | None:
    """`module`: of bench.peers, "" for our own server. None when the server could not carry it."""
    server_cores = linux.cores()[0] if options.pin else None
    with tempfile.TemporaryDirectory(prefix="magpie-bench-") as folder:
        data = Path(folder)

        def peer(_: Plan) -> Server:
            command = [sys.executable, "-m", f"bench.peers.{module}"]
            return Server(command, ROOT, data / "server.log", os.environ, server_cores)

        runner = make_runner(
            options, data, progress, make_server=peer if module else None, durable=not module
        )
        try:
            return await runner.run(plan)
        except ClientsFailed as error:
            progress.clear()
            print(f"{plan.label}: {error}")
            return None


def _table(found: dict[str, list[Result | None]], paces: list[str], floors: list[float]) -> str:
    lines = [
        "CPU µs per delivery (times the floor) · p99",
        " " * 24 + "".join(pace.ljust(30) for pace in paces),
        "a bare send()".ljust(24) + "".join(f"{bare:.2f}".ljust(30) for bare in floors),
    ]
    for name, results in found.items():
        cells = [_cell(result, bare) for result, bare in zip(results, floors, strict=True)]
        lines.append(name.ljust(24) + "".join(cell.ljust(30) for cell in cells))
    return "\n".join(lines)


def _cell(result: Result | None, bare: float) -> str:
    if result is None or not result.delivered:
        return "–"
    lost = "" if result.lost == 0 else f" LOST {result.lost}"
    return (
        f"{result.cpu_us_per_delivery:.2f} ({result.cpu_us_per_delivery / bare:.2f}×) · "
        f"{number(result.latency['p99'])} ms{lost}"
    )
