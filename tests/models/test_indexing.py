"""Each message is in the index once and as it is now, whoever fills it, and wherever that ends midway."""

import asyncio
import random
import threading

import pytest

from actions.indexing import Indexing
from database.base import database as tables
from database.dialect import MySql
from log.entries import Edit, React, Recall
from models import index, indexing, parts, search
from models.tables import Indexed
from protocol.messages import SINGLE
from protocol.search import SearchMessages
from tests.app import PATIENCE
from tests.log.scribe import Scribe
from tests.models.filling import fill
from tests.models.people import newcomers


@pytest.fixture
def strange_scribe(database, io_loop):
    """A log in which everybody may write to everybody."""

    async def begin():
        return Scribe(database, strangers=True)

    scribe = io_loop.run_sync(begin)
    yield scribe
    io_loop.run_sync(scribe.log.close)


async def indexed(database):
    """How many messages are in the index."""
    sql = "SELECT COUNT(*) FROM findable"
    return await database.read(lambda: tables.execute_sql(sql).fetchone()[0])


async def found(database, user_id, q, many=1):
    """The contents that are found, once there are so many: MySQL needs a moment for a long text."""
    async with asyncio.timeout(PATIENCE):
        while len(contents := await find(database, user_id, q)) != many:
            await asyncio.sleep(0.01)
    return contents


async def find(database, user_id, q, **fields):
    """The contents that are found now."""
    wanted = SearchMessages(q=q, **fields)
    rows, _ = await database.read(search.search, user_id, wanted, True)
    return [row.content for row in rows]


async def words_of(database):
    """All tokens in the index, as one text."""
    rows = await database.read(lambda: tables.execute_sql("SELECT words FROM findable").fetchall())
    return " ".join(str(words) for (words,) in rows)


async def test_two_fill_at_once(database, strange_scribe):
    """Two who put the same conversations into the index at the same time do it once."""
    people = await newcomers(database, 6)
    dice = random.Random(1)
    for number in range(150):
        one, other = dice.sample(people, 2)
        await strange_scribe.say(one, other, f"message {number}")
    fillers = [Indexing(database), Indexing(database)]
    await asyncio.gather(*(filler.catch_up() for filler in fillers))
    assert sum(filler.stats()["index_messages"] for filler in fillers) == 150 == await indexed(database)
    gathered = [await database.read(indexing.gather, [1, 2, 3], 200) for _ in range(2)]
    assert not gathered[0].news


async def test_what_was_gathered_twice_is_written_once(database, strange_scribe):
    """Who comes second with the same news writes nothing."""
    ann, bob = await newcomers(database, 2)
    place = (await strange_scribe.say(ann, bob, "hello")).place
    both = [await database.read(indexing.gather, [place.id], 200) for _ in range(2)]
    assert [await database.write(indexing.write, one, 0) for one in both] == [1, 0]
    assert await indexed(database) == 1


async def test_changes_come_into_the_index(database, strange_scribe):
    """An edited message is found by its new words alone, a recalled one by none, and nothing of it is left;
    a reaction changes nothing."""
    ann, bob = await newcomers(database, 2)
    first = await strange_scribe.say(ann, bob, "zebra")
    second = await strange_scribe.say(ann, bob, "zebra 斑马")
    await fill(database)
    assert await find(database, bob, "zeb") == ["zebra 斑马", "zebra"]
    where = ann, SINGLE, bob
    await strange_scribe.settled(Edit(*where, first.id, "giraffe", None, -1))
    await strange_scribe.settled(React(*where, second.id, {"content": "👍", "amount": 1}))
    assert await find(database, bob, "zeb") == ["zebra 斑马"]  # what is found is what is stored
    await fill(database)
    assert await find(database, bob, "gir") == ["giraffe"]
    assert "xxgiraffe" in await words_of(database) and await indexed(database) == 2
    await strange_scribe.settled(Recall(*where, second.id, -1))
    assert await find(database, bob, "斑") == []
    await fill(database)
    assert await indexed(database) == 1 and "xxzebra" not in await words_of(database)


