"""What is unread: how many messages in each conversation, and how many that name the reader.

A conversation's messages are numbered without a hole. So what lies after a read mark is known without looking
at it, and only what does not count has to be found: one's own messages and notices. Both are few where
much is unread, which is where counting would take long.
"""

from collections.abc import Sequence
from typing import Protocol

from peewee import SQL, Expression, Model, fn

from database.base import database
from database.dialect import of_database
from database.prepared import Prepared, PreparedFor
from models.tables import Member, Mention, StoredMessage
from protocol.limits import MAX_UNREAD
from protocol.messages import ROOM, Media

#: Messages that are counted one by one without a second thought (0.2 µs each).
_FEW = 2000
#: Messages of one's own, in all conversations, that are looked through at most instead.
_MOST_OWN = 20_000
#: In the text of a query: an index for notices alone is only used where the query says what they are.
_NOTICE = SQL(str(int(Media.NOTICE)))


class Behind(Protocol):
    """A conversation in which somebody has not read all."""

    @property
    def id(self) -> int: ...

    @property
    def kind(self) -> int: ...

    @property
    def seq(self) -> int: ...

    @property
    def read(self) -> int: ...


def unread(user_id: int, behind: Sequence[Behind]) -> tuple[dict[int, int], dict[int, int]]:
    """Of these conversations, each exact up to `MAX_UNREAD`: how many messages lie after the reader's mark,
    neither the reader's own nor notices, but for those that name the reader; and in how many of others the
    reader is addressed, by name or with all."""
    if not behind:
        return {}, {}
    counted = _without_counting(user_id, behind)
    rest = [c for c in behind if c.id not in counted]
    far = {c.id for c in rest if c.seq - c.read > MAX_UNREAD and _has_many(user_id, c)}
    counted |= _counted(user_id, [c.id for c in rest if c.id not in far])
    named = {i for (i,) in _with_mentions([c.id for c in behind], user_id, user_id, before=(user_id,))}
    notices = _named_notices(user_id, [c.id for c in behind if c.kind == ROOM and c.id in named])
    found = {c.id: min(counted.get(c.id, 0) + notices.get(c.id, 0), MAX_UNREAD) for c in behind}
    return found | dict.fromkeys(far, MAX_UNREAD), _mentions(user_id, [c for c in behind if c.id in named])


# --- what does not count ------------------------------------------------------------------------------------


