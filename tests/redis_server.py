"""A real Redis for the tests; see tests/servers.py."""

import pytest
from redis.asyncio import Redis as RedisClient

from bench.run import programs
from tests.servers import roomy_folder, running


class Redis(programs.Redis):
    """Without persistence, as a broker needs none. `options` are of redis-server."""

    def __init__(self, *options: str):
        super().__init__(*options, parent=roomy_folder())

    async def do(self, *command: str) -> object:
        """The answer to one command."""
        client = RedisClient(port=self.port)
        async with client:
            return await client.execute_command(*command)


@pytest.fixture(scope="session")
def redis():
    """A running Redis."""
    yield from running(Redis, Redis.installed())