async def test_emptying_is_finished_by_another(database, strange_scribe):
    """An index that was not emptied to the end takes nothing until it is, and then all."""
    ann, bob = await newcomers(database, 2)
    place = (await strange_scribe.say(ann, bob, "hello")).place
    await fill(database)
    gathered = await database.read(indexing.gather, [place.id], 200)
    await database.write(indexing.begin_emptying)
    await strange_scribe.say(ann, bob, "hello again")
    gathered = await database.read(indexing.gather, [place.id], 200)
    assert await database.write(indexing.write, gathered, 0) == 0  # whoever does not know yet
    await Indexing(database).catch_up()
    assert await find(database, bob, "hello") == ["hello again", "hello"]
    assert await indexed(database) == 2 == await database.read(lambda: Indexed.get().ver)


async def test_nobody_empties_what_another_has_filled(database, strange_scribe, monkeypatch):
    """Of two who empty it at once, one slowly, none takes away what the other has put there since."""
    ann, bob = await newcomers(database, 2)
    await strange_scribe.say(ann, bob, "hello")
    await fill(database)
    await database.write(indexing.begin_emptying)
    into = index.index()
    real, came, go_on = into.empty, threading.Event(), threading.Event()

    def empty():
        if isinstance(database.dialect, MySql):
            tables.execute_sql("COMMIT")  # as TRUNCATE does, before it waits for whoever reads the table
        if not came.is_set():
            came.set()
            go_on.wait(PATIENCE)
        return real()

    monkeypatch.setattr(type(into), "empty", lambda self: empty())
    slow = asyncio.create_task(database.write_always(indexing.empty))
    await asyncio.to_thread(came.wait, PATIENCE)
    other = asyncio.create_task(Indexing(database).catch_up())
    await asyncio.wait([other], timeout=0.5)
    go_on.set()
    await asyncio.gather(slow, other)
    assert await found(database, bob, "hello") == ["hello"]
    assert await database.read(lambda: len(parts.Parts().starts)) == 1


async def test_a_long_log_is_cut_into_parts(database, strange_scribe, monkeypatch):
    """What was stored before the index was made is spread over parts, and found in all of them."""
    monkeypatch.setattr(parts, "SIZE", 30)
    people = await newcomers(database, 4)
    for number in range(200):
        one, other = random.Random(number).sample(people, 2)
        await strange_scribe.say(one, other, f"word{number % 5} number{number}")
    await fill(database)
    starts = await database.read(lambda: parts.Parts().starts)
    assert 4 <= len(starts) <= 9 and starts[0] == 0 and starts == sorted(set(starts))
    for user in people:
        found = [content async for content in pages(database, user, "word3")]
        assert len(found) == len(set(found)) and found == sorted(found, key=lambda t: -int(t.split("r")[-1]))
    assert await find(database, people[0], "numberless") == []


async def pages(database, user_id, q):
    """All that is found, three at a time."""
    before, more = None, True
    while more:
        wanted = SearchMessages(q=q, limit=3, before=before)
        rows, more = await database.read(search.search, user_id, wanted, True)
        for row in rows:
            before = row.id
            yield row.content


@pytest.mark.parametrize(
    "text",
    [
        "".join(map(chr, range(0x4E00, 0x4E00 + 20_000))),
        " ".join(f"w{number}" for number in range(9000)),
        "".join(map(chr, range(0x20000, 0x20000 + 15_000))),
        " ".join("жшщ" * 3 + str(number) for number in range(2500)),
    ],
    ids=["dense", "words", "rare", "spelt"],
)
async def test_the_longest_texts(database, strange_scribe, text):
    """A message of 64 KiB of different words is found by its first and its last."""
    ann, bob = await newcomers(database, 2)
    assert len(text.encode()) < 65536
    await strange_scribe.say(ann, bob, text)
    await fill(database)
    last = text.split()[-1]
    for part in (text[:2], last if len(last) < 20 else last[-5:]):
        assert await found(database, bob, part) == [text]


async def test_a_bad_conversation_stops_nobody(database, strange_scribe, monkeypatch, expect_logs):
    """One whose messages can't be indexed is left out, and the others are found."""
    ann, bob, eve = await newcomers(database, 3)
    bad = (await strange_scribe.say(ann, bob, "hello")).place.id
    await strange_scribe.say(ann, eve, "hello")
    real = indexing.gather

    def gather(ids, most):
        if bad in ids:
            raise ValueError("a damaged row")
        return real(ids, most)

    monkeypatch.setattr(indexing, "gather", gather)
    expect_logs("magpie.indexing", f"conversation {bad} is left out")
    filler = Indexing(database)
    await filler.catch_up()
    assert (await find(database, eve, "hello"), await find(database, bob, "hello")) == (["hello"], [])
    assert filler.stats()["index_failed"] == 1
