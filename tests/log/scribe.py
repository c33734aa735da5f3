"""Friends, rooms, a log and its settled messages, for tests of what is said."""

import asyncio

import pytest

from log.log import MessageLog
from models import contacts, groups
from protocol.messages import ROOM, SINGLE, Media, Message
from tests.models.people import NOW, newcomers


class Stored:
    """A message and its receipt, to be read as one."""

    def __init__(self, message, receipt):
        self.message, self.receipt = message, receipt

    def __getattr__(self, name):
        return getattr(self.receipt if name in ("id", "seq", "ver", "createat") else self.message, name)


class Told:
    """An origin that remembers how its message ended."""

    def __init__(self):
        self.done = asyncio.get_running_loop().create_future()

    def settled(self, message, receipt, refusal):
        self.done.set_result(refusal or Stored(message, receipt))


class Scribe:
    """A message log, with `delivered`: what it gave out as new, in that order."""

    def __init__(self, database, strangers=False, **settings):
        self.delivered = []
        self.batches = []
        self.log = MessageLog(database, strangers=strangers, on_commit=self._commit, **settings)

    def _commit(self, batch):
        self.batches.append(len(batch))
        for submission in batch:
            if submission.origin is not None:
                submission.origin.settled(submission.message, submission.receipt, submission.refusal)
            if submission.refusal is None and not submission.repeated:
                self.delivered.append(Stored(submission.message, submission.receipt))

    async def append(self, message):
        """The stored message, or the refusal."""
        told = Told()
        await self.log.append(message, told)
        return await told.done

    async def say(self, user_id, dst_id, content="hi", kind=SINGLE, cid=None, **fields):
        return await self.append(Message(user_id, dst_id, kind, Media.TEXT, content, cid=cid, **fields))

    async def say_in(self, user_id, room_id, content="hi", cid=None, **fields):
        return await self.say(user_id, room_id, content, ROOM, cid, **fields)


async def friends(database):
    """The ids of two new friends."""
    ann, bob = await newcomers(database, 2)
    await database.write(contacts.befriend, ann, bob, NOW)
    return ann, bob


async def room_of(database, *users):
    """The id of a new community; the first user owns it."""
    row = await database.write(groups.create_community, users[0], "room", "", 0, "", 5, NOW)
    for user in users[1:]:
        await database.write(groups.join_community, user, row["id"], NOW)
    return row["id"]


@pytest.fixture
def scribe(database, io_loop):
    """A log on the database, closed before it."""

    async def begin():
        return Scribe(database)

    scribe = io_loop.run_sync(begin)
    yield scribe
    io_loop.run_sync(scribe.log.close)
