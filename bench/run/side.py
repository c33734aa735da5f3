"""One side of ``cluster``: server processes with their database and broker, and what a load costs each."""

import asyncio
import json
import os
import shutil
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.request import Request, urlopen

from bench.report.cluster import COUNTERS, Slice
from bench.run import linux
from bench.run.databases import DatabaseServer, MariaDB, PostgreSQL
from bench.run.options import Options
from bench.run.plan import Plan, Traffic
from bench.run.programs import Program, ProgramFailed, Redis
from bench.run.runner import Runner, make_runner
from bench.run.server import Checkout, Cluster, ServerFailed
from bench.run.steps import Steps

#: Seconds for a process to write what it has sampled, or to tell its counters.
_PATIENCE_S = 10.0
#: Seconds of traffic that a new server gets before its figures count.
_WARM_UP_S = 1.0
#: Seconds for which a server tells the same counters again.
_FRESH_S = 1.1
#: Seconds in which nobody says anything, to see what waiting costs.
_IDLE_S = 2.0
_TOKEN = "bench-reads-the-counters"
_DATABASES: dict[str, type[DatabaseServer]] = {"mariadb": MariaDB, "postgresql": PostgreSQL}


@dataclass
class Side:
    """Some server processes with what they need: a database and a broker, as far as there are."""

    runner: Runner
    steps: Steps
    servers: Cluster
    data: Path
    database: Program | None
    broker: Program | None
    _counted: dict[str, float] = field(default_factory=dict)
    _asked_s: float = 0.0

    async def prepare(self) -> None:
        """Everybody is connected, and has said something."""
        await self.steps.prepare()
        await self.steps.send_slice(_WARM_UP_S)
        await self._rose()

    async def send(self, side: str, seconds_s: float, traffic: list[Traffic]) -> Slice:
        """A slice, and what it cost."""
        before = self._cpu_s()
        result = await self.steps.send_slice(seconds_s, traffic)
        after = self._cpu_s()
        used = [now - then for then, now in zip(before, after, strict=True)]
        return Slice(side, result, used[2:], used[0], used[1], await self._rose())

    async def idle(self) -> float:
        """The share of a core that all server processes together use when nobody says anything."""
        before = self.servers.cpu_s()
        await asyncio.sleep(_IDLE_S)
        return (self.servers.cpu_s() - before) / _IDLE_S

    async def sample(self, seconds_s: float, traffic: list[Traffic]) -> dict[str, float]:
        """Where the time of the server processes went during a slice: shares by file of theirs. It does not
        count otherwise."""
        self._switch()
        await self.steps.send_slice(seconds_s, traffic)
        self._switch()
        took: dict[str, float] = {}
        for member in self.servers.members:
            file = self.data / f"samples-{member.pid}.json"
            for name, seconds in (await asyncio.to_thread(_written, file)).items():
                took[name] = took.get(name, 0.0) + seconds
        await self._rose()
        whole = sum(took.values()) or 1.0
        return {name: seconds / whole for name, seconds in took.items()}

    def _switch(self) -> None:
        for member in self.servers.members:
            os.kill(member.pid, signal.SIGUSR1)

    def _cpu_s(self) -> list[float]:
        beside = [program.cpu_s() if program else 0.0 for program in (self.broker, self.database)]
        return beside + [member.cpu_s() for member in self.servers.members]

    async def _rose(self) -> dict[str, float]:
        """By how much the servers' own counters, all processes together, have risen since the last call."""
        await asyncio.sleep(max(0.0, self._asked_s + _FRESH_S - time.monotonic()))
        self._asked_s = time.monotonic()
        pages = [asyncio.to_thread(_metrics, member.port) for member in self.servers.members]
        found = dict.fromkeys(COUNTERS.values(), 0.0)
        for page in await asyncio.gather(*pages):
            for line in page.splitlines():
                name, _, value = line.rpartition(" ")
                if (known := COUNTERS.get(name.partition("{")[0])) is not None:
                    found[known] += float(value)
        before, self._counted = self._counted, found
        return {name: value - before.get(name, 0.0) for name, value in found.items()}


@asynccontextmanager
async def make_side(
    options: Options, say: Callable[[str], None], plan: Plan, count: int
) -> AsyncIterator[Side]:
    """`count` processes with an empty database that has the plan's people, connected to nobody yet."""
    server_cores, other_cores = linux.cores() if options.pin else (None, None)
    async with AsyncExitStack() as stack:
        data = Path(tempfile.mkdtemp(prefix="magpie-bench-"))
        stack.callback(shutil.rmtree, data)

        async def start(kind: type[Program]) -> Program:
            starting = asyncio.create_task(asyncio.to_thread(kind))
            stack.push_async_callback(_end, starting)
            program = await asyncio.shield(starting)
            if other_cores:
                program.pin(other_cores)
            return program

        env = {"MAGPIE_METRICS_TOKEN": _TOKEN}
        url, database, broker = "", None, None
        if options.database != "sqlite":
            database = await start(_DATABASES[options.database])
            assert isinstance(database, DatabaseServer)
            url = database.url(database.create())
        if count > 1 and options.broker == "redis":
            broker = await start(Redis)
            assert isinstance(broker, Redis)
            env["MAGPIE_BROKER_URL"] = broker.url
        elif count > 1:
            env["MAGPIE_BROKER_URL"] = options.broker
        checkout = Checkout(env=env, database=url)
        users = plan.data.users
        servers = Cluster([checkout.server(data, server_cores, users, sampled=True) for _ in range(count)])
        runner = make_runner(
            replace(options, processes=None), data, say, checkout, make_server=lambda _: servers
        )
        steps = await stack.enter_async_context(runner.ready(plan))
        yield Side(runner, steps, servers, data, database, broker)


async def _end(starting: asyncio.Task[Program]) -> None:
    """Also of one that was still about to start when we were told to end."""
    with suppress(ProgramFailed):
        program = await starting
        await asyncio.to_thread(program.stop)


def _metrics(port: int) -> str:
    asked = Request(f"http://127.0.0.1:{port}/metrics", headers={"Authorization": f"Bearer {_TOKEN}"})
    with urlopen(asked, timeout=_PATIENCE_S) as answer:
        return str(answer.read().decode())


def _written(file: Path) -> Mapping[str, float]:
    """What a process has sampled, which it writes soon; it is removed. Raises `ServerFailed`."""
    end_s = time.monotonic() + _PATIENCE_S
    while not file.exists():
        if time.monotonic() > end_s:
            raise ServerFailed("a server process did not tell where its time went")
        time.sleep(0.02)
    found: Mapping[str, float] = json.loads(file.read_text("utf-8"))
    file.unlink()
    return found
