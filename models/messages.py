"""Stored messages: the rows of the log, and the ways to read them.

A message's place is (conversation_id, seq), its primary key. The public `id` is computed from the place, so
that a reference to a message needs no index of its own.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from heapq import merge
from operator import attrgetter, or_

from database.base import database
from database.dialect import of_database
from models.access import locate
from models.tables import Conversation, StoredMessage
from protocol import rows
from protocol.messages import ROOM, Message, Receipt

#: id = conversation_id << 27 | seq: 2^26 conversations of 2^27 messages stay below 2^53.
SEQ_BITS = 27
MAX_SEQ = 2**SEQ_BITS - 1
MAX_CONVERSATION = 2**26 - 1

#: A client's cid has at most 64 characters; a longer one was given by the log to a message without one.
MAX_CLIENT_CID = 64


#: Bytes of an answer, as far as they can be told before it is written; the first row always fits.
MAX_ANSWER_BYTES = 1 << 20
#: Messages of one conversation that one batch of the log has written, as far as they are looked for.
_MOST_TOGETHER = 256
_ROW_BYTES = 250  #: of a message without its texts


def _people(at: str) -> list[int] | None:
    """The ids in a stored `at`; what is none, in a damaged row, is left out."""
    return [int(user_id) for user_id in at.split(",") if user_id.isdecimal()] if at else None


def public_id(conversation_id: int, seq: int) -> int:
    return conversation_id << SEQ_BITS | seq


def wire_row(stored: StoredMessage, conversation: Conversation) -> rows.Message:
    """A stored message as the wire has it."""
    message, receipt = _said(stored, conversation)
    return message.row(receipt)


def _said(stored: StoredMessage, conversation: Conversation) -> tuple[Message, Receipt]:
    """A stored message the way its author addressed it, and what the log gave it."""
    if conversation.kind == ROOM:
        dstid = conversation.a
    else:
        dstid = conversation.b if stored.userid == conversation.a else conversation.a
    cid = stored.cid if stored.cid and len(stored.cid) <= MAX_CLIENT_CID else None
    message = Message(
        stored.userid,
        dstid,
        conversation.kind,
        stored.media,
        stored.content,
        stored.pic,
        stored.url,
        stored.memo,
        stored.amount,
        cid,
        stored.ref,
        _people(stored.at),
    )
    place = public_id(stored.conversation_id, stored.seq)
    return message, Receipt(place, stored.seq, stored.ver, stored.createat)


def said_under(changes: Sequence[range]) -> list[tuple[Message, Receipt, int]]:
    """The messages that took these change numbers, and the number of each, after which nothing was said in
    their conversations: who was told of something later sees a gap. Walks over all conversations: for the
    death of a process."""
    numbers = [Conversation.change.between(taken.start, taken.stop - 1) for taken in changes]
    found: list[tuple[Message, Receipt, int]] = []
    for conversation in Conversation.select().where(reduce(or_, numbers)):
        # One batch gives all its messages of a conversation the same time, and each batch another.
        newest = (
            StoredMessage.select()
            .where(StoredMessage.conversation_id == conversation.id, StoredMessage.seq <= conversation.seq)
            .order_by(StoredMessage.seq.desc())
            .limit(_MOST_TOGETHER)
        )
        together = [stored for stored in newest if stored.createat == newest[0].createat]
        found += [(*_said(stored, conversation), conversation.change) for stored in reversed(together)]
    return found


def size_of(stored: StoredMessage) -> int:
    """About how many bytes a message takes in an answer."""
    texts = (stored.content, stored.pic, stored.url, stored.memo)
    return _ROW_BYTES + sum(len(text) if text.isascii() else 3 * len(text) for text in texts)


def history(
    user_id: int, kind: int, dstid: int, before: int | None, after: int | None, limit: int, strangers: bool
) -> tuple[list[rows.Message], bool]:
    """Messages in ascending seq: the nearest below `before`, the first above `after`, or the newest. Both
    bounds are exclusive seqs. And whether the answer would have grown too large, so that it ends before
    `limit`."""
    conversation = locate(user_id, kind, dstid, strangers)
    if conversation is None:
        return [], False
    query = StoredMessage.select().where(StoredMessage.conversation_id == conversation.id)
    if after is not None:
        query = query.where(StoredMessage.seq > after).order_by(StoredMessage.seq)
    else:
        if before is not None:
            query = query.where(StoredMessage.seq < before)
        query = query.order_by(StoredMessage.seq.desc())
    found, more = _fitting(query.limit(limit).iterator(), conversation)
    return found if after is not None else found[::-1], more


def changes(
    user_id: int, kind: int, dstid: int, ver: int, limit: int, strangers: bool
) -> tuple[list[rows.Message], bool]:
    """Messages that changed after `ver`, ascending by ver, and whether there are more."""
    conversation = locate(user_id, kind, dstid, strangers)
    if conversation is None:
        return [], False
    found, more = _fitting(_after(conversation.id, ver, limit + 1), conversation)
    return found[:limit], more or len(found) > limit


def _after(conversation_id: int, ver: int, limit: int) -> Iterator[StoredMessage]:
    """The first messages of a conversation above `ver`, in the order of theirs: at least `limit`, if there
    are so many."""
    m = StoredMessage
    above = m.select().where(m.conversation_id == conversation_id, m.ver > ver).order_by(m.ver)
    if not of_database(database.obj).partial_keys:
        yield from above.limit(limit).iterator()
        return
    # Those that have changed have a key of their own; all others are in the order of their numbers.
    changed = above.where(m.ver != m.seq)
    unchanged = m.select().where(m.conversation_id == conversation_id, m.seq > ver, m.ver == m.seq)
    if (far := changed.select(m.ver).offset(limit).limit(1).scalar()) is not None:
        unchanged = unchanged.where(m.seq < far)  # with the rest, it would walk over all that have changed
    both = (changed.limit(limit).iterator(), unchanged.order_by(m.seq).limit(limit).iterator())
    yield from merge(*both, key=attrgetter("ver"))


def _fitting(
    messages: Iterable[StoredMessage], conversation: Conversation
) -> tuple[list[rows.Message], bool]:
    """The rows of messages for which there is room in an answer, one at least; and whether there are more."""
    found: list[rows.Message] = []
    size = 0
    for stored in messages:
        size += size_of(stored)
        if size > MAX_ANSWER_BYTES and found:
            return found, True
        found.append(wire_row(stored, conversation))
    return found, False
