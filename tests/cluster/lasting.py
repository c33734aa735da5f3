"""A cluster that lasts for many tests: a process takes a second to start."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from database.door import Database
from tests.app import PATIENCE
from tests.cluster.cluster import Cluster
from tests.process import run
from tests.servers import DatabaseServer

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


def parts_of(request) -> tuple[DatabaseServer, str]:
    """(the database's server, `broker.url`), of a fixture whose parameters are `KINDS`."""
    database, broker = request.param
    url = request.getfixturevalue(broker).url if broker == "redis" else broker
    return request.getfixturevalue(database), url


@contextmanager
def two_lasting(
    request, tmp_path_factory, prepare: Callable[[Lasting], None], **env: str
) -> Iterator[Lasting]:
    """Two processes, for a fixture whose parameters are `KINDS`, on a database that is there only for them.
    `prepare` brings it up to date before they start."""
    server, broker_url = parts_of(request)
    name = server.create()
    made = Lasting(tmp_path_factory.mktemp("cluster") / "data", server.url(name), broker_url, **env)
    prepare(made)
    made.start(2)
    yield made
    made.stop()
    server.drop(name)
    assert "Traceback" not in made.logged() and " ERROR " not in made.logged()


def migrate(lasting: Lasting, folder: Path) -> tuple[int, str]:
    """`--migrate`: its exit code, and what was said."""
    code, _, said = run("--migrate", "--data", str(folder), **lasting.env)
    return code, said


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Returns when it holds."""
    async with asyncio.timeout(PATIENCE):
        while not await condition():
            await asyncio.sleep(0.05)
