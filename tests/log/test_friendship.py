"""What becomes of two people, as the log writes it: with the lock of both, in the order of all that is
said."""

import asyncio

import pytest

from log.entries import AnswerRequest, Befriend, Block, Edit, React, Recall, Unfriend
from models import blocks, contacts, conversations, requests
from models.tables import BLOCKED, NOT_FRIENDS, Contact, Conversation, Member
from protocol.errors import Conflict, Forbidden, NotFound, Refused
from protocol.messages import SINGLE
from tests.log.scribe import Scribe, friends, lose_a_commit  # noqa: F401
from tests.models.people import NOW, count, newcomers


async def bars(database):
    return await database.read(lambda: dict(Member.select(Member.user_id, Member.bars).tuples()))


async def moved(database, user, after):
    """Which chats somebody's device that was away learns of."""
    told = await database.read(conversations.list_changed, user, after, 9)
    return [row.dstid for row in told.rows]


async def stands(database, user):
    return (await database.read(conversations.list_newest, user, "", 9)).change


async def test_no_friends_any_more(database, scribe):
    """Both rows go, nobody writes, both devices learn of the chat; friends again, all is as before."""
    ann, bob = await friends(database)
    first = await scribe.say(ann, bob)
    before = await stands(database, ann)
    entry = await scribe.settled(Unfriend(ann, bob))
    assert entry.between == (False, False, False)
    assert await count(database, Contact) == 0
    assert await bars(database) == {ann: NOT_FRIENDS, bob: NOT_FRIENDS}
    assert (await moved(database, ann, before), await moved(database, bob, before)) == ([bob], [ann])
    assert isinstance(await scribe.say(ann, bob), Forbidden)
    assert isinstance(await scribe.say(bob, ann), Forbidden)
    assert (await scribe.settled(Unfriend(bob, ann))).between is None  # it is done
    for said in (React(bob, SINGLE, ann, first.id, {"content": "👍", "amount": 1}), Edit(
        ann, SINGLE, bob, first.id, "hm", None, -1
    )):  # fmt: skip
        with pytest.raises(Forbidden):
            await scribe.settled(said)
    assert (await scribe.settled(Recall(ann, SINGLE, bob, first.id, -1))).told is not None
    await scribe.settled(Befriend(bob, ann))
    assert await bars(database) == {ann: 0, bob: 0}
    assert (await scribe.say(ann, bob)).seq == 2


async def test_who_is_blocked_is_told_nothing(database, scribe):
    """Neither writes; the list of the blocked one does not move, and where each blocks the other, both have
    to end it."""
    ann, bob = await friends(database)
    await scribe.say(ann, bob)
    before = await stands(database, ann)
    assert (await scribe.settled(Block(ann, bob, True))).between == (True, True, False)
    assert (await moved(database, ann, before), await moved(database, bob, before)) == ([bob], [])
    texts = [str((await scribe.say(*pair)).msg("zh")) for pair in ((ann, bob), (bob, ann))]
    assert texts == ["你已将对方加入黑名单", "你们还不是好友"]
    assert await count(database, Contact) == 2
    assert (await scribe.settled(Block(ann, bob, True))).between is None
    assert (await scribe.settled(Block(bob, ann, True))).between == (True, True, True)
    await scribe.settled(Block(ann, bob, False))
    assert await bars(database) == {ann: BLOCKED, bob: BLOCKED}
    assert isinstance(await scribe.say(ann, bob), Forbidden)
    await scribe.settled(Block(bob, ann, False))
    assert (await scribe.say(ann, bob)).seq == 2


async def test_removed_and_blocked(database, scribe):
    """One reason goes and the other stays."""
    ann, bob = await friends(database)
    await scribe.settled(Block(ann, bob, True))
    await scribe.settled(Unfriend(bob, ann))
    assert await bars(database) == {ann: BLOCKED | NOT_FRIENDS, bob: BLOCKED | NOT_FRIENDS}
    entry = await scribe.settled(Befriend(bob, ann))
    assert (entry.request > 0, entry.heard, entry.between) == (True, False, (False, False, True))
    await scribe.settled(Block(ann, bob, False))
    assert await bars(database) == {ann: NOT_FRIENDS, bob: NOT_FRIENDS}
    entry = await scribe.settled(Befriend(bob, ann))
    assert (entry.granted, await bars(database)) == (True, {ann: 0, bob: 0})


