"""A cluster with its database and its broker, people who write, and what goes wrong meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from tests.cluster.books import Result, now
from tests.cluster.cluster import Cluster, Special, cluster
from tests.cluster.load import Load
from tests.cluster.network import Network
from tests.redis_server import Redis
from tests.servers import DatabaseServer

#: Seconds of writing before something goes wrong, and after it is over.
BEFORE_S, AFTER_S = 1.0, 1.5


class Stage:
    """What a fault can lay hands on."""

    def __init__(
        self, made: Cluster, load: Load, database: DatabaseServer, redis: Redis, net: Network | None
    ) -> None:
        self.cluster, self.load, self.database, self.redis, self.net = made, load, database, redis, net

    async def play(self, fault: "Fault", before_s: float = BEFORE_S, after_s: float = AFTER_S) -> Result:
        """One round: people write, `fault` happens, they go on writing; then everybody is asked."""
        await self.load.begin()
        await asyncio.sleep(before_s)
        await fault(self)
        ended_at = now()
        await asyncio.sleep(after_s)
        result = await self.load.end((fault.__doc__ or "").strip().rstrip("."), ended_at)
        print(result, flush=True)
        return result


Fault = Callable[[Stage], Awaitable[None]]


@asynccontextmanager
async def stage(
    folder: Path,
    database: DatabaseServer,
    redis: Redis,
    broker_url: str = "",
    count: int = 3,
    net: Network | None = None,
    **env: str,
) -> AsyncIterator[Stage]:
    """`count` processes on a new database, the last one in `net` if there is one; `broker_url` is Redis's
    unless another is given."""
    name = database.create()
    url = database.url(name)
    specials = {count - 1: _inside(net, url, database.port)} if net else {}
    try:
        async with cluster(folder, url, broker_url or redis.url, count, specials, **env) as made:
            load = await Load.start(made)
            try:
                yield Stage(made, load, database, redis, net)
            finally:
                await load.close()
    finally:
        database.drop(name)


def _inside(net: Network, database_url: str, database_port: int) -> Special:
    hosts = {name: f"{host}:{port}" for name, (host, port) in net.addresses.items()}
    env = {
        "MAGPIE_SERVER_HOST": "0.0.0.0",
        "MAGPIE_BROKER_URL": f"redis://{hosts['redis']}",
        "MAGPIE_DATABASE_URL": database_url.replace(f"127.0.0.1:{database_port}", hosts["database"]),
    }
    return Special(net.command, env, net.listens, net.port)
