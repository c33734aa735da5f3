"""``reads``: what each call that reads costs on a long log, one call after the other."""

import asyncio
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import ujson

from bench.clients.calls import CallFailed, Calls
from bench.clients.histogram import Histogram
from bench.report.progress import Progress
from bench.report.reads import Read, table
from bench.run import linux
from bench.run.deeds import do_all, done_in
from bench.run.fill_log import fill_log
from bench.run.kinds_of_reads import Kind, kinds
from bench.run.options import Options
from bench.run.output import write
from bench.run.server import Checkout, Server
from bench.run.tables import TablesFailed

#: Calls of a kind before those that count, and those that count at least, however long they take.
_WARM_UP, _LEAST = 20, 50
#: Seconds that a message may take to come into the index, and some for the start.
_INDEX_S = 0.001
#: Connections that the server has room for.
_CONNECTIONS = 100


async def run(options: Options, progress: Progress) -> int:
    """Prints a line for each kind of call; always 0. Raises `CallFailed` for an answer that is none."""
    where = linux.machine()
    server_cores, _ = linux.cores() if options.pin else (None, None)
    with _data(options) as folder:
        data = Path(folder)
        try:
            log = await asyncio.to_thread(fill_log, data, options.messages, options.conversations, progress)
            if not done_in(data):
                progress("indexing")
                index_s = await asyncio.to_thread(Checkout().reindex, data, 60 + _INDEX_S * log.messages)
                print(f"index of messages: CPU {index_s * 1e6 / log.messages:.1f} µs a message")
        except TablesFailed as error:
            raise ValueError(f"{data}: {error}") from error
        server = Checkout().server(data, server_cores, _CONNECTIONS)
        try:
            await server.start()
            async with Calls(server.host, server.port, most=1) as calls:
                deeds = await do_all(calls, data, log, progress)
                found = [
                    await _measure(server, calls, kind, options.load.seconds_s, progress)
                    for kind in await kinds(calls, log, deeds)
                ]
            rss_bytes = server.rss_bytes()
        finally:
            await server.stop()
        size_bytes = _size_bytes(data)
    progress.clear()
    print(
        f"{log.messages:,} messages, {log.conversations} conversations of the reader; database "
        f"{size_bytes / 1e6:,.0f} MB, server {rss_bytes / 1e6:,.0f} MB\n"
    )
    print(table(found))
    write(
        options,
        {
            "machine": where,
            "messages": log.messages,
            "conversations": log.conversations,
            "database_bytes": size_bytes,
            "rss_bytes": rss_bytes,
            "reads": [read.dump() for read in found],
        },
    )
    return 0


async def _measure(
    server: Server, calls: Calls, kind: Kind, seconds_s: float, say: Callable[[str], None]
) -> Read:
    """Calls one after the other for so long."""
    say(f"reading: {kind.name}")
    for _ in range(_WARM_UP):
        await _call(calls, kind)
    latency, size_bytes, rows = Histogram(), 0, 0
    cpu_s, end_s = server.cpu_s(), time.monotonic() + seconds_s
    while latency.total < _LEAST or time.monotonic() < end_s:
        took_ns, size, count = await _call(calls, kind)
        latency.add(took_ns)
        size_bytes, rows = size_bytes + size, rows + count
    server.check()
    cpu_us = (server.cpu_s() - cpu_s) * 1e6 / latency.total
    many = latency.total
    return Read(kind.name, kind.path, many, latency.summary(), cpu_us, rows / many, size_bytes / many)


async def _call(calls: Calls, kind: Kind) -> tuple[int, int, int]:
    """Nanoseconds until the answer was there, its bytes, its rows."""
    (user_id, token), fields = next(kind.calls)
    method, body = "GET", b""
    if kind.path != "/healthz":
        method, body = "POST", ujson.dumps({"userid": user_id, **fields}).encode()
    began_ns = time.monotonic_ns()
    text = await calls.ask(method, kind.path, token, body=body)
    took_ns = time.monotonic_ns() - began_ns
    answer = ujson.loads(text)
    if answer.get("code", 0) != kind.code:
        raise CallFailed(kind.path, answer)
    return took_ns, len(text), len(answer.get("rows") or ())


def _size_bytes(data: Path) -> int:
    """Of the database, with what SQLite keeps beside it."""
    return sum(file.stat().st_size for file in data.glob("magpie.db*"))


def _data(options: Options) -> AbstractContextManager[Path | str]:
    """The data directory as a context; a temporary one is removed."""
    if options.data:
        return nullcontext(options.data)
    return tempfile.TemporaryDirectory(prefix="magpie-bench-")
