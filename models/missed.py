"""What was said and done under change numbers that nobody told of: another process was killed between COMMIT
and telling, or the answer to its COMMIT was lost."""

import json
from collections.abc import Iterator, Sequence
from functools import reduce
from operator import or_
from typing import NamedTuple

from models import changes, members
from models.done import Done
from models.ids import public_id
from models.messages import MAX_CLIENT_CID, people_of
from models.tables import Conversation, StoredMessage
from protocol.messages import ROOM, Message, Receipt

#: Messages and changes of one conversation that one batch of the log has written: most often so few, and as
#: many where each entry of a batch has forwarded as much as it can.
_FEW_TOGETHER, _MOST_TOGETHER = 256, 25_600


class Changed(NamedTuple):
    """Somebody has changed a message of the conversation that they mean by (kind, dstid); `told`: what the
    event tells beside that; `unaware`: who does not see the message."""

    userid: int
    kind: int
    dstid: int
    cmd: int
    receipt: Receipt
    told: dict[str, object]
    unaware: list[int]


#: A message with its receipt, or a change of one.
Missed = tuple[Message, Receipt] | Changed


def under(numbers: Sequence[range]) -> list[tuple[Missed, int]]:
    """What took these change numbers, and the number of each, after which nothing was said in their
    conversations: who was told of something later sees a gap. Walks over all conversations: for the death of
    a process."""
    taken = [Conversation.change.between(some.start, some.stop - 1) for some in numbers]
    found: list[tuple[Missed, int]] = []
    for conversation in Conversation.select().where(reduce(or_, taken)):
        found += [(missed, conversation.change) for missed in _latest(conversation)]
    return found


def _latest(conversation: Conversation) -> Iterator[Missed]:
    """What the last batch has done in a conversation, in order. A batch gives all of it the same time, and
    each batch another."""
    rows = [*_newest(conversation.id), *_newest(-conversation.id)]
    time = max((row.createat for row in rows), default=0)
    together = [row for row in rows if row.createat == time]
    for row in sorted(together, key=lambda row: row.ver if row.conversation_id > 0 else row.amount):
        if row.conversation_id > 0:
            yield _said(row, conversation)
        elif (done := _done(row, conversation)) is not None:
            yield done


def _newest(conversation_id: int) -> list[StoredMessage]:
    m = StoredMessage
    newest = m.select().where(m.conversation_id == conversation_id).order_by(m.seq.desc())
    found = list(newest.limit(_FEW_TOGETHER))
    if len(found) == _FEW_TOGETHER and found[0].createat == found[-1].createat:
        found = list(newest.limit(_MOST_TOGETHER))
    return found


def _said(stored: StoredMessage, conversation: Conversation) -> tuple[Message, Receipt]:
    """A stored message the way its author addressed it, and what the log gave it."""
    message = Message(
        stored.userid,
        _dstid(stored.userid, conversation),
        conversation.kind,
        stored.media,
        stored.content,
        stored.pic,
        stored.url,
        stored.memo,
        stored.amount,
        stored.cid if stored.cid and len(stored.cid) <= MAX_CLIENT_CID else None,
        stored.ref,
        people_of(stored.at) or None,
        json.loads(stored.extra).get("fwd", 0) if stored.extra else 0,
    )
    place = public_id(stored.conversation_id, stored.seq)
    return message, Receipt(place, stored.seq, stored.ver, stored.createat)


def _done(stored: StoredMessage, conversation: Conversation) -> Changed | None:
    """A change, with the message as it is now; None for one that changed nothing."""
    done = Done.of(stored)
    message = changes.find(conversation.id, done.seq)
    if message is None or not done.changed:
        return None
    told = changes.told(done.cmd, done.said, message)
    receipt = Receipt(public_id(conversation.id, done.seq), done.seq, done.ver, done.createat)
    unaware = members.unaware(conversation.id, done.seq) if conversation.kind == ROOM else []
    dstid = _dstid(done.userid, conversation)
    return Changed(done.userid, conversation.kind, dstid, done.cmd, receipt, told, unaware)


def _dstid(userid: int, conversation: Conversation) -> int:
    """Whom or what somebody in a conversation means by it."""
    if conversation.kind == ROOM or userid != conversation.a:
        return int(conversation.a)
    return int(conversation.b)
