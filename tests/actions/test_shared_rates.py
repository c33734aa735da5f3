"""What is counted over all processes: as many get through as if there were one."""

import asyncio
import itertools
import time

import pytest

from actions.budget import Budget, _name_of
from actions.shared_rates import PAUSE_S, SharedRates
from actions.stored_rates import StoredRates
from config import Limits
from database.door import Database
from hub.ports.rates import RatesAway, Take
from hub.ports.redis.address import RedisAddress
from hub.ports.redis.rates import RedisRates
from models import rates
from models.tables import Rate
from protocol.errors import SlowDown, TryAgain
from tests.hub.ports.line_network import Wire
from tests.hub.process import Clock

_prefixes = itertools.count()


class Cluster:
    """Processes that count together; `make()` is the budget of one more."""

    def __init__(self, rates_of) -> None:
        self._rates_of, self._budgets = rates_of, []

    def make(self, clock=time.monotonic, **limits) -> Budget:
        shared = SharedRates(self._rates_of(), clock) if self._rates_of else None
        self._budgets.append(Budget(Limits(**limits), clock, shared))
        return self._budgets[-1]

    def several(self, **limits) -> list[Budget]:
        """Three of them; one when each would be alone."""
        return [self.make(**limits) for _ in range(3 if self._rates_of else 1)]

    async def close(self) -> None:
        for budget in self._budgets:
            await budget.close()


@pytest.fixture
def postgresql_database(io_loop, postgresql):
    name = postgresql.create()
    opened = Database(postgresql.url(name), workers=4)
    opened.migrate()
    yield opened
    io_loop.run_sync(opened.close)
    postgresql.drop(name)


@pytest.fixture(params=["alone", "redis", "postgresql"])
def cluster(request, io_loop):
    if request.param == "redis":
        address = RedisAddress.parse(request.getfixturevalue("redis").url)
        prefix = f"{{magpie:{next(_prefixes)}}}:rate"
        made = Cluster(lambda: RedisRates(address, prefix))
    elif request.param == "postgresql":
        database = request.getfixturevalue("postgresql_database")
        made = Cluster(lambda: StoredRates(database))
    else:
        made = Cluster(None)
    yield made
    io_loop.run_sync(made.close)


async def passes(budget: Budget, **counts) -> bool:
    try:
        await budget.count(counts)
    except SlowDown:
        return False
    return True


async def test_exact(cluster):
    """Of 150 tries at the same time, at whatever processes, just as many pass as the burst allows."""
    budgets = cluster.several(login_rate=1e-6, login_burst=10)
    tries = [passes(budgets[i % len(budgets)], login="a") for i in range(150)]
    assert sum(await asyncio.gather(*tries)) == 10
    assert not await passes(budgets[0], login="a")
    assert await passes(budgets[0], login="b")


async def test_waiting_as_told_is_enough(cluster):
    """Who waits as long as they are told gets through, at any process."""
    budgets = cluster.several(login_rate=20.0, login_burst=3)
    for budget in itertools.islice(itertools.cycle(budgets), 3):
        await budget.count({"login": "a"})
    for budget in itertools.islice(itertools.cycle(budgets), 6):
        while True:
            try:
                await budget.count({"login": "a"})
                break
            except SlowDown as refused:
                assert 0 < refused.retry_after_s <= 0.06
                await asyncio.sleep(refused.retry_after_s)


async def test_all_or_nothing(cluster):
    """Who is refused for the account has not used up their address, nor the other way round."""
    budgets = cluster.several(login_rate=1e-6, login_burst=4, account_login_rate=1e-6, account_login_burst=2)
    first, last = budgets[0], budgets[-1]
    for budget in (first, last):
        await budget.count({"login": "here", "account_login": "x"})
    for budget in (first, last, first):
        assert not await passes(budget, login="here", account_login="x")
    assert await passes(last, login="here", account_login="y")
    assert await passes(first, login="here", account_login="z")
    assert not await passes(last, login="here", account_login="v")
    assert await passes(first, login="elsewhere", account_login="v")


async def test_given_back(cluster):
    """A right log-in does not count in any process, and is given back once."""
    budgets = cluster.several(login_rate=1e-6, login_burst=2)
    for budget in budgets * 4:
        counted = await budget.count({"login": "a"})
        await counted.give_back()
        await counted.give_back()
    assert [await passes(budgets[-1], login="a") for _ in range(3)] == [True, True, False]


async def test_a_refusal_costs_nothing(cluster):
    """Trying too often makes the wait no longer."""
    budgets = cluster.several(login_rate=0.01, login_burst=1)
    assert await passes(budgets[0], login="a")
    waits = []
    for budget in budgets * 5:
        with pytest.raises(SlowDown) as refused:
            await budget.count({"login": "a"})
        waits.append(refused.value.retry_after_s)
    assert max(waits) <= 100


async def test_what_each_counts_for_itself(cluster):
    """Messages and requests keep a process's own time and memory: no other is asked about them."""
    budgets = cluster.several(message_rate=1e-6, message_burst=1)
    assert [await passes(budget, message=1) for budget in budgets] == [True] * len(budgets)
    assert not await passes(budgets[0], message=1)
    assert all(budget.stats().get("shared", {}).get("asked", 0) == 0 for budget in budgets)


