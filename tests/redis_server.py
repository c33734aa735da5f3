"""A real Redis for the tests; see tests/servers.py."""

import shutil
import signal

import pytest
from redis.asyncio import Redis as RedisClient

from tests.servers import Program, running


class Redis(Program):
    """Without persistence, as a broker needs none. `options` are of redis-server."""

    binary = "redis-server"
    account = "nobody"
    ready = "Ready to accept connections"
    stop_signal = signal.SIGKILL

    def __init__(self, *options: str):
        self.options = options
        super().__init__()

    def command(self) -> list[str]:
        where = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        return [shutil.which(self.binary), *where, "--save", "", "--appendonly", "no", *self.options]

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    async def do(self, *command: str) -> object:
        """The answer to one command."""
        client = RedisClient(port=self.port)
        async with client:
            return await client.execute_command(*command)


@pytest.fixture(scope="session")
def redis():
    """A running Redis."""
    yield from running(Redis, shutil.which(Redis.binary))
