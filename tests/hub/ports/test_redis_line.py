"""The stream in Redis as a line: what was said while nobody read is read later, and what is lost is known."""

import asyncio
import itertools
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from hub.ports.redis import RedisLine
from hub.ports.redis.address import RedisAddress
from tests.app import PATIENCE
from tests.hub.ports.line_network import Wire
from tests.redis_server import Redis
from tests.servers import running

_keys = itertools.count(1)


@pytest.fixture
def own_redis():
    """A Redis that one test may break."""
    yield from running(Redis, shutil.which(Redis.binary))


class Listener:
    """What a line says."""

    def __init__(self, line: RedisLine) -> None:
        self.line = line
        self.heard: list[bytes] = []
        self.opened: list[bool] = []
        line.listen(self.heard.append, self.opened.append, lambda why: None)

    async def has(self, letters: int = 0, opened: int = 0) -> None:
        async with asyncio.timeout(PATIENCE):
            while len(set(self.heard)) < letters or len(self.opened) < opened:
                await asyncio.sleep(0.01)


@asynccontextmanager
async def lines(*ports: int) -> AsyncIterator[list[Listener]]:
    """Lines of one installation, open."""
    key = f"test-line-{next(_keys)}"
    made = [Listener(RedisLine(RedisAddress.parse(f"redis://127.0.0.1:{port}"), key)) for port in ports]
    for listener in made:
        await listener.line.open()
    try:
        yield made
    finally:
        for listener in made:
            await listener.line.close()


async def test_more_than_redis_lets_anybody_have(own_redis):
    """Who was away for long comes back also where Redis cuts off whoever is to get much at once."""
    wire = Wire(own_redis.port)
    async with lines(own_redis.port, await wire.start()) as (writer, reader):
        limit = 400_000
        await own_redis.do("CONFIG", "SET", "client-output-buffer-limit", f"normal {limit} {limit} 1")
        wire.cut()
        letters = [b"%03d" % i + b"x" * 60_000 for i in range(40)]
        for letter in letters:
            assert writer.line.send(letter)
        await writer.has(1)
        await own_redis.do("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        wire.mend()
        for listener in (reader, writer):
            await listener.has(len(letters))
            assert list(dict.fromkeys(listener.heard)) == letters  # a letter may come twice
    await wire.close()


async def test_another_redis(own_redis, expect_logs):
    """After a restart of Redis nobody knows what was lost; what is said from then on is heard."""
    expect_logs("magpie.bus", "Redis: ", required=False)
    async with lines(own_redis.port, own_redis.port) as (one, other):
        one.line.send(b"before")
        await other.has(1, 1)
        await own_redis.do("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        await other.has(1, 2)
        own_redis.end()
        own_redis.start()
        one.line.send(b"after")
        await other.has(2, 3)
        assert (other.heard, other.opened) == ([b"before", b"after"], [True, True, False])
