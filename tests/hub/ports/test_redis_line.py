"""The stream in Redis as a line: what was said while nobody read is read later, and what is lost is known."""

import asyncio
import itertools
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from hub.ports.redis import RedisLine
from hub.ports.redis import line as line_module
from hub.ports.redis.address import RedisAddress
from tests.app import PATIENCE
from tests.hub.ports.line_network import Wire
from tests.redis_server import Redis
from tests.servers import running

_keys = itertools.count(1)

#: A wait in which a test would be noticed.
LONG_S = 3600


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


@pytest.fixture
def dense(monkeypatch):
    """Whatever comes is much, and only who says something reads on."""
    monkeypatch.setattr(line_module, "GATHER_S", LONG_S)
    monkeypatch.setattr(line_module, "DENSE_S", LONG_S)


async def both_have(one: Listener, other: Listener, *letters: bytes) -> None:
    """The first letters, one by one: from the second on it is much, and nobody asks for more."""
    for i, letter in enumerate(letters, 1):
        one.line.send(letter)
        await one.has(i)
        await other.has(i)


async def test_what_comes_meanwhile_is_read_with_what_one_says(redis, dense):
    """While much is said a process asks once, with its own entry, for what all have said."""
    async with lines(redis.port, redis.port) as (one, other):
        await both_have(one, other, b"first", b"second")
        asked = await questions(redis)
        one.line.send(b"third")
        await one.has(3)
        assert other.heard == [b"first", b"second"]
        other.line.send(b"fourth")
        await other.has(4)
        assert other.heard == [b"first", b"second", b"third", b"fourth"]
        one.line.send(b"fifth")
        await one.has(5)
        assert one.heard == [*other.heard, b"fifth"]
        assert await questions(redis) - asked == 3


async def test_after_a_while_it_is_read_anyway(redis, monkeypatch):
    """Who says nothing hears the others a moment later."""
    monkeypatch.setattr(line_module, "DENSE_S", LONG_S)
    async with lines(redis.port, redis.port) as (one, other):
        letters = [b"%d" % i for i in range(20)]
        for letter in letters:
            one.line.send(letter)
            await asyncio.sleep(0.001)
        await other.has(20)
        assert other.heard == letters


async def test_from_rest_nothing_waits(redis, monkeypatch):
    """Who is told something after a silence hears it at once, however long is waited otherwise."""
    monkeypatch.setattr(line_module, "GATHER_S", LONG_S)
    monkeypatch.setattr(line_module, "DENSE_S", 0)
    async with lines(redis.port, redis.port) as (one, other):
        for i in range(5):
            one.line.send(b"%d" % i)
            await other.has(i + 1)


async def test_an_entry_that_is_refused_with_a_question(own_redis, dense, expect_logs):
    """Redis has no room for the entry: the question that went with it is answered, and the next one is
    heard."""
    expect_logs("magpie.bus", "Redis: ")
    async with lines(own_redis.port, own_redis.port) as (one, other):
        await both_have(one, other, b"first", b"second")
        await own_redis.do("CONFIG", "SET", "maxmemory", "1")
        one.line.send(b"refused")
        async with asyncio.timeout(PATIENCE):
            while not one.line.stats()["refused"]:
                await asyncio.sleep(0.01)
        await own_redis.do("CONFIG", "SET", "maxmemory", "0")
        one.line.send(b"third")
        await one.has(3)
        assert (one.heard, one.line.stats()["waiting_bytes"]) == ([b"first", b"second", b"third"], 0)


async def test_cut_off_with_a_question_under_way(redis, dense, expect_logs, monkeypatch):
    """Its answer did not come: once the line is open again all is heard, in order, at both ends."""
    expect_logs("magpie.bus", "Redis: ", required=False)
    wire = Wire(redis.port)
    async with lines(redis.port, await wire.start()) as (one, other):
        await both_have(one, other, b"first", b"second")
        wire.cut()
        other.line.send(b"third")
        await redis.do("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        wire.mend()
        monkeypatch.setattr(line_module, "GATHER_S", 0)
        await one.has(3, 2)
        one.line.send(b"fourth")
        for listener in (one, other):
            await listener.has(4)
            assert list(dict.fromkeys(listener.heard)) == [b"first", b"second", b"third", b"fourth"]
    await wire.close()


async def questions(redis) -> int:
    """How often Redis was asked for entries."""
    return int((await redis.do("INFO", "commandstats"))["cmdstat_xread"]["calls"])
