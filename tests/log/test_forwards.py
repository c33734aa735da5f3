"""Copies that are passed on: all of a conversation's or none, once however often the COMMIT is tried."""

import asyncio

import pytest

from log.entries import Forward, Join, Recall
from models import forwards, missed, records, state
from models.tables import Attachment, Record, Recorded, StoredMessage
from protocol.errors import Conflict, Forbidden, NotFound
from protocol.messages import ROOM, SINGLE, Media, Message
from tests.log.scribe import friends, lose_a_commit, room_of  # noqa: F401
from tests.models.people import newcomers


def copies(user, dst, contents, kind=SINGLE, cid="f", fwd=7, **fields):
    """As the action makes them."""
    return [
        (Message(user, dst, kind, Media.TEXT, content, cid=f"{cid}-{dst}-{content}", fwd=fwd, **fields), None)
        for content in contents
    ]


def passed_on(user, dst, contents, kind=SINGLE, cid="f", digest=1, **fields):
    return Forward(user, kind, dst, cid, digest, copies(user, dst, contents, kind, cid), **fields)


async def texts(database):
    """(content, extra) of all messages, in their order."""
    m = StoredMessage
    said = m.select(m.content, m.extra).where(m.conversation_id > 0).order_by(m.conversation_id, m.seq)
    return await database.read(lambda: list(said.tuples()))


async def test_copies_stand_together(database, scribe):
    """They take the next numbers, are told in order, and say whose they were first."""
    ann, bob = await friends(database)
    await scribe.say(ann, bob, "before")
    done, _ = await asyncio.gather(
        scribe.settled(passed_on(ann, bob, ["one", "two"])), scribe.say(bob, ann, "after")
    )
    assert [receipt.seq for receipt in done.receipts.values()] == [2, 3]
    assert list(done.receipts) == [f"f-{bob}-one", f"f-{bob}-two"]
    assert [post.place.seq for post in done.posts] == [4, 4] and not any(p.repeated for p in done.posts)
    fwd = '{"fwd":7}'
    assert await texts(database) == [("before", None), ("one", fwd), ("two", fwd), ("after", None)]


async def test_the_same_call(database, scribe):
    """What is there is found again, also when the originals are gone; what is not comes. Another call, a
    message or a change under its cid is refused, in whatever conversation it was."""
    ann, bob = await friends(database)
    room = await room_of(database, ann, bob)
    first = await scribe.settled(passed_on(ann, bob, ["one", "two"]))
    again = await scribe.settled(passed_on(ann, bob, ["one", "two"]))
    assert again.receipts == first.receipts and all(post.repeated for post in again.posts)
    gone = await scribe.settled(passed_on(ann, bob, ["two"], gone=[f"f-{bob}-one", "never"]))
    assert gone.receipts == first.receipts and len(gone.posts) == 1
    assert len((await scribe.settled(passed_on(ann, room, ["one", "two"], ROOM))).receipts) == 2
    for dst, kind in ((bob, SINGLE), (room, ROOM)):
        with pytest.raises(Conflict):
            await scribe.settled(passed_on(ann, dst, ["three"], kind, digest=2))
    assert isinstance(await scribe.say(ann, bob, "x", cid="f"), Conflict)
    with pytest.raises(Conflict):
        message = next(iter(first.receipts.values()))
        await scribe.settled(Recall(ann, SINGLE, bob, message.id, -1, "f"))
    both = await asyncio.gather(*(scribe.settled(passed_on(ann, bob, ["x"], cid="g")) for _ in "12"))
    assert both[0].receipts == both[1].receipts
    assert [content for content, _ in await texts(database) if content == "x"] == ["x"]


async def test_who_may(database, scribe):
    """Members and friends only; what was refused is nowhere and its cid is free."""
    ann, bob, eve = await newcomers(database, 3)
    room = await room_of(database, ann, bob)
    for dst, kind, why in ((ann, SINGLE, Forbidden), (room, ROOM, Forbidden), (10**6, ROOM, NotFound)):
        with pytest.raises(why):
            await scribe.settled(passed_on(eve, dst, ["one"], kind))
    assert not [content for content, _ in await texts(database) if content == "one"]
    await scribe.settled(Join(eve, room))
    assert (await scribe.settled(passed_on(eve, room, ["one"], ROOM, digest=2))).receipts
    assert (await scribe.settled(passed_on(eve, eve, ["note"], cid="h"))).receipts


async def test_a_lost_commit(database, scribe, lose_a_commit):  # noqa: F811
    """Copies whose COMMIT was not answered are there once, and told as new."""
    ann, bob = await friends(database)
    await scribe.say(ann, bob, "before")
    lose_a_commit()
    done = await scribe.settled(passed_on(ann, bob, ["one", "two"]))
    assert [receipt.seq for receipt in done.receipts.values()] == [2, 3]
    assert [(post.repeated, post.place is not None) for post in done.posts] == [(False, True)] * 2
    assert [content for content, _ in await texts(database)] == ["before", "one", "two"]


