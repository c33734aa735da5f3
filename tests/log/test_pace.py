"""When much is said at once, commits are fewer and larger; who writes alone never waits for others."""

import asyncio

import pytest

from log import pace
from log.pace import MANY, MOST_PERIOD_S, PERIOD_S, Pace
from tests.log.scribe import Scribe, friends

#: A wait in which a test would be noticed.
LONG_S = 3600


class Clock:
    """Seconds that pass when a test says so."""

    now = 100.0

    def __call__(self):
        return self.now


def test_the_rule():
    """Commits of many entries are so far apart; after a small one the next begins at once."""
    clock = Clock()
    rule = Pace(clock)
    assert rule.wait_s() == 0
    rule.begins(MANY - 1)
    assert rule.wait_s() == 0
    rule.begins(MANY)
    assert rule.wait_s() == pytest.approx(PERIOD_S)
    clock.now += 0.6 * PERIOD_S
    assert rule.wait_s() == pytest.approx(0.4 * PERIOD_S)
    clock.now += 0.5 * PERIOD_S
    assert rule.wait_s() == 0
    rule.begins(MANY)
    rule.begins(MANY - 1)
    assert rule.wait_s() == 0
    assert rule.waits == 2


def test_the_rule_among_others():
    """Several processes commit together as often as one: each so much seldomer, after so much less."""
    clock, there = Clock(), [2]
    rule = Pace(clock, lambda: there[0])
    rule.begins(MANY // 2 - 1)
    assert rule.wait_s() == 0
    rule.begins(MANY // 2)
    assert rule.wait_s() == pytest.approx(min(2 * PERIOD_S, MOST_PERIOD_S))
    there[0] = 7
    rule.begins(1)
    assert rule.wait_s() == 0
    rule.begins(2)
    assert rule.wait_s() == pytest.approx(MOST_PERIOD_S)
    clock.now += MOST_PERIOD_S
    assert rule.wait_s() == 0
    there[0] = 1
    rule.begins(MANY - 1)
    assert rule.wait_s() == 0


class Busy(Scribe):
    """A log in which `more` is said while one commit runs, and `later` in the moment in which that is
    settled."""

    def __init__(self, database, more, later, **settings):
        super().__init__(database, clock=Clock(), **settings)
        self.more, self.later = list(more), list(later)
        self.all = []
        real = self.log._pool.submit

        def submit(*call):
            self.say_all(self.more)
            return real(*call)

        self.log._pool.submit = submit

    def say_all(self, words):
        said, words[:] = words[:], []
        self.all += [asyncio.ensure_future(self.say(*word)) for word in said]

    def _settled(self, batch, changes):
        super()._settled(batch, changes)
        self.say_all(self.later)


async def all_said(scribe, first):
    """The seqs of all, in the order in which they were said."""
    scribe.say_all(list(first))
    told = []
    while len(told) < len(scribe.all):
        told = [message.seq for message in await asyncio.gather(*scribe.all)]
    await scribe.log.close()
    return told


async def test_what_comes_meanwhile_goes_with_it(database):
    """After a commit of many, the next waits for what comes in the moment after."""
    ann, bob = await friends(database)
    scribe = Busy(database, [(ann, bob)] * 3, [(bob, ann)] * 4)
    assert await all_said(scribe, [(ann, bob)] * MANY) == list(range(1, MANY + 8))
    assert scribe.batches == [MANY, 7] and scribe.log.stats()["log_paced"] == 1


async def test_a_part_of_it_is_not_many_but_goes_together(database):
    """One of two processes has half of what is said: a commit of few is followed by one that waits."""
    ann, bob = await friends(database)
    scribe = Busy(database, [(ann, bob)], [(bob, ann)] * 2, processes=lambda: 2)
    assert await all_said(scribe, [(ann, bob)] * (MANY // 2)) == list(range(1, MANY // 2 + 4))
    assert scribe.batches == [MANY // 2, 3] and scribe.log.stats()["log_paced"] == 1


async def test_a_full_batch_does_not_wait(database, monkeypatch):
    """When as much waits as one commit takes, nothing is gained by waiting."""
    monkeypatch.setattr(pace, "PERIOD_S", LONG_S)
    ann, bob = await friends(database)
    scribe = Busy(database, [(ann, bob)] * 3, [(bob, ann)] * 5, max_batch=8)
    assert await all_said(scribe, [(ann, bob)] * 8) == list(range(1, 17))
    assert scribe.batches == [8, 8]


async def test_a_moment_of_silence(database):
    """A burst that comes just after a commit of many, when nothing had waited, is not cut into small ones;
    what comes when its time is over is stored at once."""
    ann, bob = await friends(database)
    clock = Clock()
    scribe = Scribe(database, clock=clock)
    await asyncio.gather(*(scribe.say(ann, bob) for _ in range(MANY)))
    await asyncio.gather(*(scribe.say(bob, ann) for _ in range(MANY)))
    assert scribe.log.stats()["log_paced"] == 1
    clock.now += 2 * PERIOD_S
    assert (await scribe.say(ann, bob)).seq == 2 * MANY + 1
    assert scribe.log.stats()["log_paced"] == 1
    await scribe.log.close()


async def test_a_few_people_never_wait(database, monkeypatch):
    """Where only a few people write, each message is stored at once."""
    monkeypatch.setattr(pace, "PERIOD_S", LONG_S)
    ann, bob = await friends(database)
    few = Busy(database, [(ann, bob)] * 3, [(bob, ann)] * 2)
    assert await all_said(few, [(ann, bob)] * (MANY - 1)) == list(range(1, MANY + 5))
    assert few.log.stats()["log_paced"] == 0
