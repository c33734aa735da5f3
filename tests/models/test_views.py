"""What a member has hidden or cleared is in nothing that they are told, however it is asked for."""

import asyncio
import random

import pytest

from models import changes, conversations, hidden, messages
from models.tables import Conversation, Member, Mention, Pin, StoredMessage
from protocol.errors import NotFound, Refused
from protocol.messages import SINGLE, Media
from tests.models.crowd import Crowd


class Everything:
    """All rows, to be looked through one by one for what a user may be told. To be made and asked in a
    database's thread."""

    def __init__(self, crowd):
        self.crowd = crowd
        self.chats = list(Conversation.select())
        self.rows = list(StoredMessage.select().where(StoredMessage.conversation_id > 0))
        self.rows.sort(key=lambda row: (row.conversation_id, row.seq))
        self.members = set(Member.select(Member.user_id, Member.conversation_id).tuples())

    def seen(self, user, chat):
        sees = self.crowd.sees
        return [row for row in self.rows if row.conversation_id == chat.id and sees(user, chat.id, row.seq)]

    def mine(self, user):
        """(conversation, kind, dstid) of all of a user's."""
        for chat in self.chats:
            if (user, chat.id) in self.members:
                yield chat, chat.kind, chat.b if chat.kind == SINGLE and chat.a == user else chat.a

    def listed(self, user):
        """(kind, dstid, seq of the last message, updateat), as the list has them."""
        found = []
        for chat, kind, dstid in self.mine(user):
            if seen := self.seen(user, chat):
                moved = [row for row in seen if row.media != Media.NOTICE] or seen[:1]
                found.append((moved[-1].createat, chat.id, (kind, dstid, seen[-1].seq)))
        return [(*row, updateat) for updateat, _, row in sorted(found, reverse=True)]

    def ranges(self, user, chat):
        """What is hidden and not cleared, as runs of numbers."""
        cleared = self.crowd.cleared.get((user, chat.id), 0)
        runs = []
        for seq in sorted(s for u, c, s in self.crowd.hidden if (u, c) == (user, chat.id) and s > cleared):
            if runs and runs[-1]["high"] == seq - 1:
                runs[-1]["high"] = seq
            else:
                runs.append({"low": seq, "high": seq})
        return runs


def pages(user):
    """The list, three at a time."""
    found, before = [], ""
    while True:
        page = conversations.list_newest(user, before, 3)
        found += page.rows
        before = page.next
        if not before:
            return found


def compare(crowd, dice):
    """Asks for everything, and looks for it in all rows."""
    every = Everything(crowd)
    for user in crowd.people:
        told = [(row.kind, row.dstid, row.last.seq, row.updateat) for row in pages(user)]
        assert told == every.listed(user)
        in_list = {row[:2] for row in told}
        for row in conversations.list_changed(user, 0, 500).rows:
            assert bool(row.last) == ((row.kind, row.dstid) in in_list)
        for chat, kind, dstid in every.mine(user):
            compare_one(every, dice, user, chat, (user, kind, dstid))


def compare_one(every, dice, user, chat, asked):
    seen = every.seen(user, chat)
    cleared = every.crowd.cleared.get((user, chat.id), 0)
    row = conversations.one(*asked)
    assert (row.cleared, bool(row.last)) == (cleared, bool(seen))
    place, limit = dice.randint(0, chat.seq + 1), dice.choice([1, 3, 50])
    below, above = [r.seq for r in seen if r.seq < place], [r.seq for r in seen if r.seq > place]

    def numbers(found):
        return [message.seq for message in found]

    assert numbers(messages.history(*asked, None, None, limit, False)[0]) == numbers(seen)[-limit:]
    assert numbers(messages.history(*asked, place, None, limit, False)[0]) == below[-limit:]
    assert numbers(messages.history(*asked, None, place, limit, False)[0]) == above[:limit]
    around, before, after = messages.around(*asked, place, limit, False)
    there = numbers(around)
    assert there == [s for s in numbers(seen) if there and there[0] <= s <= there[-1]]
    assert (before, after) == (
        bool([s for s in below if s not in there]),
        bool([s for s in [*above, place] if s in numbers(seen) and s not in there]),
    )
    ver = dice.randint(0, chat.ver)
    changed = sorted((r.ver, r.seq) for r in seen if r.ver > ver)
    rows, more = messages.changes(*asked, ver, limit, False)
    assert [(r.ver, r.seq) for r in rows] == changed[:limit]
    assert more == (len(changed) > limit)
    ids = [messages.public_id(chat.id, s) for s in range(1, chat.seq + 1)]
    assert numbers(messages.some(*asked, ids[:100], False)) == [s for s in numbers(seen) if s <= 100]
    named = set(
        Mention.select(Mention.seq)
        .where(Mention.conversation_id == chat.id, Mention.user_id.in_([0, user]), Mention.author != user)
        .tuples()
    )
    expected = [s for s in numbers(seen) if s > row.read and (s,) in named]
    assert numbers(messages.mentions(*asked, 100, False)) == expected
    pinned = {s for (s,) in Pin.select(Pin.seq).where(Pin.conversation_id == chat.id).tuples()}
    assert sorted(numbers(changes.pins(*asked, False))) == [s for s in numbers(seen) if s in pinned]
    runs = every.ranges(user, chat)
    assert hidden.ranges(*asked, 0, False) == (runs, False)
    assert hidden.ranges(*asked, place, False)[0] == [run for run in runs if run["low"] > place]
    if ids and place in range(1, chat.seq + 1):
        try:
            changes.edits(*asked, ids[place - 1], False)
            there = True
        except Refused:  # it is recalled
            there = True
        except NotFound:
            there = False
        assert there == (place in numbers(seen))


@pytest.mark.parametrize("seed", [1, None])
async def test_nothing_is_told_of_what_is_gone(database, scribe, seed):
    """Whatever people say, change, hide and clear, the list, history, changes and all other reads tell each
    of what they have not hidden or cleared, and of nothing else."""
    seed = seed or random.randrange(10**6)
    crowd = await Crowd(seed).gather(database)
    for step in range(50):
        deeds = crowd.deeds() + crowd.recall(scribe.delivered) + crowd.hide(scribe.delivered)
        deeds += crowd.change(scribe.delivered)
        crowd.note(await asyncio.gather(*(scribe.settled(deed) for deed in deeds)))
        if step % 3 == 0:
            try:
                await database.read(compare, crowd, random.Random(step))
            except AssertionError as error:
                raise AssertionError(f"seed {seed}, step {step}") from error
