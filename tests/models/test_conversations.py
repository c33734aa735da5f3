"""Reading what was said: history, changes, the list of conversations and the read marks."""

import asyncio

import pytest
from msgspec import to_builtins

from log.entries import Join
from models import conversations
from models import messages as stored
from models.tables import StoredMessage
from protocol.errors import Forbidden, NotFound
from protocol.messages import ROOM, SINGLE, Message
from tests.log.scribe import friends, room_of
from tests.models.people import NOW, newcomer, newcomers


async def listed(database, user, limit=500):
    return to_builtins((await database.read(conversations.list_newest, user, "", limit)).rows)


async def changed(database, user, after, limit=500):
    found = await database.read(conversations.list_changed, user, after, limit)
    return found._replace(rows=to_builtins(found.rows))


async def seqs(database, user, dst, before=None, after=None, limit=50, kind=SINGLE):
    rows, _ = await database.read(stored.history, user, kind, dst, before, after, limit, False)
    return [row.seq for row in rows]


async def test_history_pages(database, scribe):
    """Both bounds are exclusive, pages ascend, and without a bound the newest come."""
    ann, bob = await friends(database)
    for _ in range(10):
        await scribe.say(ann, bob)
    assert await seqs(database, bob, ann, limit=3) == [8, 9, 10]
    assert await seqs(database, bob, ann, before=8, limit=3) == [5, 6, 7]
    assert await seqs(database, bob, ann, before=1) == []
    assert await seqs(database, bob, ann, after=0, limit=2) == [1, 2]
    assert await seqs(database, bob, ann, after=8) == [9, 10]
    assert await seqs(database, bob, ann, after=10) == []


async def test_a_row_is_what_was_sent(database, scribe):
    """Every field comes back as its author sent it, addressed as its author addressed it; empty ones are
    absent."""
    ann, bob = await friends(database)
    earlier = await scribe.say(ann, bob)
    told = await scribe.say(
        ann,
        bob,
        "你好 😀 '\\",
        cid="c1",
        pic="/mnt/a.png",
        url="/mnt/b.png",
        memo="m",
        amount=2**53 - 1,
        ref=earlier.id,
        at=[bob],
    )
    await scribe.say(bob, ann, "x")
    rows, _ = await database.read(stored.history, ann, SINGLE, bob, None, None, 50, False)
    assert rows[1] == told.row(told.receipt)
    rows = to_builtins(rows)
    assert rows[1] == {
        "id": told.id,
        "userid": ann,
        "dstid": bob,
        "cmd": 10,
        "media": 1,
        "content": "你好 😀 '\\",
        "pic": "/mnt/a.png",
        "url": "/mnt/b.png",
        "memo": "m",
        "amount": 2**53 - 1,
        "cid": "c1",
        "ref": earlier.id,
        "at": [bob],
        "seq": 2,
        "ver": 2,
        "createat": told.createat,
    }
    assert (rows[2]["userid"], rows[2]["dstid"]) == (bob, ann)
    assert set(rows[2]) == {"id", "userid", "dstid", "cmd", "media", "content", "seq", "ver", "createat"}


async def test_who_may_not_read(database, scribe):
    """Strangers and outsiders read nothing, and unknown people and groups are said to be unknown."""
    ann, bob, eve = await newcomers(database, 3)
    room = await room_of(database, ann)
    for user, kind, dst, refusal in (
        (ann, SINGLE, bob, Forbidden),
        (eve, ROOM, room, Forbidden),
        (ann, SINGLE, 999999, NotFound),
        (ann, ROOM, 999999, NotFound),
    ):
        with pytest.raises(refusal):
            await database.read(stored.history, user, kind, dst, None, None, 50, False)
        with pytest.raises(refusal):
            await database.read(stored.changes, user, kind, dst, 0, 50, False)
        with pytest.raises(refusal):
            await scribe.read(user, kind, dst, 1)


