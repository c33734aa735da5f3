"""What a member does with a conversation for themselves, as the log writes it."""

import asyncio
import random
from itertools import pairwise

import pytest

from log.entries import Arrange, Clear, Hide, ReadMark
from models import conversations, hidden
from models.ids import public_id
from models.tables import Conversation, Hidden, Member
from protocol.errors import Forbidden, NotFound
from protocol.messages import ROOM, SINGLE
from tests.log.scribe import Scribe, friends, room_of
from tests.models.people import newcomer, newcomers


async def ranges(database, user, kind, dst):
    found, _ = await database.read(hidden.ranges, user, kind, dst, 0, False)
    return [(one["low"], one["high"]) for one in found]


async def state(database, user):
    """(the conversation's numbers, the change numbers of its members but for this one, and of this one)"""
    numbers = Conversation.select(Conversation.seq, Conversation.ver, Conversation.change).tuples()
    changes = Member.select(Member.user_id, Member.change).tuples()
    found = await database.read(lambda: (list(numbers), dict(changes)))
    return found[0], {who: change for who, change in found[1].items() if who != user}, found[1][user]


async def test_nobody_else_is_concerned(database, scribe):
    """Hiding, clearing and arranging take a change number for their member alone, and no seq or version; what
    is so already takes none."""
    ann, bob = await friends(database)
    said = [await scribe.say(ann, bob) for _ in range(4)]
    numbers, others, mine = await state(database, bob)
    for make, told in (
        (lambda: Hide(bob, SINGLE, ann, [said[1].id, said[1].id, 5]), {"hidden": [said[1].id]}),
        (lambda: Arrange(bob, SINGLE, ann, {"pinned": 1, "muted": 0}), {"pinned": 1}),
        (lambda: Arrange(bob, SINGLE, ann, {"marked": 1}), {"marked": 1}),
        (lambda: Clear(bob, SINGLE, ann, 3), {"cleared": 3}),
    ):
        assert (await scribe.settled(make())).told == told
        found = await state(database, bob)
        assert found[:2] == (numbers, others) and found[2] > mine
        mine = found[2]
        assert (await scribe.settled(make())).told == {}
        assert await state(database, bob) == (numbers, others, mine)
    assert (await scribe.settled(Clear(bob, SINGLE, ann, 2))).told == {}
    assert (await scribe.settled(Clear(bob, SINGLE, ann, 10**9))).told == {"cleared": 4}


async def test_in_one_batch(database, scribe):
    """What comes together counts in its order: what is said after a clear is seen, a read mark ends what was
    marked before it, and not what is marked after."""
    ann, bob = await friends(database)
    await scribe.say(ann, bob)
    told = await asyncio.gather(
        scribe.settled(Clear(bob, SINGLE, ann, 9)),
        scribe.say(ann, bob, "after"),
        scribe.settled(Arrange(bob, SINGLE, ann, {"marked": 1})),
        scribe.settled(ReadMark(bob, SINGLE, ann, 1)),
        scribe.settled(Arrange(bob, SINGLE, ann, {"marked": 1})),
    )
    assert told[0].told == {"cleared": 1}
    assert told[3].unmarked and told[4].told == {"marked": 1}
    (row,) = (await database.read(conversations.list_newest, bob, "", 9)).rows
    assert (row.last.content, row.unread, row.read, row.marked) == ("after", 1, 1, 1)
    assert not (await scribe.settled(ReadMark(bob, SINGLE, ann, 0))).unmarked


@pytest.mark.parametrize("seed", [1, None])
async def test_ranges_never_touch(database, scribe, seed):
    """However messages are hidden, two processes at once, each is hidden by one of them, and the rows are as
    few as can be."""
    ann, bob = await friends(database)
    said = [await scribe.say(ann, bob) for _ in range(40)]
    dice, other = random.Random(seed), Scribe(database)
    gone = set()
    for _ in range(12):
        chosen = [[one.id for one in dice.sample(said, dice.choice([1, 3, 8]))] for _ in range(2)]
        both = await asyncio.gather(
            *(one.settled(Hide(bob, SINGLE, ann, ids)) for one, ids in zip((scribe, other), chosen))
        )
        new = [message_id for entry in both for message_id in entry.told.get("hidden", ())]
        assert sorted(new) == sorted({*chosen[0], *chosen[1]} - gone)
        gone |= set(new)
        found = await ranges(database, bob, SINGLE, ann)
        place = said[0].place.id
        assert {public_id(place, seq) for low, high in found for seq in range(low, high + 1)} == gone
        assert all(later[0] > earlier[1] + 1 for earlier, later in pairwise(found))
        counts = await database.read(lambda: list(Hidden.select(Hidden.low, Hidden.high, Hidden.counts)))
        assert all(one.counts == one.high - one.low + 1 for one in counts)
    await other.log.close()


async def test_nothing_is_made_by_the_way(database, scribe):
    """In one's empty notes there is nothing to hide and nothing to clear, and no row of them is made; who
    sets something of them has them. A stranger is refused."""
    ann, bob = await newcomers(database, 2)
    eve = await newcomer(database)
    for entry in (Hide(ann, SINGLE, ann, [1]), Clear(ann, SINGLE, ann, 1)):
        assert (await scribe.settled(entry)).told == {}
    assert await database.read(Conversation.select().count) == 0
    assert (await scribe.settled(Arrange(ann, SINGLE, ann, {"pinned": 1}))).told == {"pinned": 1}
    room = await room_of(database, ann, bob)
    for kind, dst, refusal in ((ROOM, room, Forbidden), (SINGLE, ann, Forbidden), (SINGLE, 10**9, NotFound)):
        for entry in (
            Hide(eve, kind, dst, [1]),
            Clear(eve, kind, dst, 1),
            Arrange(eve, kind, dst, {"pinned": 1}),
        ):
            with pytest.raises(refusal):
                await scribe.settled(entry)


async def test_lost_answers(database, scribe, lose_a_commit):
    """When the COMMIT happened but its answer was lost, one's other devices are still told."""
    ann, bob = await friends(database)
    said = [await scribe.say(ann, bob) for _ in range(3)]
    for entry, told in (
        (Hide(bob, SINGLE, ann, [said[2].id, 7]), {"hidden": [said[2].id]}),
        (Clear(bob, SINGLE, ann, 1), {"cleared": 1}),
        (Arrange(bob, SINGLE, ann, {"muted": 1}), {"muted": 1}),
    ):
        lose_a_commit()
        assert (await scribe.settled(entry)).told == told
    (row,) = (await database.read(conversations.list_newest, bob, "", 9)).rows
    assert (row.last.seq, row.cleared, row.muted, row.unread) == (2, 1, 1, 1)
