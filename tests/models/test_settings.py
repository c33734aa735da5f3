"""What users decide, as it is stored, on every database."""

import asyncio

from peewee import fn

from log.entries import Decide, ReadMark
from models import conversations, readers, settings
from models.tables import Conversation, Member, Setting
from protocol.messages import ROOM, SINGLE
from tests.log.scribe import friends, room_of
from tests.models.people import newcomers

ALL = {
    "online": 1,
    "read": 1,
    "approval": "auto",
    "find": ["id", "mobile", "group"],
    "push": "content",
    "quiet": "",
    "previews": 1,
}


async def decide(scribe, user, **wanted):
    entry = Decide(user, wanted)
    await scribe.settled(entry)
    return entry


async def test_one_after_the_other(database, scribe):
    """Some are set and the others stay; what is so already is no change, and takes no number."""
    ann, bob = await friends(database)
    assert await database.read(settings.settings_of, ann) == ALL
    first = await decide(scribe, ann, read=0, find=["id"])
    assert (first.changed, first.stands) == ({"read", "find"}, {**ALL, "read": 0, "find": ["id"]})
    assert (await decide(scribe, ann, read=0)).changed == set()
    change = (await database.read(conversations.list_newest, ann, "", 9)).change
    again = await decide(scribe, ann, find=[], approval="none")
    assert again.stands == {**ALL, "read": 0, "find": [], "approval": "none"}
    assert (await database.read(conversations.list_newest, ann, "", 9)).change == change
    assert await database.read(settings.settings_of, ann) == again.stands
    assert await database.read(settings.settings_of, bob) == ALL


async def test_two_devices_at_once(database, scribe):
    """Neither takes back what the other sets."""
    (ann,) = await newcomers(database, 1)
    await asyncio.gather(decide(scribe, ann, read=0), decide(scribe, ann, online=0))
    assert await database.read(settings.settings_of, ann) == {**ALL, "read": 0, "online": 0}


async def test_who_hides(database, scribe):
    """All who are not seen, and all without receipts."""
    ann, bob, eve = await newcomers(database, 3)
    await decide(scribe, ann, online=0)
    await decide(scribe, bob, read=0, online=0)
    await decide(scribe, eve, find=[])
    assert await database.read(settings.hiding) == ({ann, bob}, {bob}, set(), 0)
    await decide(scribe, bob, online=1)
    assert await database.read(settings.hiding, 0) == ({ann}, {bob}, None, 0)


async def test_marks_in_the_list(database, scribe):
    """`peer_read` is 0 on both sides, the list tells the rows that this changes, and groups stay."""
    ann, bob = await friends(database)
    room = await room_of(database, ann, bob)
    for kind, dst in ((SINGLE, bob), (ROOM, room)):
        await scribe.say(ann, dst, kind=kind)
    await scribe.settled(ReadMark(bob, SINGLE, ann, 1))

    async def told(user, after):
        found = await database.read(conversations.list_changed, user, after, 9)
        return [(row.kind, row.peer_read, row.change) for row in found.rows], found.change

    _, before = await told(ann, 0)
    for read, mark in ((0, 0), (1, 1)):
        await decide(scribe, bob, read=read)
        assert await told(ann, before) == ([(SINGLE, mark, before + 1)], before + 1)
        assert await told(bob, before) == ([(SINGLE, 0, before + 1)], before + 1)
        before += 1
    assert (await told(ann, before))[0] == []


async def test_a_change_in_the_middle_of_a_batch(database, scribe):
    """Each of many things at once takes a number of its own."""
    ann, bob = await friends(database)
    await asyncio.gather(
        scribe.say(ann, bob), decide(scribe, bob, read=0), decide(scribe, ann, online=0), scribe.say(bob, ann)
    )
    found = await database.read(conversations.list_changed, ann, 0, 9)
    said = await database.read(Conversation.select(Conversation.change).scalar)
    decided = await database.read(Setting.select(fn.MAX(Setting.change)).scalar)
    assert 0 < said != decided > 0 and found.rows[0].change == max(said, decided) <= found.change


async def test_readers(database, scribe):
    """Members with receipts off are in neither number."""
    ann, bob = await friends(database)
    (eve,) = await newcomers(database, 1)
    room = await room_of(database, ann, bob, eve)
    receipt = await scribe.say(ann, room, kind=ROOM)

    def read_it():
        Member.update(read=receipt.seq).where(Member.user_id.in_([bob, eve])).execute()

    await database.write(read_it)
    await decide(scribe, eve, read=0)
    asked = (readers.readers, ann, room, receipt.seq, None, 9, 500, False)
    rows, data = await database.read(*asked)
    assert ([row["id"] for row in rows], data) == ([bob], {"read": 1, "total": 1})
    await decide(scribe, ann, read=0)
    assert await database.read(*asked) == ([], {"read": 0, "total": 0})
