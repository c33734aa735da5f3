"""Several server processes on one database with one broker, as somebody runs them who has outgrown one."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from tests.app import PATIENCE, Client
from tests.process import Process, process, run
from tests.servers import free_port


@dataclass(frozen=True)
class Special:
    """How one process is run in another way than the others. `listens`: its port; `port`: where it is found,
    if that is another; 0: any."""

    command: Sequence[str] | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    listens: int = 0
    port: int = 0


Specials: TypeAlias = Mapping[int, Special]


class Cluster:
    """Processes by number, each at its own port for good, with settings in `env`. `client(i)` is a browser at
    one of them."""

    def __init__(self, data: Path, env: dict[str, str], specials: Specials = {}) -> None:
        self._data, self.env, self._specials = data, env, specials
        self.processes: list[Process] = []
        self.ports: list[int] = []
        self._listens: list[int] = []
        self._running: dict[Process, AbstractAsyncContextManager[Process]] = {}
        self._paused: set[Process] = set()

    @property
    def at_work(self) -> list[int]:
        """The processes that run and are not held up."""
        return [
            number
            for number, running in enumerate(self.processes)
            if running in self._running and running not in self._paused
        ]

    async def add(self) -> Process:
        """One more process, on the same data."""
        await self.start(len(self.processes))
        return self.processes[-1]

    async def start(self, *numbers: int, **env: str) -> None:
        """Runs these, for the first time or again."""
        for number in range(len(self.ports), max(numbers) + 1):
            special = self._specials.get(number, Special())
            self._listens.append(special.listens or free_port())
            self.ports.append(special.port or self._listens[-1])
        started = await asyncio.gather(*(self._start(number, env) for number in numbers))
        for number, running in zip(numbers, started):
            self.processes[number : number + 1] = [running]

    async def _start(self, number: int, env: dict[str, str]) -> Process:
        special, port = self._specials.get(number, Special()), str(self._listens[number])
        env = {**self.env, **special.env, **env}
        made = process(self._data, "--port", port, command=special.command, **env)
        running = await made.__aenter__()
        self._running[running] = made
        return running

    async def kill(self, number: int) -> None:
        """As the machine does it when memory is short."""
        await self._end(number, signal.SIGKILL)

    async def stop(self, number: int) -> None:
        """As whoever runs it does, and it has the time it needs."""
        assert await self._end(number, signal.SIGTERM) == 0

    async def _end(self, number: int, signal_number: int) -> int:
        made = self._running.pop(self.processes[number])
        try:
            return await self.processes[number].stop(signal_number)
        finally:
            await made.__aexit__(None, None, None)

    def pause(self, number: int) -> None:
        self._paused.add(self.processes[number])
        os.kill(self.processes[number].child.pid, signal.SIGSTOP)

    def go_on(self, number: int) -> None:
        """After `pause`, or whatever stopped it."""
        os.kill(self.processes[number].child.pid, signal.SIGCONT)
        self._paused.discard(self.processes[number])

    async def stopped(self, number: int) -> None:
        """Waits until it stands still by itself."""
        stat = Path(f"/proc/{self.processes[number].child.pid}/stat")
        while stat.read_text().rpartition(")")[2].split()[0] != "T":
            await asyncio.sleep(0.05)

    def client(self, number: int, **headers: str) -> Client:
        return self.processes[number].client(**headers)

    def at(self, number: int, client: Client) -> Client:
        """The same browser at another process."""
        other = self.client(number)
        other.user_id, other.token, other.mobile = client.user_id, client.token, client.mobile
        other.cookies.update(client.cookies)
        return other

    async def ready(self, number: int) -> int:
        """The status of /readyz. Raises OSError or EOFError when nobody answers."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.ports[number])
        try:
            writer.write(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            async with asyncio.timeout(PATIENCE):
                return int((await reader.readuntil(b"\r\n")).split()[1])
        finally:
            writer.close()

    def logged(self) -> str:
        """What all of them wrote to standard error so far."""
        return (self._data / "server.log").read_text("utf-8", "replace")

    async def close(self) -> None:
        for running, made in self._running.items():
            if running.child.returncode is None:
                running.child.send_signal(signal.SIGCONT)
            await made.__aexit__(None, None, None)
        self._running.clear()


@asynccontextmanager
async def cluster(
    data: Path,
    database_url: str,
    broker_url: str,
    count: int = 2,
    specials: Specials = {},
    **env: str,
) -> AsyncIterator[Cluster]:
    """`count` processes; the database is migrated first. `specials`: those that are run in another way."""
    env = {
        "MAGPIE_DATABASE_URL": database_url,
        "MAGPIE_BROKER_URL": broker_url,
        "MAGPIE_SERVER_DRAIN_SECONDS": "1",
        **env,
    }
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    code, _, said = run("--migrate", "--data", str(data), **env)
    assert code == 0, said
    made = Cluster(data, env, specials)
    try:
        await made.start(*range(count))
        yield made
    finally:
        await made.close()