async def test_what_nobody_told(database, scribe):
    """A process that reads the log for one that died tells of all copies, with their first authors."""
    ann, bob = await friends(database)
    await scribe.say(ann, bob, "before")
    first = await database.read(state.change) + 1
    many = [f"{number}" for number in range(300)]
    for start in (0, 100, 200):
        assert scribe.log.offer(passed_on(ann, bob, many[start : start + 100], cid=f"f{start}"))
    await scribe.settled(passed_on(ann, bob, ["last"], cid="g"))
    last = await database.read(state.change)
    found = await database.read(missed.under, [range(first, last + 1)])
    told = [(message.content, message.fwd) for (message, _), _ in found]
    assert told == [(content, 7) for content in (*many, "last")]


def kept(user, content, url="", holds=None, media=Media.TEXT):
    source = forwards.Source(1, user, media, content, "", url, "", 0, 5, 0, holds)
    return source.recorded("Ann"), holds


async def test_records(database, scribe):
    """A record is there as long as anything shows it; what is in it is given out as it was. What stood in a
    record alone, and what nothing ever showed, is collected later, nothing else is."""
    ann, bob = await friends(database)

    def upload():
        Attachment.insert(
            key=f"2026/11/{'a' * 22}", owner=ann, ext="png", mime="image/png", bytes=1, createat=1
        ).execute()

    await database.write(upload)
    great = "字" * 21_000
    some = [kept(ann, great), kept(ann, "\x01" * 60_000), kept(ann, "", f"/mnt/2026/11/{'a' * 22}.png")]
    inner, rows = await database.write(records.make, ann, some, 1 << 40, 1000)
    outer, _ = await database.write(records.make, ann, [kept(ann, "t", "", inner, 12)] * 2, 1 << 40, 1000)
    unused, _ = await database.write(records.make, ann, [kept(ann, "nobody's")], 1 << 40, 1000)
    assert len(rows) == 3
    found, more = await database.read(records.inside, inner, 0, 1 << 20)
    assert not more and len(found) == 3 and great.encode() in bytes(found[0])
    assert (await database.read(records.inside, inner, 0, 1000))[1]
    assert await database.read(records.within, outer, [1]) == inner
    assert await database.read(records.within, outer, [2]) is None

    def shows(dst, cid, record):
        message = Message(ann, dst, SINGLE, Media.RECORD, "title", amount=1, cid=cid)
        return Forward(ann, SINGLE, dst, cid + "call", 1, [(message, record)])

    one = await scribe.settled(shows(bob, "a", outer))
    two = await scribe.settled(shows(ann, "b", outer))
    assert not (await scribe.settled(shows(ann, "c", 10**6))).receipts  # a record that is gone is not shown

    def state_of():
        left = dict(Record.select(Record.id, Record.uses).tuples())
        return left, Attachment.select(Attachment.uses).scalar()

    assert await database.read(state_of) == ({inner: 2, outer: 2, unused: 0}, 1)
    for done, dst, left in ((one, bob, {inner: 2, outer: 1}), (two, ann, {inner: 0})):
        [receipt] = done.receipts.values()
        await scribe.settled(Recall(ann, SINGLE, dst, receipt.id, -1))
        assert await database.read(state_of) == (left | {unused: 0}, 1)
    assert await database.write(records.collect, 1000, 10) == 0
    assert await database.write(records.collect, 1001, 1) == 1
    assert await database.write(records.collect, 1001, 10) == 1
    assert await database.read(state_of) == ({}, 0)
    assert not await database.read(Recorded.select().count)


async def test_a_race_for_a_record(database, scribe):
    """Whoever recalls a record while others pass it on: each copy that is there has what is in it."""
    ann, bob = await friends(database)
    record, _ = await database.write(records.make, ann, [kept(ann, "in it")], 1 << 40, 1000)
    message = Message(ann, bob, SINGLE, Media.RECORD, "title", amount=1, cid="first")
    first = await scribe.settled(Forward(ann, SINGLE, bob, "call", 1, [(message, record)]))
    [receipt] = first.receipts.values()
    entries = [
        Forward(bob, SINGLE, ann, f"c{n}", 1, [(Message(bob, ann, SINGLE, 12, "title", cid=f"r{n}"), record)])
        for n in range(5)
    ]
    entries.insert(2, Recall(ann, SINGLE, bob, receipt.id, -1))
    settled = await asyncio.gather(*map(scribe.settled, entries))
    there = [entry for entry in settled if isinstance(entry, Forward) and entry.receipts]
    assert len(there) == 5
    assert await database.read(Record.select(Record.uses).scalar) == 5
    assert await database.read(records.within, record, []) == record
