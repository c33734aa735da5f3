"""Several server processes on one database with one broker, as somebody runs them who has outgrown one."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from tests.app import Client
from tests.process import Process, process, run


class Cluster:
    """`processes` are those that run; `client(i)` is a browser at one of them."""

    def __init__(self, data: Path, env: dict[str, str]) -> None:
        self._data, self._env = data, env
        self._stack = AsyncExitStack()
        self.processes: list[Process] = []

    async def add(self) -> Process:
        """One more process, on the same data."""
        self.processes.append(await self._stack.enter_async_context(process(self._data, **self._env)))
        return self.processes[-1]

    def client(self, number: int, **headers: str) -> Client:
        return self.processes[number].client(**headers)

    def at(self, number: int, client: Client) -> Client:
        """The same browser at another process."""
        other = self.client(number)
        other.user_id, other.token, other.mobile = client.user_id, client.token, client.mobile
        other.cookies.update(client.cookies)
        return other

    async def close(self) -> None:
        await self._stack.aclose()


@asynccontextmanager
async def cluster(
    data: Path, database_url: str, broker_url: str, count: int = 2, **env: str
) -> AsyncIterator[Cluster]:
    """`count` processes; the database is migrated first."""
    env = {"MAGPIE_DATABASE_URL": database_url, "MAGPIE_BROKER_URL": broker_url, **env}
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    code, _, said = run("--migrate", "--data", str(data), **env)
    assert code == 0, said
    made = Cluster(data, env)
    try:
        for _ in range(count):
            await made.add()
        yield made
    finally:
        await made.close()
