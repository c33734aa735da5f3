"""Stored messages: the rows of the log, and the ways to read them.

A message's place is (conversation_id, seq), its primary key. The public `id` is computed from the place, so
that a reference to a message needs no index of its own.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from heapq import merge
from operator import itemgetter, or_
from typing import Any

from msgspec import UNSET
from peewee import SQL, Expression, Field, ModelSelect, Ordering

from database.base import database
from database.dialect import of_database
from database.prepared import Prepared
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


#: A row of the log, as far as the wire tells of it: the values of `COLUMNS`.
Stored = tuple[Any, ...]
COLUMNS = (
    StoredMessage.conversation_id,
    StoredMessage.seq,
    StoredMessage.ver,
    StoredMessage.userid,
    StoredMessage.cid,
    StoredMessage.media,
    StoredMessage.content,
    StoredMessage.pic,
    StoredMessage.url,
    StoredMessage.memo,
    StoredMessage.amount,
    StoredMessage.ref,
    StoredMessage.at,
    StoredMessage.createat,
)
_ver_of = itemgetter(2)
#: Those of a message that may be long.
TEXTS = (StoredMessage.content, StoredMessage.pic, StoredMessage.url, StoredMessage.memo)


def _people(at: str) -> list[int]:
    """The ids in a stored `at`; what is none, in a damaged row, is left out."""
    return [int(user_id) for user_id in at.split(",") if user_id.isdecimal()]


def public_id(conversation_id: int, seq: int) -> int:
    return conversation_id << SEQ_BITS | seq


def wire_row(stored: Stored, reader_id: int, kind: int, dstid: int) -> rows.Message:
    """A stored message as the wire has it, of the conversation that its reader means by (kind, dstid)."""
    (conversation_id, seq, ver, userid, cid, media, content, pic, url, memo, amount, ref, at, createat) = (
        stored
    )
    meant = dstid if kind == ROOM or userid == reader_id else reader_id
    return rows.Message(
        public_id(conversation_id, seq), userid, meant, kind, media,
        content or UNSET, pic or UNSET, url or UNSET, memo or UNSET, amount or UNSET,
        _client_cid(cid) or UNSET, ref or UNSET, (at and _people(at)) or UNSET, seq, ver, createat,
    )  # fmt: skip


def _dstid(userid: int, conversation: Conversation) -> int:
    """Whom the author of a message meant by it."""
    if conversation.kind == ROOM or userid != conversation.a:
        return conversation.a
    return conversation.b


def _client_cid(cid: str | None) -> str | None:
    return cid if cid and len(cid) <= MAX_CLIENT_CID else None


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
        _client_cid(stored.cid),
        stored.ref,
        _people(stored.at) or None,
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


def size_of(message: rows.Message) -> int:
    """About how many bytes a message takes in an answer."""
    size = _ROW_BYTES
    for text in (message.content, message.pic, message.url, message.memo):
        if text:
            size += len(text) if text.isascii() else 3 * len(text)
    return size


def history(
    user_id: int, kind: int, dstid: int, before: int | None, after: int | None, limit: int, strangers: bool
) -> tuple[list[rows.Message], bool]:
    """Messages in ascending seq: the nearest below `before`, the first above `after`, or the newest. Both
    bounds are exclusive seqs. And whether the answer would have grown too large, so that it ends before
    `limit`."""
    conversation_id = locate(user_id, kind, dstid, strangers)
    if conversation_id is None:
        return [], False
    if after is not None:
        return _fitting(_first_above.each(conversation_id, after, limit), user_id, kind, dstid)
    bound = MAX_SEQ + 1 if before is None else before
    found, more = _fitting(_nearest_below.each(conversation_id, bound, limit), user_id, kind, dstid)
    return found[::-1], more


def changes(
    user_id: int, kind: int, dstid: int, ver: int, limit: int, strangers: bool
) -> tuple[list[rows.Message], bool]:
    """Messages that changed after `ver`, ascending by ver, and whether there are more."""
    conversation_id = locate(user_id, kind, dstid, strangers)
    if conversation_id is None:
        return [], False
    found, more = _fitting(_after(conversation_id, ver, limit + 1), user_id, kind, dstid)
    return found[:limit], more or len(found) > limit


def _after(conversation_id: int, ver: int, limit: int) -> Iterator[Stored]:
    """The first messages of a conversation above `ver`, in the order of theirs: at least `limit`, if there
    are so many."""
    if not of_database(database.obj).partial_indexes:
        return _first_since.each(conversation_id, ver, limit)
    # Those that have changed have a key of their own; all others are in the order of their numbers.
    far = _place_of_changed(conversation_id, ver, limit)
    end = far[0][0] if far else MAX_SEQ + 1  # without, it would walk over all that have changed
    return merge(
        _first_changed.each(conversation_id, ver, limit),
        _first_unchanged.each(conversation_id, ver, end, limit),
        key=_ver_of,
    )


def _fitting(
    messages: Iterable[Stored], reader_id: int, kind: int, dstid: int
) -> tuple[list[rows.Message], bool]:
    """The rows of messages for which there is room in an answer, one at least; and whether there are more."""
    found: list[rows.Message] = []
    size = 0
    for stored in messages:
        message = wire_row(stored, reader_id, kind, dstid)
        size += size_of(message)
        if size > MAX_ANSWER_BYTES and found:
            return found, True
        found.append(message)
    return found, False


# --- the queries: a conversation, a number, and how many ----------------------------------------------------


def _those(*which: Expression, order: Ordering | Field) -> Callable[[], ModelSelect]:
    of_it = StoredMessage.conversation_id == 0
    return lambda: StoredMessage.select(*COLUMNS).where(of_it, *which).order_by(order).limit(1)


_seq, _ver = StoredMessage.seq, StoredMessage.ver
_nearest_below = Prepared(_those(_seq < 0, order=_seq.desc()))
_first_above = Prepared(_those(_seq > 0, order=_seq))
_first_since = Prepared(_those(_ver > 0, order=_ver))
_first_changed = Prepared(_those(_ver > 0, _ver != _seq, order=_ver))
#: Below another number.
_first_unchanged = Prepared(_those(_seq > 0, _seq < 0, _ver == _seq, order=_seq))
#: The version of the one after so many.
_place_of_changed = Prepared(
    lambda: (
        StoredMessage.select(_ver)
        .where(StoredMessage.conversation_id == 0, _ver > 0, _ver != _seq)
        .order_by(_ver)
        .limit(SQL("1"))
        .offset(1)
    )
)
