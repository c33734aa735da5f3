"""Stored messages: the rows of the log, and the ways to read them.

A message's place is (conversation_id, seq), its primary key. The public `id` is computed from the place, so
that a reference to a message needs no index of its own.
"""

from models.access import locate
from models.tables import Conversation, StoredMessage
from protocol.messages import ROOM, Message, Receipt

#: id = conversation_id << 27 | seq: 2^26 conversations of 2^27 messages stay below 2^53.
SEQ_BITS = 27
MAX_SEQ = 2**SEQ_BITS - 1
MAX_CONVERSATION = 2**26 - 1

#: A client's cid has at most 64 characters; a longer one was given by the log to a message without one.
MAX_CLIENT_CID = 64


def _people(at: str) -> list[int] | None:
    return [int(user_id) for user_id in at.split(",")] if at else None


def public_id(conversation_id: int, seq: int) -> int:
    return conversation_id << SEQ_BITS | seq


def wire_row(stored: StoredMessage, conversation: Conversation) -> dict:
    """A stored message as the wire has it, the way its author addressed it."""
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
    return message.row(Receipt(place, stored.seq, stored.ver, stored.createat))


def history(
    user_id: int, kind: int, dstid: int, before: int | None, after: int | None, limit: int, strangers: bool
) -> list[dict]:
    """Messages in ascending seq: the nearest below `before`, the first above `after`, or the newest. Both
    bounds are exclusive seqs."""
    conversation = locate(user_id, kind, dstid, strangers)
    if conversation is None:
        return []
    query = StoredMessage.select().where(StoredMessage.conversation_id == conversation.id)
    if after is not None:
        found = list(query.where(StoredMessage.seq > after).order_by(StoredMessage.seq).limit(limit))
    else:
        if before is not None:
            query = query.where(StoredMessage.seq < before)
        found = list(query.order_by(StoredMessage.seq.desc()).limit(limit))[::-1]
    return [wire_row(stored, conversation) for stored in found]


def changes(
    user_id: int, kind: int, dstid: int, ver: int, limit: int, strangers: bool
) -> tuple[list[dict], bool]:
    """Messages that changed after `ver`, ascending by ver, and whether there are more."""
    conversation = locate(user_id, kind, dstid, strangers)
    if conversation is None:
        return [], False
    found = list(
        StoredMessage.select()
        .where(StoredMessage.conversation_id == conversation.id, StoredMessage.ver > ver)
        .order_by(StoredMessage.ver)
        .limit(limit + 1)
    )
    return [wire_row(stored, conversation) for stored in found[:limit]], len(found) > limit
