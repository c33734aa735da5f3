"""``compare``: the room on other servers, which store nothing, beside ours, which stores everything."""

import asyncio
import importlib.util
import json
import tempfile
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

from bench import floor, proc
from bench.fleet import ClientsFailed
from bench.plan import Plan
from bench.report import Progress, number
from bench.result import Result
from bench.scenarios import room
from bench.service import Server
from bench.session import Session

#: Name, module of bench.peers, package it needs.
_PEERS = [
    ("naive Tornado", "tornado_naive", "tornado"),
    ("websockets broadcast", "websockets_broadcast", "websockets"),
    ("picows", "picows_server", "picows"),
]


async def run(options: Namespace, progress: Progress) -> int:
    """Prints CPU µs per delivery of each server at each pace, and p99; always 0."""
    members = max(4, int((options.clients or 1000) * options.scale))
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
            found[name].append(await _measure(options, plan, module, progress))
            if not package:
                progress("measuring the kernel's floor")
                floors.append(
                    await asyncio.to_thread(
                        floor.measure,
                        members,
                        found[name][-1].frame_bytes,
                        options.pin,
                        plan.traffic[0].rate,
                        options.seconds,
                    )
                )
    progress.clear()
    print(_table(found, [plan.label for plan in paces], floors))
    if options.json:
        figures = {name: [result and result.dump() for result in results] for name, results in found.items()}
        options.json.write_text(
            json.dumps({"floor_us": floors, "servers": figures}, indent=1) + "\n", encoding="utf-8"
        )
    return 0


def _plans(options: Namespace, members: int) -> list[Plan]:
    given = {"clients": members, "pair": 0.0, "seconds": options.seconds}
    return [
        room(Namespace(**given, rate=0.0, window=1)),
        room(Namespace(**given, rate=0.0, window=64)),
        room(Namespace(**given, rate=20.0, window=0)),
    ]


async def _measure(options: Namespace, plan: Plan, module: str, progress: Progress) -> Result | None:
    """None when the server could not carry it."""
    server_cores, client_cores = proc.cores() if options.pin else (None, None)
    with tempfile.TemporaryDirectory(prefix="magpie-bench-") as folder:
        data = Path(folder)

        def server(_: Plan) -> Server:
            if not module:
                return Server.magpie(data, server_cores, plan.shape.users)
            return Server(["-m", f"bench.peers.{module}"], data / "server.log", {}, server_cores)

        session = Session(
            data,
            server,
            options.processes or len(client_cores or "1"),
            client_cores,
            "x" * options.size,
            options.check,
            progress,
            durable=not module,
        )
        try:
            return await session.run(plan)
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
