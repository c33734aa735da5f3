"""What is unread is the same number, however it is found out."""

import asyncio
import random
from collections import defaultdict

import pytest

from log.entries import Join, Post, ReadMark
from models import contacts, conversations, unread
from models.tables import Conversation, Member, StoredMessage
from protocol.messages import ROOM, SINGLE, Media, Message
from tests.log.scribe import room_of
from tests.models.people import NOW, newcomers


def told(user):
    rows = conversations.list_newest(user, "", 500).rows
    return {(row.kind, row.dstid): (row.unread, row.mentions) for row in rows}


async def listed(database, user):
    return await database.read(told, user)


def looked_at(users, most):
    """The same of each user by looking at every message that is stored."""
    m, stored = StoredMessage, defaultdict(list)
    for conversation_id, *row in m.select(m.conversation_id, m.seq, m.userid, m.media, m.at).tuples():
        stored[conversation_id].append(row)
    chats = {c.id: c for c in Conversation.select() if c.id in stored}
    found = {user: {} for user in users}
    for user, conversation_id, read in Member.select(
        Member.user_id, Member.conversation_id, Member.read
    ).tuples():
        if c := chats.get(conversation_id):
            after = [row for row in stored[c.id] if row[0] > read and row[1] != user]
            named = [row for row in after if {"0", str(user)} & set(row[3].split(","))]
            count = [row for row in after if row[2] != Media.NOTICE or row in named]
            dst = c.a if c.kind == ROOM or c.b == user else c.b
            found[user][c.kind, dst] = tuple(min(len(of), most) for of in (count, named))
    return found


class Crowd:
    """Four people in chats and groups, and what they make up to do: to write, to read, to come into a group,
    several things at once."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    async def gather(self, database):
        self.people = await newcomers(database, 4)
        for peer in self.people[1:]:
            await database.write(contacts.befriend, self.people[0], peer, NOW)
        rooms = [await room_of(database, *self.people[:count]) for count in (4, 3, 2)]
        self.inside = dict(zip(rooms, [4, 3, 2]))
        return self

    def deeds(self):
        """Of a moment; mostly plain messages, so that some are written in one pass."""
        usual = self.random.random() < 0.5
        return [
            self.post(True) if usual else self.random.choice([self.post, self.post, self.mark])()
            for _ in range(self.random.choice([1, 2, 5]))
        ] + ([] if usual or self.random.random() < 0.9 else self.newcomer())

    def place(self):
        """(who, kind, dstid)"""
        a, *others = self.people
        if self.random.random() < 0.3:
            one, other = self.random.sample([a, self.random.choice(others)], 2)
            return one, SINGLE, other
        room = self.random.choice([*self.inside])
        return self.random.choice(self.people[: self.inside[room]]), ROOM, room

    def post(self, plain=False):
        who, kind, dst = self.place()
        at, media = None, Media.TEXT
        if not plain:
            at = self.random.choice([None, None, None, [0], [self.people[0]], self.people])
            media = Media.NOTICE if kind == ROOM and self.random.random() < 0.4 else media
        return Post(Message(who, dst, kind, media, "x", at=at))

    def mark(self):
        return ReadMark(*self.place(), self.random.choice([1, 5, 20, self.random.randint(1, 60), 10**6]))

    def newcomer(self):
        room = self.random.choice([room for room, count in self.inside.items() if count < 4] or [0])
        if not room:
            return []
        self.inside[room] += 1
        return [Join(self.people[self.inside[room] - 1], room)]


@pytest.mark.parametrize("most", [1000, 6])
@pytest.mark.parametrize("seed", [1, None])
async def test_whatever_is_done(database, scribe, monkeypatch, seed, most):
    """Whatever people write and read, everybody's list says after each step how many messages of others are
    unread: notices are not counted, what names one is, up to the most that is told."""
    monkeypatch.setattr(unread, "MAX_UNREAD", most)
    seed = seed or random.randrange(10**6)
    crowd = await Crowd(seed).gather(database)
    for step in range(80):
        await asyncio.gather(*(scribe.settled(deed) for deed in crowd.deeds()))
        lists = await database.read(lambda: {user: told(user) for user in crowd.people})
        assert lists == await database.read(looked_at, crowd.people, most), f"seed {seed}, step {step}"
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
