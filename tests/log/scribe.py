"""Friends, rooms, a log and its settled messages, for tests of what is said."""

import asyncio
import functools
from contextlib import contextmanager

import peewee
import pytest

from log.entries import Post, ReadMark
from log.log import Log
from models import contacts, groups
from protocol.errors import Refusal
from protocol.messages import ROOM, SINGLE, Media, Message
from tests.models.people import NOW, join, newcomers


class Stored:
    """A message, its receipt and the place where it was written, to be read as one."""

    def __init__(self, post):
        self.message, self.receipt, self.place = post.message, post.receipt, post.place

    def __getattr__(self, name):
        return getattr(self.receipt if name in ("id", "seq", "ver", "createat") else self.message, name)


class Scribe:
    """A log, with `delivered`: the messages it gave out as new, in that order."""

    def __init__(self, database, strangers=False, **settings):
        self.delivered = []
        self.batches = []
        self.changes = []  # the change numbers of all batches
        self.log = Log(database, strangers=strangers, on_settled=self._settled, **settings)

    def _settled(self, batch, changes):
        self.batches.append(len(batch))
        self.changes += [number for numbers in changes for number in numbers]
        for entry in batch:
            if entry.origin is not None and not entry.origin.done():
                entry.origin.set_result(entry)
            for post in (entry, getattr(entry, "notice", None)):
                if isinstance(post, Post) and post.refusal is None and not post.repeated:
                    self.delivered.append(Stored(post))

    async def settled(self, entry):
        """The entry once it is settled; raises its refusal."""
        entry.origin = asyncio.get_running_loop().create_future()
        await self.log.append(entry)
        entry = await entry.origin
        if entry.refusal is not None:
            raise entry.refusal
        return entry

    async def append(self, message):
        """The stored message, or the refusal."""
        try:
            return Stored(await self.settled(Post(message)))
        except Refusal as refusal:
            return refusal

    async def say(self, user_id, dst_id, content="hi", kind=SINGLE, cid=None, **fields):
        return await self.append(Message(user_id, dst_id, kind, Media.TEXT, content, cid=cid, **fields))

    async def say_in(self, user_id, room_id, content="hi", cid=None, **fields):
        return await self.say(user_id, room_id, content, ROOM, cid, **fields)

    async def read(self, user_id, kind, dst_id, seq):
        """Where the mark stands when it moved, else 0."""
        return (await self.settled(ReadMark(user_id, kind, dst_id, seq))).stands


def around_commits(database, monkeypatch, around):
    """From now on `around`, called with the real one, stands in the place of each way to a transaction."""
    for name in ("writing", "statement"):
        real = getattr(database, name)
        monkeypatch.setattr(database, name, functools.partial(contextmanager(around), real))


@pytest.fixture
def lose_a_commit(database, monkeypatch):
    """Call it: the answer to the next COMMIT is lost."""
    armed = []

    def around(real):
        with real():
            yield
        if armed:
            armed.clear()
            raise peewee.OperationalError("server has gone away")

    around_commits(database, monkeypatch, around)
    return lambda: armed.append(True)


async def friends(database):
    """The ids of two new friends."""
    ann, bob = await newcomers(database, 2)
    await database.write(contacts.befriend, ann, bob, NOW)
    return ann, bob


async def room_of(database, *users):
    """The id of a new community; the first user owns it."""
    row = await database.write(groups.create_community, users[0], "room", "", 0, "", 100, NOW)
    for user in users[1:]:
        await database.write(join, user, row["id"], 0, NOW)
    return row["id"]


@pytest.fixture
def scribe(database, io_loop):
    """A log on the database, closed before it."""

    async def begin():
        return Scribe(database)

    scribe = io_loop.run_sync(begin)
    yield scribe
    io_loop.run_sync(scribe.log.close)
