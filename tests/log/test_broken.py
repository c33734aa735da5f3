"""Rows that do not fit together harm nobody but those who are in that conversation."""

import asyncio

import peewee
import pytest

from log import broken
from models.conversations import list_newest
from models.messages import history
from models.tables import Conversation, Member, StoredMessage, key_of
from protocol.errors import TryAgain
from protocol.messages import SINGLE
from tests.log.scribe import friends, room_of


async def test_a_conversation_behind_its_messages(database, scribe, expect_logs):
    """A conversation whose row was restored from an older backup refuses what comes first and then goes on
    after its last message; those who write elsewhere in that moment notice nothing."""
    expect_logs("magpie.log", "was behind its messages|refused an entry")
    ann, bob = await friends(database)
    for i in range(5):
        await scribe.say(ann, bob, f"{i}")
    await database.write(Conversation.update(seq=3, ver=2).execute)
    first, other = await asyncio.gather(scribe.say(ann, bob, "after", cid="c"), scribe.say(bob, bob))
    assert isinstance(first, TryAgain) and other.seq == 1
    told = await asyncio.gather(
        scribe.say(ann, bob, "after", cid="c"), scribe.say(bob, ann), scribe.say(bob, bob)
    )
    assert [m.seq for m in told] == [6, 7, 2]
    rows, _ = await database.read(history, ann, SINGLE, bob, None, None, 50, False)
    assert [row.seq for row in rows] == list(range(1, 8))
    assert [row.ver for row in rows] == sorted({row.ver for row in rows})


async def test_one_that_cannot_be_mended(database, scribe, monkeypatch, expect_logs):
    """Where nothing helps, writers are told to try again, without a transaction each; the others go on."""
    expect_logs("magpie.log", "refused an entry")
    ann, bob = await friends(database)
    real, tries = scribe.log._writer._store, []

    def store(batch):
        if any(entry.key() == key_of(ann, SINGLE, bob) for entry in batch.entries):
            tries.append(True)
            raise peewee.DatabaseError("database disk image is malformed")
        real(batch)

    monkeypatch.setattr(scribe.log._writer, "_store", store)
    assert isinstance(await scribe.say(ann, bob), TryAgain)
    tries.clear()
    for _ in range(3):
        told = await asyncio.gather(scribe.say(ann, bob), scribe.say(ann, ann), scribe.say(bob, ann))
        assert [type(m).__name__ for m in told] == ["TryAgain", "Stored", "TryAgain"]
    assert not tries
    monkeypatch.setattr(broken, "_ASIDE_S", 0)
    monkeypatch.setattr(scribe.log._writer, "_store", real)
    monkeypatch.setattr(scribe.log._writer._broken, "_clock", lambda: 1e12)
    assert (await scribe.say(ann, bob)).seq == 1


@pytest.mark.parametrize("damage", ["last", "at", "unreadable", "unread"])
async def test_a_list_with_a_broken_row(database, scribe, expect_logs, damage):
    """A row that is missing, or holds what cannot be there, takes neither the list nor the history with
    it."""
    if damage == "unreadable" and database.dialect.single_writer:
        expect_logs("magpie.database", "the file is damaged")
    ann, bob = await friends(database)
    room = await room_of(database, ann, bob)
    await scribe.say(ann, bob, "sound")
    message = await scribe.say_in(ann, room, "broken", at=[bob])
    conversation_id = await database.read(
        Conversation.select(Conversation.id).where(Conversation.key == key_of(ann, 11, room)).scalar
    )
    of_it = StoredMessage.conversation_id == conversation_id
    if damage == "last":
        await database.write(StoredMessage.delete().where(of_it).execute)
    elif damage == "at":
        await database.write(StoredMessage.update(at="1,,x").where(of_it).execute)
    elif damage == "unread":
        await database.write(
            Member.update(read=10**6).where(Member.conversation_id == conversation_id).execute
        )
    elif database.dialect.single_writer:  # the other databases check what they store
        text = "UPDATE message SET content = CAST(x'ff' AS TEXT) WHERE conversation_id = ?"
        await database.write(database.peewee.execute_sql, text, (conversation_id,))
    listed = (await database.read(list_newest, bob, "", 50)).rows
    assert {row.dstid for row in listed} == {ann, room}
    rows, _ = await database.read(history, bob, 11, room, None, None, 50, False)
    assert [row.seq for row in rows] == ([] if damage == "last" else [message.seq])
