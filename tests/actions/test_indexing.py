"""The index follows what is said by itself, also after the database was away and when nobody said so."""

import asyncio
import time
from types import SimpleNamespace

import pytest

from actions import indexing as filler
from models import indexing
from protocol.errors import TryAgain
from tests.app import PATIENCE
from tests.handlers.people import friends, text


async def until_found(client, q: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while not (await client.post("/message/search", q=q))["rows"]:
            await asyncio.sleep(0.02)


async def test_a_database_that_was_away(app, monkeypatch):
    """What could not be put into the index is put there later, and nothing is logged of it here."""
    ann, bob = await friends(app)
    real, failed = indexing.write, []

    def write(*arguments):
        if len(failed) < 2:
            failed.append(True)
            raise TryAgain()
        return real(*arguments)

    monkeypatch.setattr(indexing, "write", write)
    monkeypatch.setattr(filler, "_FIRST_PAUSE_S", 0.01)
    await ann.post("/message/send", **text(bob, "zebra"))
    await until_found(bob, "zebra")
    stats = app.services.indexing.stats()
    assert (stats["index_messages"], stats["index_waiting"], stats["index_failed"]) == (1, 0, 0)


async def test_what_nobody_said(app, monkeypatch):
    """What another process has written, and did not live to put into the index, is found by comparing."""
    ann, bob = await friends(app)
    monkeypatch.setattr(filler, "PERIOD_S", 0.05)
    monkeypatch.setattr(filler, "START_S", 0.05)
    await app.services.indexing.close()
    app.services.indexing.start()
    monkeypatch.setattr(app.services.indexing, "note", lambda entries: None)
    await ann.post("/message/send", **text(bob, "zebra"))
    await until_found(bob, "zebra")


async def test_looking_takes_a_small_part_of_the_time(monkeypatch):
    """The longer it takes to compare all, the longer is the pause until the next time."""
    pauses, took = [], [0.001, 30.0]
    monkeypatch.setattr(filler, "START_S", 0.0)
    one = filler.Indexing(None)

    async def compare():
        return took.pop(0)

    async def news(until):
        pauses.append(until - time.monotonic())
        raise asyncio.CancelledError

    monkeypatch.setattr(one, "_compare", compare)
    monkeypatch.setattr(one, "_news", news)
    for _ in range(2):
        with pytest.raises(asyncio.CancelledError):
            await one._work()
    assert 0 < pauses[0] <= filler.PERIOD_S and pauses[1] > 3000


@pytest.mark.parametrize("goes_on", [True, False])
async def test_a_pause_ends_with_the_load(monkeypatch, goes_on):
    """While very much comes the index waits for long after each step, and no longer than that."""
    one, now, slept = filler.Indexing(None), [100.0], []

    def passes(seconds):
        now[0] += seconds
        one._settled += int(3000 * seconds) * goes_on

    async def sleep(seconds):
        slept.append(seconds)
        passes(seconds)

    async def index(conversation_ids):
        passes(0.2)

    monkeypatch.setattr(filler, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(filler, "asyncio", SimpleNamespace(sleep=sleep))
    monkeypatch.setattr(one, "_index", index)
    one._dirty, one._settled, one._stepped = {1: None}, 3000, 99.0
    await one._step()
    assert 6 < sum(slept) < 7 if goes_on else sum(slept) <= 0.5