async def test_a_chat_without_messages_is_empty(database):
    """Notes never written and a friend never written to have no messages, and that is no error."""
    ann, bob = await friends(database)
    assert await seqs(database, ann, ann) == []
    assert await seqs(database, ann, bob) == []
    assert await listed(database, ann) == []


async def test_changes_catch_up(database, scribe):
    """`changes ver > have`, repeated while there is more, brings everything once."""
    ann, bob = await friends(database)
    for _ in range(7):
        await scribe.say(ann, bob)
    have, got, more = 2, [], True
    while more:
        rows, more = await database.read(stored.changes, bob, SINGLE, ann, have, 2, False)
        got += [row.ver for row in rows]
        have = got[-1]
    assert got == [3, 4, 5, 6, 7]


async def test_conversations_newest_first(database, scribe):
    """The list begins with the newest message, and goes on page by page without a row lost or told twice."""
    ann, bob = await friends(database)
    rooms = [await room_of(database, ann, bob) for _ in range(4)]
    await scribe.say(ann, bob, "one")
    for room in rooms:
        told = await scribe.say_in(ann, room, "two")
    rows = await listed(database, bob)
    expected = [(ROOM, room) for room in rooms[::-1]] + [(SINGLE, ann)]
    assert [(row["kind"], row["dstid"]) for row in rows] == expected
    assert (rows[0]["updateat"], rows[0]["last"]["content"]) == (told.createat, "two")
    before, pages = "", []
    while True:
        page = await database.read(conversations.list_newest, bob, before, 2)
        pages.append([row.dstid for row in page.rows])
        assert page.more == bool(page.next) == (len(pages) < 3)
        if not page.more:
            break
        before = page.next
    assert pages == [rooms[:1:-1], rooms[1::-1], [ann]]


async def test_after_a_change_comes_what_changed(database, scribe):
    """Who was away asks once and learns of messages, of what they read elsewhere, and of what the peer
    read."""
    ann, bob = await friends(database)
    room = await room_of(database, ann, bob)
    await scribe.say(ann, bob)
    await scribe.say_in(ann, room)
    start = (await changed(database, bob, 0)).change
    assert (await changed(database, bob, start)).rows == []

    await scribe.say(ann, bob)
    (row,) = (await changed(database, bob, start)).rows
    assert (row["dstid"], row["seq"], row["unread"]) == (ann, 2, 2)

    start = row["change"]
    assert await scribe.read(bob, SINGLE, ann, 1) == 1
    for user, peer in ((bob, ann), (ann, bob)):
        (row,) = (await changed(database, user, start)).rows
        assert row["dstid"] == peer and row["change"] > start
    assert row["peer_read"] == 1

    start = (await changed(database, ann, start)).change
    await scribe.read(bob, ROOM, room, 1)
    assert [row["dstid"] for row in (await changed(database, bob, start)).rows] == [room]
    assert (await changed(database, ann, start)).rows == [], "who reads a group is nobody else's news"


async def test_changes_come_in_pages(database, scribe):
    """However little is told at once, going on from the last change misses nothing and repeats nothing."""
    ann, bob = await friends(database)
    rooms = [await room_of(database, ann, bob) for _ in range(5)]
    await asyncio.gather(*(scribe.say_in(ann, room) for room in rooms), scribe.say(ann, bob))
    after, seen = 0, []
    while True:
        page = await changed(database, bob, after, limit=2)
        seen += [row["change"] for row in page.rows]
        after = page.change
        if not page.more:
            break
    assert len(seen) == 6 and seen == sorted(set(seen))
    assert after == (await database.read(conversations.list_newest, bob, "", 1)).change


async def test_the_order_of_changes_is_not_the_clock(database, scribe, monkeypatch):
    """A clock that is put back an hour hides no change."""
    ann, bob = await friends(database)
    await scribe.say(ann, bob)
    start = (await changed(database, bob, 0)).change
    monkeypatch.setattr(scribe.log._writer, "_last_time", 0)
    monkeypatch.setattr("log.writer.now_ms", lambda: NOW - 3_600_000)
    await scribe.say(ann, bob)
    assert [row["seq"] for row in (await changed(database, bob, start)).rows] == [2]


