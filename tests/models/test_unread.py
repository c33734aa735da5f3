"""What is unread is the same number, however it is found out."""

import asyncio
import random
from collections import defaultdict

import pytest

from log.entries import Join
from models import conversations, unread
from models.tables import Conversation, Member, StoredMessage
from protocol.messages import ROOM, Media
from tests.log.scribe import room_of
from tests.models.crowd import Crowd
from tests.models.people import newcomers


def told(user):
    rows = conversations.list_newest(user, "", 500).rows
    return {(row.kind, row.dstid): (row.unread, row.mentions) for row in rows}


async def listed(database, user):
    return await database.read(told, user)


def looked_at(crowd, most):
    """The same of each of a crowd by looking at every message that is stored."""
    m, stored = StoredMessage, defaultdict(list)
    for conversation_id, *row in m.select(
        m.conversation_id, m.seq, m.userid, m.media, m.at, m.extra
    ).tuples():
        stored[conversation_id].append(row)
    chats = {c.id: c for c in Conversation.select() if c.seq}
    found = {user: {} for user in crowd.people}
    for user, conversation_id, read in Member.select(
        Member.user_id, Member.conversation_id, Member.read
    ).tuples():
        c = chats.get(conversation_id)
        if seen := [row for row in stored[conversation_id] if crowd.sees(user, conversation_id, row[0])]:
            # What was recalled counts for nothing.
            after = [row for row in seen if row[0] > read and row[1] != user and not row[4]]
            named = [row for row in after if {"0", str(user)} & set(row[3].split(","))]
            count = [row for row in after if row[2] != Media.NOTICE or row in named]
            dst = c.a if c.kind == ROOM or c.b == user else c.b
            found[user][c.kind, dst] = tuple(min(len(of), most) for of in (count, named))
    return found


@pytest.mark.parametrize("most", [1000, 6])
@pytest.mark.parametrize("seed", [1, None])
async def test_whatever_is_done(database, scribe, monkeypatch, seed, most):
    """Whatever people write, read, hide and clear, everybody's list says after each step how many messages of
    others are unread: notices are not counted, what names one is, up to the most that is told."""
    monkeypatch.setattr(unread, "MAX_UNREAD", most)
    seed = seed or random.randrange(10**6)
    crowd = await Crowd(seed).gather(database)
    for step in range(80):
        deeds = crowd.deeds()
        if not crowd.usual:
            deeds += crowd.recall(scribe.delivered) + crowd.hide(scribe.delivered)
        crowd.note(await asyncio.gather(*(scribe.settled(deed) for deed in deeds)))
        lists = await database.read(lambda: {user: told(user) for user in crowd.people})
        assert lists == await database.read(looked_at, crowd, most), f"seed {seed}, step {step}"
    assert scribe.log.stats()["log_usual"] > 5


async def test_who_has_written_very_much(database, scribe):
    """Who has written more than they have read of gets the number of what others wrote, before that and
    after."""
    ann, bob = await newcomers(database, 2)
    room = await room_of(database, ann, bob)
    for author, count in ((bob, 3), (ann, 1200), (bob, 2)):
        await asyncio.gather(*(scribe.say_in(author, room) for _ in range(count)))
    assert await listed(database, ann) == {(ROOM, room): (5, 0)}
    assert await listed(database, bob) == {(ROOM, room): (1000, 0)}
    await scribe.read(bob, ROOM, room, 203)
    assert await listed(database, bob) == {(ROOM, room): (1000, 0)}
    await scribe.read(bob, ROOM, room, 204)
    assert await listed(database, bob) == {(ROOM, room): (999, 0)}


async def test_who_came_later(database, scribe):
    """What was said before somebody came is not unread, and nor is that they came."""
    ann, bob, eve = await newcomers(database, 3)
    room = await room_of(database, ann, bob)
    await scribe.say_in(ann, room)
    await scribe.settled(Join(eve, room))
    await scribe.say_in(ann, room)
    assert await listed(database, eve) == {(ROOM, room): (1, 0)}
    assert await listed(database, bob) == {(ROOM, room): (2, 0)}


async def test_numbers_that_lag_behind(database, scribe):
    """A conversation that was behind its own messages, and is put right, does not count one's own."""
    ann, bob = await newcomers(database, 2)
    room = await room_of(database, ann, bob)
    before = await database.read(lambda: list(Member.select().dicts()))
    for author in (ann, bob, ann):
        await scribe.say_in(author, room)

    def fall_behind():
        Conversation.update(seq=0, ver=0).execute()
        Member.delete().execute()
        Member.insert_many(before).execute()
        return conversations.catch_up(f"g{room}")

    assert await database.write(fall_behind)
    assert await listed(database, ann) == {(ROOM, room): (1, 0)}
    assert await listed(database, bob) == {(ROOM, room): (2, 0)}
