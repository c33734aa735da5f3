"""A cluster that lasts for the tests of a whole module: a process takes a second to start."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from database.door import Database
from tests.app import PATIENCE
from tests.cluster.cluster import Cluster

#: Each database with each broker that it may have.
KINDS = [("mariadb", "redis"), ("postgresql", "redis"), ("postgresql", "postgresql")]


class Lasting:
    """`cluster` with a loop of its own for its processes, which are started and stopped between tests; their
    clients belong to the test's loop."""

    def __init__(self, data: Path, database_url: str, broker_url: str, **env: str) -> None:
        self._loop = asyncio.new_event_loop()
        self.database_url = database_url
        self.env = {"MAGPIE_DATABASE_URL": database_url, "MAGPIE_BROKER_URL": broker_url, **env}
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.data = data
        self.cluster = Cluster(data, self.env)

    def start(self, count: int) -> None:
        """So many processes more."""

        async def begin() -> None:
            for _ in range(count):
                await self.cluster.add()

        self._loop.run_until_complete(begin())

    def forget_clients(self) -> None:
        """Those of the test that ends."""
        for process in self.cluster.processes:
            process.close()
            process._clients.clear()

    def stop(self) -> None:
        self._loop.run_until_complete(self.cluster.close())
        self._loop.close()

    def logged(self) -> str:
        return (self.data / "server.log").read_text("utf-8", "replace")

    async def write(self, fn: Callable[..., object], *args: object) -> object:
        """Something done to the rows behind the servers' backs."""
        database = Database(self.database_url, workers=1)
        try:
            return await database.write(fn, *args)
        finally:
            await database.close()


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Returns when it holds."""
    async with asyncio.timeout(PATIENCE):
        while not await condition():
            await asyncio.sleep(0.05)
