"""``reads``: what each call that reads costs on a long log, one call after the other."""

import asyncio
import itertools
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import ujson

from bench.clients.calls import CallFailed, Calls
from bench.clients.histogram import Histogram
from bench.clients.lines import User
from bench.clients.wire import GROUP, SINGLE
from bench.report.progress import Progress
from bench.report.reads import Read, table
from bench.run import linux
from bench.run.fill_log import LongLog, fill_log
from bench.run.options import Options
from bench.run.output import write
from bench.run.server import Checkout, Server
from bench.run.tables import TablesFailed

#: Calls of a kind before those that count, and those that count at least, however long they take.
_WARM_UP, _LEAST = 20, 50
#: Connections that the server has room for.
_CONNECTIONS = 100
#: `code` of an answer to somebody without a session.
_NO_SESSION = -401


@dataclass(frozen=True)
class Kind:
    """Calls of one kind: the next of `calls` is (who calls, fields). `code`: the answer's, when all is well;
    a `path` that is not the API's is fetched by GET."""

    name: str
    path: str
    calls: Iterator[tuple[User, dict[str, object]]]
    code: int = 0


async def run(options: Options, progress: Progress) -> int:
    """Prints a line for each kind of call; always 0. Raises `CallFailed` for an answer that is none."""
    where = linux.machine()
    server_cores, _ = linux.cores() if options.pin else (None, None)
    with _data(options) as folder:
        data = Path(folder)
        try:
            log = await asyncio.to_thread(fill_log, data, options.messages, options.conversations, progress)
        except TablesFailed as error:
            raise ValueError(f"{data}: {error}") from error
        server = Checkout().server(data, server_cores, _CONNECTIONS)
        try:
            await server.start()
            async with Calls(server.host, server.port, most=1) as calls:
                found = [
                    await _measure(server, calls, kind, options.load.seconds_s, progress)
                    for kind in await _kinds(calls, log)
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


async def _kinds(calls: Calls, log: LongLog) -> list[Kind]:
    """All of them, in the order of the table."""
    reader, others, chance = log.users[0], log.users[1:], random.Random(log.messages)
    nobody = User(reader.user_id, "0" * 43)
    listed = await calls.post("/message/conversations", *reader, limit=50)
    change, following = listed["data"]["change"], listed["data"].get("next", "")
    room: dict[str, object] = {"kind": GROUP, "dstid": log.group_id}

    def again(**fields: object) -> Iterator[tuple[User, dict[str, object]]]:
        return itertools.repeat((reader, fields))

    def anywhere(name: str, limit: int) -> Iterator[tuple[User, dict[str, object]]]:
        while True:
            yield reader, {**room, name: chance.randrange(limit, log.group_seq), "limit": limit}

    def friends(**fields: object) -> Iterator[tuple[User, dict[str, object]]]:
        for dst_id in itertools.cycle(log.friend_ids):
            yield reader, {"kind": SINGLE, "dstid": dst_id, **fields}

    def everybody(**fields: object) -> Iterator[tuple[User, dict[str, object]]]:
        for user in itertools.cycle(others):
            yield user, fields

    found = [
        Kind("nothing but HTTP", "/healthz", again()),
        Kind("no session", "/user/find", itertools.repeat((nobody, {"id": reader.user_id})), _NO_SESSION),
        Kind("session, and a profile", "/user/find", again(id=others[0].user_id)),
        Kind("the same, another user each time", "/user/find", everybody(id=reader.user_id)),
        Kind("where I am logged in", "/user/sessions", again()),
        Kind("conversations, all", "/message/conversations", again()),
        Kind("conversations, the first 50", "/message/conversations", again(limit=50)),
        Kind("conversations, the next 50", "/message/conversations", again(limit=50, before=following)),
        Kind("conversations, nothing changed", "/message/conversations", again(after=change)),
        Kind("conversations, 10 changed", "/message/conversations", again(after=max(0, change - 13))),
        Kind("conversations of another user each time", "/message/conversations", everybody()),
        Kind("history, the newest 50", "/message/history", again(**room, limit=50)),
        Kind("history, the newest 200", "/message/history", again(**room, limit=200)),
        Kind("history, 50 anywhere before", "/message/history", anywhere("before", 50)),
        Kind("history, 200 anywhere before", "/message/history", anywhere("before", 200)),
        Kind("history, 50 anywhere after", "/message/history", anywhere("after", 50)),
        Kind("history, another friend each time", "/message/history", friends(limit=50)),
        Kind("changes, none", "/message/changes", again(**room, ver=log.group_seq)),
        Kind("changes, 200 anywhere", "/message/changes", anywhere("ver", 200)),
        Kind("friends", "/contact/loadfriend", again()),
        Kind("groups", "/contact/loadcommunity", again()),
    ]
    return found if following else [kind for kind in found if kind.name != "conversations, the next 50"]


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
