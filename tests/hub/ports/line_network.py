"""Processes on a real line, for the contract tests: Redis and PostgreSQL."""

import asyncio
import itertools
from collections.abc import Callable

from hub.ports.line import Line
from hub.ports.peers import SILENT_S, Peers
from hub.ports.postgresql import PostgresqlLine
from hub.ports.redis import RedisLine
from hub.ports.redis.address import RedisAddress
from hub.ports.shared import Shared
from tests.app import PATIENCE
from tests.hub.ports.network import End
from tests.hub.process import Clock

_keys = itertools.count(1)


class Wire:
    """What lies between a process and a server: it can stop carrying anything, and go on later."""

    def __init__(self, port: int) -> None:
        self._far = port
        self._open = asyncio.Event()
        self._open.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: list[asyncio.StreamWriter] = []

    async def start(self) -> int:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        self._open.clear()

    def mend(self) -> None:
        self._open.set()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        self._tasks.add(asyncio.get_running_loop().create_task(self._carry(reader, writer)))

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._far)
        try:
            await asyncio.gather(self._pass(reader, far_writer), self._pass(far_reader, writer))
        except OSError:
            pass
        finally:
            writer.close()
            far_writer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            await self._open.wait()
            writer.write(data)
            await writer.drain()
        writer.write_eof()

    async def close(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for writer in self._writers:  # a task that had not begun has closed nothing
            writer.close()


class LineNetwork:
    """As `MemoryNetwork`; `line_at(port)` makes a process's line, through a wire to `port`."""

    def __init__(self, port: int, line_at: Callable[[int], Line]) -> None:
        self._port, self._line_at = port, line_at
        self.clock = Clock()
        self._ends: dict[End, tuple[Shared, Wire]] = {}
        self._away: set[End] = set()

    async def join(self) -> End:
        wire = Wire(self._port)
        shared = Shared(self._line_at(await wire.start()), self.clock)
        end = End(shared.ports)
        self._ends[end] = (shared, wire)
        await shared.open()
        await self.settle()
        return end

    async def settle(self) -> None:
        """Once more, since what is heard may be answered."""
        for _ in range(3):
            await asyncio.sleep(0)
            peers = self._living()
            async with asyncio.timeout(PATIENCE):
                while not all(one is other or one.has_heard(other) for one in peers for other in peers):
                    await asyncio.sleep(0.005)

    def _living(self) -> list[Peers]:
        ends = [shared.peers for end, (shared, _) in self._ends.items() if end not in self._away]
        return [peers for peers in ends if not peers.closed]

    async def cut(self, end: End) -> None:
        self._ends[end][1].cut()
        self._away.add(end)

    async def mend(self, end: End) -> None:
        self._ends[end][1].mend()
        self._away.discard(end)

    async def kill(self, end: End) -> None:
        shared, wire = self._ends[end]
        wire.cut()
        shared.peers.mute()
        self._away.add(end)

    async def expire(self) -> None:
        peers = self._living()
        for _ in range(int(SILENT_S) + 2):
            self.clock.now += 1
            for one in peers:
                one.beat()
            async with asyncio.timeout(PATIENCE):
                while not all(one.echoed(self.clock.now) for one in peers):
                    await asyncio.sleep(0.005)
        await self.settle()

    async def close(self) -> None:
        for shared, wire in self._ends.values():
            wire.mend()
            await shared.bus.close()
            await wire.close()


def redis_network(redis) -> LineNetwork:
    key = f"{{magpie}}test-{next(_keys)}"
    return LineNetwork(
        redis.port, lambda port: RedisLine(RedisAddress.parse(f"redis://127.0.0.1:{port}"), key)
    )


def postgresql_network(postgresql) -> LineNetwork:
    channel = f"magpie:test-{next(_keys)}"
    url = postgresql.url("postgres")
    return LineNetwork(
        postgresql.port,
        lambda port: PostgresqlLine(url.replace(f":{postgresql.port}/", f":{port}/"), channel),
    )