async def test_a_list_is_bounded_in_bytes(database, scribe):
    """An answer has about a megabyte, whatever is in it, and says that there is more."""
    ann, bob = await friends(database)
    rooms = [await room_of(database, ann, bob) for _ in range(25)]
    long = "x" * 65_000
    await asyncio.gather(*(scribe.say_in(ann, room, long) for room in rooms))
    for _ in range(25):
        await scribe.say(ann, bob, long)
    newest = await database.read(conversations.list_newest, bob, "", 500)
    assert newest.more and 10 < len(newest.rows) < 20
    rest = await database.read(conversations.list_newest, bob, newest.next, 500)
    assert not rest.more and len(newest.rows) + len(rest.rows) == 26
    first = await changed(database, bob, 0)
    assert first.more and len((await changed(database, bob, first.change)).rows) + len(first.rows) == 26
    rows, more = await database.read(stored.history, bob, SINGLE, ann, None, None, 200, False)
    assert more and [row.seq for row in rows] == list(range(26 - len(rows), 26))
    rows, more = await database.read(stored.history, bob, SINGLE, ann, None, 0, 200, False)
    assert more and [row.seq for row in rows] == list(range(1, len(rows) + 1))
    rows, more = await database.read(stored.changes, bob, SINGLE, ann, 0, 500, False)
    assert more and 10 < len(rows) < 20


async def test_last_messages_of_any_length(database, scribe, monkeypatch):
    """Long last messages, which are read a few at a time, stand among the short ones where they belong; one
    that is missing hides no other."""
    monkeypatch.setattr("models.last._SLICE", 2)
    ann, bob = await friends(database)
    texts = [size * "鹊" for size in (3000, 1, 2000, 2001, 4000, 2, 5000, 2500)]
    for text in texts:
        await scribe.say_in(ann, await room_of(database, ann, bob), text)
    rows = await listed(database, bob)
    assert [row["last"]["content"] for row in rows] == texts[::-1]
    await database.write(lambda: StoredMessage.delete().where(StoredMessage.content == texts[4]).execute())
    rows = await listed(database, bob)
    there = [row["last"]["content"] if "last" in row else None for row in rows]
    assert there == [text if text != texts[4] else None for text in texts[::-1]]
    for limit in (1, 2, 5):
        assert await listed(database, bob, limit) == rows[:limit]


async def test_notices(database, scribe):
    """A notice is no unread message, unless it names the reader, and moves no conversation up."""
    ann, bob, eve = await newcomers(database, 3)
    room = await room_of(database, ann, bob)
    said = await scribe.say_in(ann, room)
    await scribe.settled(Join(eve, room))
    (row,) = await listed(database, bob)
    assert (row["seq"], row["unread"], row["updateat"]) == (2, 1, said.createat)
    assert row["last"]["media"] == 90
    for at, unread in (([eve], 1), ([bob], 2), ([0], 3)):
        await scribe.append(Message(ann, room, ROOM, 90, "x", at=at))
        (row,) = await listed(database, bob)
        assert (row["unread"], row["updateat"]) == (unread, said.createat)
    assert row["mentions"] == 2


async def test_unread_ends_at_a_thousand(database, scribe):
    """Unread is exact up to 1000 and 1000 above, however many of one's own lie between."""
    ann, bob = await friends(database)
    told = [scribe.say(ann, bob) for _ in range(1001)] + [scribe.say(bob, ann) for _ in range(20)]
    await asyncio.gather(*told)
    assert (await listed(database, bob))[0]["unread"] == 1000
    await scribe.read(bob, SINGLE, ann, 2)
    assert (await listed(database, bob))[0]["unread"] == 999
    assert (await listed(database, ann))[0]["unread"] == 20