async def test_strangers_may_write_but_not_who_is_blocked(database):
    """Where anybody may write to anybody: also where nothing was said yet, and no chat is there."""
    scribe = Scribe(database, strangers=True)
    ann, bob, cy = await newcomers(database, 3)
    await scribe.settled(Block(ann, bob, True))
    for pair in ((ann, bob), (bob, ann)):
        assert isinstance(await scribe.say(*pair), Forbidden)
    assert await count(database, Conversation) == 0
    assert (await scribe.say(cy, ann)).seq == 1
    await scribe.settled(Block(ann, cy, True))
    for pair in ((ann, cy), (cy, ann)):
        assert isinstance(await scribe.say(*pair), Forbidden)
    for other in (bob, cy):
        await scribe.settled(Block(ann, other, False))
    assert [(await scribe.say(*pair)).seq for pair in ((bob, ann), (cy, ann))] == [1, 2]
    assert isinstance(await scribe.say(ann, 999999), NotFound)
    await scribe.log.close()


async def test_in_one_batch(database, scribe):
    """What comes together counts in its order."""
    ann, bob = await friends(database)
    told = await asyncio.gather(
        scribe.say(bob, ann, "one"),
        scribe.settled(Block(ann, bob, True)),
        scribe.say(bob, ann, "two"),
        scribe.settled(Block(ann, bob, False)),
        scribe.say(bob, ann, "three"),
        scribe.settled(Unfriend(ann, bob)),
        scribe.say(ann, bob, "four"),
        scribe.settled(Befriend(ann, bob)),
        scribe.say(ann, bob, "five"),
    )
    assert [isinstance(one, Forbidden) for one in told[::2]] == [False, True, False, True, False]
    assert [message.content for message in scribe.delivered] == ["one", "three", "five"]


async def test_blocking_while_a_chat_begins(database):
    """Of a first message and a block at the same moment, in two processes: whoever comes second sees the
    other, so that nobody who is blocked has a chat to write in."""
    logs = [Scribe(database, strangers=True) for _ in range(2)]
    for _ in range(8):
        ann, bob = await newcomers(database, 2)
        await asyncio.gather(
            logs[0].say(bob, ann, "hi"), logs[1].settled(Block(ann, bob, True)), return_exceptions=True
        )
        assert isinstance(await logs[0].say(bob, ann, "still there"), Forbidden)
        assert isinstance(await logs[1].say(bob, ann, "still there"), Forbidden)
    for scribe in logs:
        await scribe.log.close()


async def test_crossing_in_two_processes(database):
    """Requests that cross are a friendship, whichever logs they go through."""
    logs = [Scribe(database) for _ in range(2)]
    for _ in range(8):
        ann, bob = await newcomers(database, 2)
        entries = [Befriend(ann, bob, "", "request"), Befriend(bob, ann, "", "request")]
        await asyncio.gather(*(scribe.settled(entry) for scribe, entry in zip(logs, entries)))
        assert sorted(entry.granted for entry in entries) == [False, True]
        assert await database.read(contacts.are_friends, ann, bob)
    for scribe in logs:
        await scribe.log.close()


async def test_nobody_does_it_to_themselves_or_to_nobody(database, scribe):
    """All of it is about another one, who is there."""
    [ann] = await newcomers(database, 1)
    for make in (lambda *pair: Block(*pair, True), Unfriend, Befriend):
        with pytest.raises(Refused):
            await scribe.settled(make(ann, ann))
        with pytest.raises(NotFound):
            await scribe.settled(make(ann, ann + 1000))


STRANGERS = ["added", "requested", "accepted", "declined"]


@pytest.mark.parametrize("what", [*STRANGERS, "removed", "blocked", "unblocked"])
async def test_a_lost_commit(database, scribe, lose_a_commit, what):  # noqa: F811
    """It is done once, and told: whoever waits hears yes, and everybody concerned what is so now."""
    ann, bob = await (newcomers(database, 2) if what in STRANGERS else friends(database))
    if what in ("accepted", "declined"):
        request = (await scribe.settled(Befriend(ann, bob, "", "request"))).request
    if what == "unblocked":
        await scribe.settled(Block(ann, bob, True))
    make = {
        "added": lambda: Befriend(ann, bob),
        "requested": lambda: Befriend(ann, bob, "", "request"),
        "accepted": lambda: AnswerRequest(bob, ann, request, True),
        "declined": lambda: AnswerRequest(bob, ann, request, False),
        "removed": lambda: Unfriend(ann, bob),
        "blocked": lambda: Block(ann, bob, True),
        "unblocked": lambda: Block(ann, bob, False),
    }[what]
    lose_a_commit()
    entry = await scribe.settled(make())
    assert entry.between is not None
    assert entry.between.friends == (what in ("added", "accepted", "blocked", "unblocked"))
    assert entry.between.blocks == (what == "blocked")
    if what == "requested":
        assert entry.heard and entry.request
        assert await database.read(requests.waiting, bob, NOW) == 1
    if what == "added":
        assert not entry.granted
        with pytest.raises(Conflict):
            await scribe.settled(make())
    assert await database.read(contacts.are_friends, ann, bob) == entry.between.friends
    assert (ann in await database.read(blocks.between, ann, bob)) == (what == "blocked")
