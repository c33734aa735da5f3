"""Reading what was said: history, changes, the list of conversations and the read marks."""

import pytest

from models import conversations, groups
from models import messages as stored
from protocol.errors import Forbidden, NotFound
from protocol.messages import ROOM, SINGLE
from tests.log.scribe import friends, room_of
from tests.models.people import NOW, newcomer, newcomers


async def listed(database, user, after=None, limit=500):
    return await database.read(conversations.conversations, user, after, limit)


async def seqs(database, user, dst, before=None, after=None, limit=50, kind=SINGLE):
    rows = await database.read(stored.history, user, kind, dst, before, after, limit, False)
    return [row["seq"] for row in rows]


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
    told = await scribe.say(
        ann,
        bob,
        "你好 😀 '\\",
        cid="c1",
        pic="/mnt/a.png",
        url="/mnt/b.png",
        memo="m",
        amount=2**53 - 1,
        ref=5,
        at=[bob, 0],
    )
    await scribe.say(bob, ann, "x")
    rows = await database.read(stored.history, ann, SINGLE, bob, None, None, 50, False)
    assert rows[0] == told.row(told.receipt)
    assert rows[0] == {
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
        "ref": 5,
        "at": [bob, 0],
        "seq": 1,
        "ver": 1,
        "createat": told.createat,
    }
    assert (rows[1]["userid"], rows[1]["dstid"]) == (bob, ann)
    assert set(rows[1]) == {"id", "userid", "dstid", "cmd", "media", "content", "seq", "ver", "createat"}


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
            await database.write(conversations.mark_read, user, kind, dst, 1, False)


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
        got += [row["ver"] for row in rows]
        have = got[-1]
    assert got == [3, 4, 5, 6, 7]


async def test_conversations_newest_first(database, scribe):
    """The list is ordered by the last change, and `after` brings only what changed since."""
    ann, bob = await friends(database)
    room = await room_of(database, ann, bob)
    await scribe.say(ann, bob, "one")
    told = await scribe.say_in(ann, room, "two")
    rows = await listed(database, bob)
    assert [(row["kind"], row["dstid"], row["last"]["content"]) for row in rows] == [
        (ROOM, room, "two"),
        (SINGLE, ann, "one"),
    ]
    assert rows[0]["updateat"] == told.createat
    assert [row["dstid"] for row in await listed(database, bob, after=rows[1]["updateat"])] == [room]
    assert await listed(database, bob, after=rows[0]["updateat"]) == []
    assert [row["dstid"] for row in await listed(database, bob, limit=1)] == [room]


async def test_unread_counts_what_others_said(database, scribe):
    """Unread are messages after the read mark, one's own not counted; sending does not move the mark."""
    ann, bob = await friends(database)
    for speaker, other in ((ann, bob), (ann, bob), (bob, ann), (ann, bob)):
        await scribe.say(speaker, other)
    (row,) = await listed(database, bob)
    assert (row["read"], row["unread"], row["seq"]) == (0, 3, 4)
    assert await database.write(conversations.mark_read, bob, SINGLE, ann, 2, False) == 2
    (row,) = await listed(database, bob)
    assert (row["read"], row["unread"]) == (2, 1)
    (row,) = await listed(database, ann)
    assert (row["read"], row["unread"], row["peer_read"]) == (0, 1, 2)


async def test_the_read_mark_only_moves_up(database, scribe):
    """A seq beyond the end is held to the end, a lower one changes nothing."""
    ann, bob = await friends(database)
    await scribe.say(ann, bob)
    await scribe.say(ann, bob)
    assert await database.write(conversations.mark_read, bob, SINGLE, ann, 2**53 - 1, False) == 2
    assert await database.write(conversations.mark_read, bob, SINGLE, ann, 1, False) == 0
    assert await database.write(conversations.mark_read, bob, SINGLE, ann, 2, False) == 0
    assert (await listed(database, bob))[0]["read"] == 2


async def test_who_joins_later_has_read_what_was_said(database, scribe):
    """A newcomer finds the room without unread messages and may read its past."""
    ann, bob = await newcomers(database, 2)
    room = await room_of(database, ann)
    for _ in range(3):
        await scribe.say_in(ann, room)
    await database.write(groups.join_community, bob, room, NOW)
    await scribe.say_in(ann, room)
    (row,) = await listed(database, bob)
    assert (row["read"], row["unread"]) == (3, 1)
    assert await seqs(database, bob, room, kind=ROOM) == [1, 2, 3, 4]


async def test_mentions(database, scribe):
    """Unread messages that address one, by name or with all, are counted; one's own are not."""
    ann, bob, eve = await newcomers(database, 3)
    room = await room_of(database, ann, bob, eve)
    await scribe.say_in(ann, room, at=[bob])
    await scribe.say_in(ann, room, at=[0, bob])
    await scribe.say_in(bob, room, at=[0, bob])
    await scribe.say_in(ann, room, at=[eve])
    mentions = {user: (await listed(database, user))[0]["mentions"] for user in (ann, bob, eve)}
    assert mentions == {ann: 1, bob: 2, eve: 3}
    await database.write(conversations.mark_read, bob, ROOM, room, 1, False)
    assert (await listed(database, bob))[0]["mentions"] == 1


async def test_notes_are_read_by_their_writer(database, scribe):
    """A note to oneself is never unread."""
    ann = await newcomer(database)
    await scribe.say(ann, ann)
    (row,) = await listed(database, ann)
    assert (row["dstid"], row["unread"], row["peer_read"]) == (ann, 0, 0)
