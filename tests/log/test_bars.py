"""Who may not write as usual is refused by the log itself, whichever way the batch takes; nobody else
notices, and what was stored before is acked again."""

import pytest

from models.tables import BLOCKED, LEFT, NOT_FRIENDS, Conversation, Member, StoredMessage
from protocol.errors import Forbidden
from protocol.messages import ROOM, SINGLE
from tests.log.scribe import friends, room_of
from tests.models.people import count


async def bar(database, user_id, conversation_id, **columns):
    mine = (Member.user_id == user_id, Member.conversation_id == conversation_id)
    await database.write(lambda: Member.update(columns).where(*mine).execute())


async def chat_of(database):
    return await database.read(
        lambda: Conversation.select(Conversation.id).where(Conversation.kind == SINGLE).scalar()
    )


@pytest.mark.parametrize("reason", [NOT_FRIENDS, BLOCKED, NOT_FRIENDS | BLOCKED])
async def test_no_friends_any_more(database, scribe, reason):
    """The chat stays, and nothing new is stored in it; reading goes on."""
    ann, bob = await friends(database)
    first = await scribe.say(ann, bob, cid="first")
    await bar(database, ann, await chat_of(database), bars=reason)
    assert isinstance(await scribe.say(ann, bob), Forbidden)
    assert isinstance(await scribe.say(ann, bob, cid="second"), Forbidden)
    assert (await scribe.say(bob, ann)).seq == 2  # bars are each member's own
    assert await scribe.read(ann, SINGLE, bob, 2) == 2
    again = await scribe.say(ann, bob, cid="first")
    assert again.receipt == first.receipt  # it was stored once: its sender may know
    assert await count(database, StoredMessage) == 2
    await bar(database, ann, await chat_of(database), bars=0)
    assert (await scribe.say(ann, bob, cid="second")).seq == 3  # a refused one does not use up its cid


async def test_who_has_left_a_group_is_no_member(database, scribe):
    """Their row stays, but they write and read nothing there."""
    ann, bob = await friends(database)
    room = await room_of(database, ann, bob)
    assert (await scribe.say_in(bob, room)).seq == 1
    place = await database.read(
        lambda: Conversation.select(Conversation.id).where(Conversation.kind == ROOM).scalar()
    )
    await bar(database, bob, place, role=LEFT)
    assert isinstance(await scribe.say_in(bob, room), Forbidden)
    with pytest.raises(Forbidden):
        await scribe.read(bob, ROOM, room, 1)
    assert (await scribe.say_in(ann, room)).seq == 2