async def test_switched_off(cluster):
    """With limits.enabled: false nobody is asked and nobody refused."""
    budget = cluster.make(enabled=False, login_burst=1)
    assert all([await passes(budget, login="a") for _ in range(5)])
    assert budget.stats().get("shared", {}).get("asked", 0) == 0


@pytest.fixture(params=["redis", "postgresql"])
def far(request, io_loop):
    """A way to lose the place where all count: the rates, and the wire to it."""
    server = request.getfixturevalue(request.param)
    wire = Wire(server.port)
    port = io_loop.run_sync(wire.start)
    if request.param == "redis":
        prefix = f"{{magpie:{next(_prefixes)}}}:rate"

        async def make():
            return RedisRates(RedisAddress.parse(f"redis://127.0.0.1:{port}"), prefix)

        made = io_loop.run_sync(make)
        yield made, wire
        io_loop.run_sync(made.close)
    else:
        name = server.create()
        Database(server.url(name)).migrate()
        opened = Database(server.url(name).replace(f":{server.port}/", f":{port}/"), workers=1, deadline_s=3)
        yield StoredRates(opened), wire
        wire.mend()
        io_loop.run_sync(opened.close)
        server.drop(name)
    io_loop.run_sync(wire.close)


async def test_no_answer(far, expect_logs):
    """While the other end is silent each process counts for itself: nobody is refused for that, nobody waits
    for long, the log says so once, and once more when it is over."""
    rates, wire = far
    clock = Clock()
    shared = SharedRates(rates, clock)
    budget = Budget(Limits(login_rate=1e-6, login_burst=4), clock, shared)
    assert await passes(budget, login="a")
    expect_logs("magpie.rates", "each process counts log-ins for itself: ")
    expect_logs("magpie.database", "failed", required=False)
    wire.cut()
    assert [await passes(budget, login="a") for _ in range(4)] == [True, True, True, False]
    assert [await passes(budget, login=key) for key in "bcdef"] == [True] * 5
    assert shared.stats() == {"away": 1, "asked": 2, "unanswered": 1}
    clock.now += PAUSE_S
    assert await passes(budget, login="b")
    assert shared.stats() == {"away": 1, "asked": 3, "unanswered": 2}
    wire.mend()
    async with asyncio.timeout(60):
        while shared.stats()["away"]:
            clock.now += PAUSE_S
            await passes(budget, login="g")
    counted = await budget.count({"login": "h"})
    await counted.give_back()


async def test_what_was_not_counted_is_not_given_back(expect_logs):
    """A right log-in while there was no answer gives nobody one more guess."""
    given = []

    class Away:
        async def take(self, takes):
            raise RatesAway("gone fishing")

        async def give_back(self, takes):
            given.extend(takes)

    expect_logs("magpie.rates", "itself: gone fishing")
    clock = Clock()
    counted = await Budget(Limits(), clock, SharedRates(Away(), clock)).count({"login": "a"})
    clock.now += PAUSE_S
    await counted.give_back()
    assert given == []


def test_one_name_in_every_process():
    """A key is called the same by every process, whatever the order of a set in its memory, and no two keys
    are called the same."""
    assert _name_of(frozenset(("13800000000", "+8613800000000"))) == "a39537f889f1cf8a8238f676edf0ff58"
    keys = [1, "1", ("1",), ("", "1"), ("1", ""), frozenset(("1",)), frozenset(("1", "")), ("session", 1)]
    assert len({_name_of(key) for key in keys}) == len(keys)


async def test_a_clock_that_was_put_back(postgresql_database, redis):
    """A bucket that seems to fill only in a year was counted by a clock that was wrong: it is full."""
    take, year = Take("login", "a", 1_000_000_000, 3), int((time.time() + 31536000) * 1e6)
    await postgresql_database.write(Rate.insert(key="login:a", full_at=year).execute)
    in_redis = RedisRates(RedisAddress.parse(redis.url), "{magpie:year}:rate")
    await in_redis._client.set("{magpie:year}:rate:login:a", year)
    for rates_ in (StoredRates(postgresql_database), in_redis):
        assert [await rates_.take([take]) is None for _ in range(4)] == [True, True, True, False]
    await in_redis.close()


async def test_full_buckets_are_forgotten(postgresql_database):
    """Addresses that called once a day ago take no room."""
    stored, now = StoredRates(postgresql_database), round(time.time() * 1000)
    await stored.take([Take("login", "a", 1_000_000, 3)])
    assert await postgresql_database.write(rates.forget_full, now) == 0
    assert await postgresql_database.write(rates.forget_full, now + 2 * rates.KEPT_MS) == 1


async def test_a_database_that_is_busy():
    """A database that refuses is no answer, and no error."""

    class Busy:
        async def write(self, call):
            raise TryAgain()

    with pytest.raises(RatesAway):
        await StoredRates(Busy()).take([Take("login", "a", 1, 1)])
