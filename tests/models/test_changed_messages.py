"""Messages that have changed since come to who asks for changes, in the order in which they changed."""

import random

import pytest

from models import messages
from models.tables import Conversation, StoredMessage
from protocol.messages import SINGLE
from tests.log.scribe import friends


def change(seq):
    """What an edit would do to a message: it takes the conversation's next version."""
    conversation = Conversation.select().get()
    conversation.ver += 1
    conversation.save()
    StoredMessage.update(ver=conversation.ver).where(StoredMessage.seq == seq).execute()


async def walk(database, user, peer, ver, limit):
    """(seq, ver) of all changes after `ver`, asked for so many at a time."""
    found, more = [], True
    while more:
        rows, more = await database.read(messages.changes, user, SINGLE, peer, ver, limit, False)
        found += [(row.seq, row.ver) for row in rows]
        ver = found[-1][1] if found else ver
    return found


@pytest.mark.parametrize("limit", [1, 3, 50])
async def test_in_the_order_of_their_versions(database, scribe, limit):
    """Whoever catches up from anywhere gets each message once, as it is now, whatever has changed in
    between."""
    ann, bob = await friends(database)
    dice = random.Random(limit)
    for _ in range(12):
        for _ in range(dice.randrange(4)):
            await scribe.say(ann, bob)
        seq = await database.read(Conversation.select(Conversation.seq).scalar)
        for _ in range(dice.randrange(3) if seq else 0):
            await database.write(change, dice.randint(1, seq))
    stored = await database.read(
        lambda: sorted(StoredMessage.select(StoredMessage.ver, StoredMessage.seq).tuples())
    )
    assert len(stored) > 10
    for ver in (0, 1, len(stored) // 2, stored[-2][0], stored[-1][0]):
        expected = [(seq, v) for v, seq in stored if v > ver]
        assert await walk(database, bob, ann, ver, limit) == expected