def _without_counting(user_id: int, behind: Sequence[Behind]) -> dict[int, int]:
    """Of those for which it is cheaper: what lies after the mark, without one's own and without notices."""
    walk = sum(min(c.seq - c.read, MAX_UNREAD) for c in behind)
    if walk <= _FEW:
        return {}
    mine = _own(user_id, {c.id: c.read for c in behind}, min(walk // 2, _MOST_OWN))
    if mine is None:
        return {}
    rooms = [c.id for c in behind if c.kind == ROOM]
    notices: dict[int, int] = {}
    if of_database(database.obj).partial_indexes:
        notices = dict(_notices(rooms, user_id, before=(user_id,))) if rooms else {}
        rooms = []
    skipped = set(rooms)
    return {
        c.id: c.seq - c.read - mine.get(c.id, 0) - notices.get(c.id, 0) for c in behind if c.id not in skipped
    }


def _own(user_id: int, read: dict[int, int], most: int) -> dict[int, int] | None:
    """How many of one's own messages lie after the mark in each conversation that has any; None when one has
    written more than `most` in all, so that looking through them is no gain."""
    found = _places_of(user_id, most + 1)
    if len(found) > most:
        return None
    counts: dict[int, int] = {}
    for conversation_id, seq in found:
        if seq > read.get(conversation_id, seq):
            counts[conversation_id] = counts.get(conversation_id, 0) + 1
    return counts


#: By the index on (userid, cid), which has the place beside it.
_places_of = Prepared(
    lambda: (
        StoredMessage.select(StoredMessage.conversation_id, StoredMessage.seq)
        .where(StoredMessage.userid == 0)
        .limit(1)
    )
)

#: Notices of others after the mark.
_notices = PreparedFor(
    lambda listed: (
        Member.select(Member.conversation_id, fn.COUNT(StoredMessage.seq))
        .join(
            StoredMessage,
            on=(
                (StoredMessage.conversation_id == Member.conversation_id)
                & (StoredMessage.seq > Member.read)
                & (StoredMessage.media == _NOTICE)
            ),
        )
        .where(Member.user_id == 0, Member.conversation_id.in_(listed), StoredMessage.userid != 0)
        .group_by(Member.conversation_id)
    )
)

#: In which conversations the reader is named after the mark at all.
_with_mentions = PreparedFor(
    lambda listed: Member.select(Member.conversation_id).where(
        Member.user_id == 0,
        Member.conversation_id.in_(listed),
        fn.EXISTS(
            Mention.select(Mention.seq).where(
                Mention.user_id.in_([SQL("0"), 0]),
                Mention.conversation_id == Member.conversation_id,
                Mention.seq > Member.read,
                Mention.author != 0,
            )
        ),
    )
)

# --- counted one by one -------------------------------------------------------------------------------------


def _counted(user_id: int, ids: list[int]) -> dict[int, int]:
    if not ids:
        return {}
    m = StoredMessage
    return _count(user_id, ids, m.seq, m, m.userid != user_id, m.media != Media.NOTICE)


def _has_many(user_id: int, conversation: Behind) -> bool:
    """Whether `MAX_UNREAD` messages count as unread: walks no further than to the last of them."""
    m = StoredMessage
    query = m.select(m.seq).where(
        m.conversation_id == conversation.id,
        m.seq > conversation.read,
        m.userid != user_id,
        m.media != Media.NOTICE,
    )
    return query.order_by(m.seq).limit(1).offset(MAX_UNREAD - 1).scalar() is not None


def _named_notices(user_id: int, conversation_ids: list[int]) -> dict[int, int]:
    """Notices of others after the read mark that name the reader."""
    if not conversation_ids:
        return {}
    query = (
        Member.select(Member.conversation_id, fn.COUNT(fn.DISTINCT(Mention.seq)))
        .join(Mention, on=((Mention.conversation_id == Member.conversation_id) & (Mention.seq > Member.read)))
        .join(
            StoredMessage,
            on=(
                (StoredMessage.conversation_id == Mention.conversation_id)
                & (StoredMessage.seq == Mention.seq)
                & (StoredMessage.media == Media.NOTICE)
            ),
        )
        .where(*_named(user_id, conversation_ids))
        .group_by(Member.conversation_id)
    )
    return dict(query.tuples())


def _mentions(user_id: int, named: Sequence[Behind]) -> dict[int, int]:
    ids = [c.id for c in named if c.seq - c.read <= MAX_UNREAD]
    counted = _count(user_id, ids, fn.DISTINCT(Mention.seq), Mention, *_named(user_id, ids)) if ids else {}
    return counted | {c.id: _some_mentions(user_id, c) for c in named if c.seq - c.read > MAX_UNREAD}


def _some_mentions(user_id: int, conversation: Behind) -> int:
    """As `_mentions`, where there may be very many: walks no further than it counts."""
    query = Mention.select(Mention.seq).where(
        Mention.conversation_id == conversation.id,
        Mention.seq > conversation.read,
        Mention.user_id.in_([0, user_id]),
        Mention.author != user_id,
    )
    return int(query.distinct().limit(MAX_UNREAD).count())


def _named(user_id: int, conversation_ids: list[int]) -> tuple[Expression, ...]:
    return (
        Member.user_id == user_id,
        Member.conversation_id.in_(conversation_ids),
        Mention.user_id.in_([0, user_id]),
        Mention.author != user_id,
    )


def _count(
    user_id: int, conversation_ids: list[int], what: object, model: type[Model], *which: object
) -> dict[int, int]:
    """How many rows of `model` after the reader's mark are `which`, by conversation."""
    query = (
        Member.select(Member.conversation_id, fn.COUNT(what))
        .join(model, on=((model.conversation_id == Member.conversation_id) & (model.seq > Member.read)))
        .where(Member.user_id == user_id, Member.conversation_id.in_(conversation_ids), *which)
        .group_by(Member.conversation_id)
    )
    return dict(query.tuples())
