"""Stored messages: the rows of the log, and the ways to read them.

A message's place is (conversation_id, seq), its primary key. The public `id` is computed from the place, so
that a reference to a message needs no index of its own.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from heapq import merge
from operator import attrgetter, or_
from typing import NamedTuple, Protocol

from peewee import ModelSelect

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


class Stored(NamedTuple):
    """A row of the log, as far as the wire tells of it; made in a third of the time that a model takes."""

    conversation_id: int
    seq: int
    ver: int
    userid: int
    cid: str | None
    media: int
    content: str
    pic: str
    url: str
    memo: str
    amount: int
    ref: int
    at: str
    createat: int


#: What is selected for a `Stored`.
COLUMNS = tuple(getattr(StoredMessage, name) for name in Stored._fields)


class Addressed(Protocol):
    """Of a conversation what tells whom its messages are for."""

    @property
    def kind(self) -> int: ...

    @property
    def a(self) -> int: ...

    @property
    def b(self) -> int: ...


def _people(at: str) -> list[int] | None:
    """The ids in a stored `at`; what is none, in a damaged row, is left out."""
    return [int(user_id) for user_id in at.split(",") if user_id.isdecimal()] if at else None


def public_id(conversation_id: int, seq: int) -> int:
    return conversation_id << SEQ_BITS | seq


def wire_row(stored: Stored, conversation: Addressed) -> rows.Message:
    """A stored message as the wire has it."""
    (conversation_id, seq, ver, userid, cid, media, content, pic, url, memo, amount, ref, at, createat) = (
        stored
    )
    return rows.message_row(
        public_id(conversation_id, seq), userid, _dstid(userid, conversation), conversation.kind, media,
        content, pic, url, memo, amount, _client_cid(cid), ref, _people(at), seq, ver, createat,
    )  # fmt: skip


def _dstid(userid: int, conversation: Addressed | Conversation) -> int:
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


def size_of(stored: Stored) -> int:
    """About how many bytes a message takes in an answer."""
    size = _ROW_BYTES
    for text in (stored.content, stored.pic, stored.url, stored.memo):
        if text:
            size += len(text) if text.isascii() else 3 * len(text)
    return size


def history(
    user_id: int, kind: int, dstid: int, before: int | None, after: int | None, limit: int, strangers: bool
) -> tuple[list[rows.Message], bool]:
    """Messages in ascending seq: the nearest below `before`, the first above `after`, or the newest. Both
    bounds are exclusive seqs. And whether the answer would have grown too large, so that it ends before
    `limit`."""
    conversation = locate(user_id, kind, dstid, strangers)
    if conversation is None:
        return [], False
    query = StoredMessage.select(*COLUMNS).where(StoredMessage.conversation_id == conversation.id)
    if after is not None:
        query = query.where(StoredMessage.seq > after).order_by(StoredMessage.seq)
    else:
        if before is not None:
            query = query.where(StoredMessage.seq < before)
        query = query.order_by(StoredMessage.seq.desc())
    found, more = _fitting(_rows(query.limit(limit)), conversation)
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


def _after(conversation_id: int, ver: int, limit: int) -> Iterator[Stored]:
    """The first messages of a conversation above `ver`, in the order of theirs: at least `limit`, if there
    are so many."""
    m = StoredMessage
    of_it = m.select(*COLUMNS).where(m.conversation_id == conversation_id)
    above = of_it.where(m.ver > ver).order_by(m.ver)
    if not of_database(database.obj).partial_indexes:
        yield from _rows(above.limit(limit))
        return
    # Those that have changed have a key of their own; all others are in the order of their numbers.
    changed = above.where(m.ver != m.seq)
    unchanged = of_it.where(m.seq > ver, m.ver == m.seq).order_by(m.seq)
    if (far := changed.select(m.ver).offset(limit).limit(1).scalar()) is not None:
        unchanged = unchanged.where(m.seq < far)  # with the rest, it would walk over all that have changed
    yield from merge(_rows(changed.limit(limit)), _rows(unchanged.limit(limit)), key=attrgetter("ver"))


def _rows(query: ModelSelect) -> Iterator[Stored]:
    """What a query for `COLUMNS` finds."""
    return map(Stored._make, query.tuples().iterator())


def _fitting(messages: Iterable[Stored], conversation: Conversation) -> tuple[list[rows.Message], bool]:
    """The rows of messages for which there is room in an answer, one at least; and whether there are more."""
    found: list[rows.Message] = []
    size = 0
    for stored in messages:
        size += size_of(stored)
        if size > MAX_ANSWER_BYTES and found:
            return found, True
        found.append(wire_row(stored, conversation))
    return found, False
