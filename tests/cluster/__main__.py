"""``python -m tests.cluster``: everything that may go wrong between processes, for each database and broker
and for two and three processes, and the table of it in docs/reliability.md.

    --rounds N   each fault so often (1)     --only WORD   those whose name has the word
    --processes  2 3                         --write       puts the table into the document
"""

import argparse
import asyncio
import os
import re
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from tests.cluster import faults
from tests.cluster.books import Result
from tests.cluster.lasting import KINDS
from tests.cluster.network import network
from tests.cluster.stage import Fault, Stage, stage
from tests.process import ROOT
from tests.redis_server import Redis
from tests.servers import DatabaseServer, MariaDB, PostgreSQL

DOCUMENT = ROOT / "docs" / "reliability.md"
_TABLE = re.compile(r"(?<=<!-- table -->\n).*?(?=<!-- /table -->)", re.DOTALL)
_DATABASES: dict[str, type[DatabaseServer]] = {"mariadb": MariaDB, "postgresql": PostgreSQL}
_NAMES = {"mariadb": "MariaDB", "postgresql": "PostgreSQL", "redis": "Redis"}

#: By fault: the ways of going together and their results.
Table = dict[str, dict[str, list[Result]]]


async def main(options: argparse.Namespace) -> int:
    """0: nothing was lost, doubled or out of order, and everybody knows everything."""
    table: Table = {}
    redis = Redis()
    try:
        for database, broker in KINDS:
            for count in options.processes:
                way = f"{_NAMES[database]}, {_NAMES[broker] if broker == 'redis' else 'itself'}, {count}"
                print(f"--- {way}", flush=True)
                server = _DATABASES[database]()
                try:
                    await _play(options, table, way, server, redis, broker, count)
                finally:
                    server.stop()
    finally:
        redis.stop()
    if options.write:
        text = DOCUMENT.read_text("utf-8")
        DOCUMENT.write_text(_TABLE.sub(lambda _: _lines(table), text), "utf-8")
    results = [result for ways in table.values() for found in ways.values() for result in found]
    return int(any(result.harm for result in results))


async def _play(
    options: argparse.Namespace,
    table: Table,
    way: str,
    database: DatabaseServer,
    redis: Redis,
    broker: str,
    count: int,
) -> None:
    url = redis.url if broker == "redis" else broker
    chosen = [fault for fault in faults.ALL if broker == "redis" or fault not in faults.OF_REDIS]
    in_network = faults.OF_NETWORK if os.geteuid() == 0 and broker == "redis" and count > 2 else ()
    with tempfile.TemporaryDirectory() as folder:
        async with stage(Path(folder, "a"), database, redis, url, count) as made:
            await _rounds(options, table, way, made, chosen)
        if in_network:
            async with AsyncExitStack() as stack:
                net = await stack.enter_async_context(network(redis=redis.port, database=database.port))
                made = await stack.enter_async_context(
                    stage(Path(folder, "b"), database, redis, count=count, net=net)
                )
                await _rounds(options, table, way, made, in_network)


async def _rounds(
    options: argparse.Namespace, table: Table, way: str, made: Stage, chosen: tuple[Fault, ...] | list[Fault]
) -> None:
    for fault in chosen:
        if options.only in (fault.__doc__ or ""):
            for _ in range(options.rounds):
                result = await made.play(fault)
                table.setdefault(result.name, {}).setdefault(way, []).append(result)


def _lines(table: Table) -> str:
    """In Markdown."""
    lines = [
        "| what goes wrong | database, broker, processes | acked | by push | lost | doubled | out of order"
        " | never learnt | refused | gaps | recovery, s | longest ack, s |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, ways in table.items():
        for way, results in ways.items():

            def total(field: str, results: list[Result] = results) -> int:
                return sum(getattr(result, field) for result in results)

            pushed = 100 * total("delivered") / max(1, total("expected"))
            sums = [total(field) for field in ("lost", "doubled", "disordered", "unknown", "refused", "gaps")]
            longest = [max(getattr(result, field) for result in results) for field in _SECONDS]
            acked = f"{total('acked')} of {total('sent')}"
            cells = [name, way, acked, f"{pushed:.0f} %", *sums, *(f"{seconds:.1f}" for seconds in longest)]
            lines.append(f"| {' | '.join(map(str, cells))} |")
            name = ""
    return "\n".join(lines) + "\n"


_SECONDS = ("recovery_s", "longest_ack_s")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.cluster",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--processes", type=int, nargs="+", default=[2, 3])
    parser.add_argument("--only", default="")
    parser.add_argument("--write", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(_arguments())))
