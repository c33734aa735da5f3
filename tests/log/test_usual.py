"""What people write all day is stored in one pass; what is more than that takes the other way."""

import asyncio

from models import contacts
from models.ids import MAX_SEQ
from models.tables import Conversation, Member, StoredMessage
from protocol.errors import Conflict, Forbidden, Refused
from protocol.messages import SINGLE
from tests.log.scribe import friends, room_of
from tests.models.people import NOW, count, newcomer

BOTH_WAYS = False  # here the log itself says which way a batch takes


async def ways(scribe, *work):
    """(what became of these, how many batches were written in one pass, how many in all)"""
    before = scribe.log.stats()
    results = await asyncio.gather(*work)
    after = scribe.log.stats()
    return results, *(after[name] - before[name] for name in ("log_usual", "log_batches"))


async def test_one_pass(database, scribe):
    """Messages in chats and groups that have begun, with and without a cid, are written in one pass."""
    ann, bob = await friends(database)
    room = await room_of(database, ann, bob)
    await asyncio.gather(scribe.say(ann, bob), scribe.say_in(ann, room))
    work = [scribe.say(ann, bob, cid=f"{i}") for i in range(20)]
    work += [scribe.say_in(bob, room), scribe.say(bob, ann, url="/logo.png"), scribe.say_in(ann, room)]
    told, in_one, batches = await ways(scribe, *work)
    assert in_one == batches > 0
    assert [m.seq for m in told] == [*range(2, 22), 2, 22, 3]
    assert await count(database, StoredMessage) == 25


async def test_what_is_not_usual(database, scribe):
    """A first message, a resend, a mention, a stranger's message, a read mark take the other way, with
    whatever is in the same batch; the next batch is a usual one again."""
    ann, bob = await friends(database)
    eve = await newcomer(database)
    room = await room_of(database, ann, bob)
    first, in_one, _ = await ways(scribe, scribe.say(ann, bob, cid="c"), scribe.say_in(ann, room))
    assert in_one == 0 and [m.seq for m in first] == [1, 1]
    for unusual, expected in (
        (scribe.say(ann, bob, cid="c"), 1),
        (scribe.say(ann, bob, "other", cid="c"), Conflict),
        (scribe.say_in(ann, room, at=[bob]), 2),
        (scribe.say(eve, ann), Forbidden),
        (scribe.say_in(eve, room), Forbidden),
        (scribe.read(bob, SINGLE, ann, 1), 1),
    ):
        (beside, what), in_one, _ = await ways(scribe, scribe.say(ann, bob), unusual)
        assert beside.seq > 1 and in_one == 0
        assert getattr(what, "seq", type(what)) == expected or what == expected
        _, in_one, batches = await ways(scribe, scribe.say(ann, bob), scribe.say(bob, ann))
        assert in_one == batches == 1


async def test_a_cid_twice_at_once(database, scribe):
    """An impatient client's copies in one batch are one message."""
    ann, bob = await friends(database)
    await scribe.say(ann, bob)
    (one, two), in_one, _ = await ways(scribe, scribe.say(ann, bob, cid="c"), scribe.say(ann, bob, cid="c"))
    assert one.seq == two.seq == 2 and in_one == 0


async def test_a_member_no_more(database, scribe):
    """Who has left is refused, however well the conversation is known; who comes back may write again."""
    ann, bob = await friends(database)
    await scribe.say(bob, ann)
    await database.write(Member.delete().where(Member.user_id == bob).execute)
    await database.write(contacts.Contact.delete().execute)
    told, in_one, _ = await ways(scribe, scribe.say(bob, ann, cid="c"), scribe.say(ann, bob))
    assert isinstance(told[0], Forbidden) and told[1].seq == 2 and in_one == 0
    await database.write(contacts.befriend, ann, bob, NOW)
    told, in_one, _ = await ways(scribe, scribe.say(bob, ann, cid="c"), scribe.say(ann, bob))
    assert told[0].seq == 3 and in_one == 1


async def test_a_full_conversation(database, scribe):
    """The last number of a conversation is given once, and what comes after it is refused."""
    ann, bob = await friends(database)
    await scribe.say(ann, bob)
    await database.write(Conversation.update(seq=MAX_SEQ - 2, ver=MAX_SEQ - 2).execute)
    told, _, _ = await ways(scribe, *(scribe.say(ann, bob) for _ in range(3)))
    assert [m.seq for m in told[:2]] == [MAX_SEQ - 1, MAX_SEQ] and isinstance(told[2], Refused)