async def test_mentions_end_at_a_thousand(database, scribe):
    """Mentions are exact up to 1000, however many there are; notes to oneself are never unread."""
    ann, bob = await friends(database)
    await asyncio.gather(*(scribe.say(ann, bob, at=[bob]) for _ in range(1002)))
    assert (await listed(database, bob))[0]["mentions"] == 1000
    await scribe.read(bob, SINGLE, ann, 3)
    assert (await listed(database, bob))[0]["mentions"] == 999
    await scribe.say(bob, bob)
    assert [row["unread"] for row in await listed(database, bob)] == [0, 999]


async def test_a_missing_row(database, scribe):
    """One broken conversation does not take the whole list away."""
    ann, bob = await friends(database)
    room = await room_of(database, ann, bob)
    await scribe.say(ann, bob)
    await scribe.say_in(ann, room)
    await database.write(lambda: StoredMessage.delete().where(StoredMessage.content == "hi").execute())
    assert [("last" in row, row["seq"]) for row in await listed(database, bob)] == [(False, 1), (False, 1)]


async def test_unread_counts_what_others_said(database, scribe):
    """Unread are messages after the read mark, one's own not counted; sending does not move the mark."""
    ann, bob = await friends(database)
    for speaker, other in ((ann, bob), (ann, bob), (bob, ann), (ann, bob)):
        await scribe.say(speaker, other)
    (row,) = await listed(database, bob)
    assert (row["read"], row["unread"], row["seq"]) == (0, 3, 4)
    assert await scribe.read(bob, SINGLE, ann, 2) == 2
    (row,) = await listed(database, bob)
    assert (row["read"], row["unread"]) == (2, 1)
    (row,) = await listed(database, ann)
    assert (row["read"], row["unread"], row["peer_read"]) == (0, 1, 2)


async def test_the_read_mark_only_moves_up(database, scribe):
    """A seq beyond the end is held to the end, a lower one changes nothing."""
    ann, bob = await friends(database)
    await scribe.say(ann, bob)
    await scribe.say(ann, bob)
    assert await scribe.read(bob, SINGLE, ann, 2**53 - 1) == 2
    assert await scribe.read(bob, SINGLE, ann, 1) == 0
    assert await scribe.read(bob, SINGLE, ann, 2) == 0
    assert (await listed(database, bob))[0]["read"] == 2


async def test_who_joins_later_has_read_what_was_said(database, scribe):
    """A newcomer finds the room without unread messages and may read its past."""
    ann, bob = await newcomers(database, 2)
    room = await room_of(database, ann)
    for _ in range(3):
        await scribe.say_in(ann, room)
    await scribe.settled(Join(bob, room))
    await scribe.say_in(ann, room)
    (row,) = await listed(database, bob)
    assert (row["read"], row["unread"]) == (3, 1)
    assert await seqs(database, bob, room, kind=ROOM) == [1, 2, 3, 4, 5]  # 4 tells of Bob


async def test_mentions(database, scribe):
    """Unread messages that address one, by name or with all, are counted; one's own are not."""
    ann, bob, eve = await newcomers(database, 3)
    room = await room_of(database, ann, bob, eve)
    await scribe.say_in(ann, room, at=[bob])
    await scribe.say_in(ann, room, at=[0, bob])
    await scribe.say_in(bob, room, at=[ann, eve, bob])
    await scribe.say_in(ann, room, at=[eve])
    mentions = {user: (await listed(database, user))[0]["mentions"] for user in (ann, bob, eve)}
    assert mentions == {ann: 1, bob: 2, eve: 3}
    await scribe.read(bob, ROOM, room, 1)
    assert (await listed(database, bob))[0]["mentions"] == 1


async def test_notes_are_read_by_their_writer(database, scribe):
    """A note to oneself is never unread."""
    ann = await newcomer(database)
    await scribe.say(ann, ann)
    (row,) = await listed(database, ann)
    assert (row["dstid"], row["unread"], row["peer_read"]) == (ann, 0, 0)
