"""What is unread: how many messages in each conversation, and how many that name the reader.

A conversation's messages are numbered without a hole. So what lies after a mark, the read one or that up to
which all is cleared, is known without looking at it, and only what does not count has to be found: notices,
what was recalled, what the reader has hidden, and one's own messages, of which the member's row tells whether
there are any and from where on (`Member.said`).
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from peewee import SQL, Expression, Model, Query, fn

from database.base import database
from database.dialect import of_database
from database.prepared import Prepared, PreparedFor
from models.hidden import counting
from models.tables import Hidden, Member, Mention, StoredMessage, Withdrawn
from models.views import MARK, unhidden
from protocol.limits import MAX_UNREAD
from protocol.messages import ROOM, Media

#: In the text of a query: an index for notices alone is only used where the query says what they are.
_NOTICE = SQL(str(int(Media.NOTICE)))
_ONE = SQL("1")


class Behind(Protocol):
    """A conversation in which somebody has not read all."""

    @property
    def id(self) -> int: ...

    @property
    def kind(self) -> int: ...

    @property
    def seq(self) -> int: ...

    @property
    def ver(self) -> int: ...

    @property
    def mark(self) -> int: ...

    @property
    def hidden(self) -> int: ...

    @property
    def said(self) -> int: ...


def unread(user_id: int, behind: Sequence[Behind]) -> tuple[dict[int, int], dict[int, int]]:
    """By conversation, each exact up to `MAX_UNREAD`: how many messages lie after the reader's mark, neither
    the reader's own nor notices, but for those that name the reader; and in how many of others the reader is
    addressed, by name or with all. What is missing is 0."""
    if not behind:
        return {}, {}
    counts = _counts(user_id, behind)
    named_in = {i for (i,) in _with_mentions([c.id for c in behind], user_id, user_id, before=(user_id,))}
    named = [c for c in behind if c.id in named_in] if named_in else []
    for conversation_id, count in _named_notices(user_id, [c for c in named if c.kind == ROOM]).items():
        counts[conversation_id] = counts.get(conversation_id, 0) + count
    return {i: min(count, MAX_UNREAD) for i, count in counts.items()}, _mentions(user_id, named)


# --- what does not count ------------------------------------------------------------------------------------


def _counts(user_id: int, behind: Sequence[Behind]) -> dict[int, int]:
    """How many messages of others after the mark are no notices; some number above `MAX_UNREAD` may be too
    large."""
    gone = _gone(user_id, behind)
    looked_through: list[Behind] = []
    if not of_database(database.obj).partial_indexes:
        looked_through = [c for c in behind if c.kind == ROOM]
        behind = [c for c in behind if c.kind != ROOM]
    rooms = [c.id for c in behind if c.kind == ROOM]
    notices = dict(_notices(rooms, before=(user_id,))) if rooms else {}
    silent = {c.id: notices.get(c.id, 0) + gone.get(c.id, 0) for c in behind}
    counts = {c.id: c.seq - c.mark - silent[c.id] for c in behind}
    own: list[int] = []
    for c in behind:
        if c.said:
            # All before it is of others; how many of what does not count are after it is not known.
            enough = MAX_UNREAD - max(c.said - 1 - c.mark - silent[c.id], 0) + gone.get(c.id, 0)
            if enough > 0 and not (counts[c.id] >= MAX_UNREAD and _has_many(user_id, c.id, c.said, enough)):
                own.append(c.id)
    for conversation_id, count in _own(own, before=(user_id,)) if own else ():
        counts[conversation_id] -= count
    return counts | _looked_through(user_id, looked_through, gone)


def _gone(user_id: int, behind: Sequence[Behind]) -> Counter[int]:
    """How many messages of others after the mark, but for notices, are recalled or hidden."""
    # As long as the version is the number of the last message, nothing was ever done to any.
    plain = [c.id for c in behind if c.ver != c.seq and not c.hidden]
    gone = Counter(dict(_recalled(plain, before=(user_id,)))) if plain else Counter[int]()
    marks = {c.id: c.mark for c in behind if c.hidden}
    if marks:
        gone.update(dict(_recalled_unhidden(list(marks), before=(user_id,))))
        for conversation_id, low, high, counts in _hidden(list(marks), before=(user_id,)):
            mark = marks[conversation_id]
            if counts and low <= mark:
                counts = counting(user_id, conversation_id, mark, high)
            gone[conversation_id] += counts
    return gone


def _each(*which: Expression) -> Callable[[Any], Query]:
    """How many messages of a member's conversation are `which`, for each of a list of them. A query in the
    row of each takes half the time of a join, and leaves no planner a choice."""
    of_it = StoredMessage.conversation_id == Member.conversation_id
    count = StoredMessage.select(fn.COUNT(SQL("*"))).where(of_it, *which)
    return lambda listed: Member.select(Member.conversation_id, count).where(
        Member.user_id == 0, Member.conversation_id.in_(listed)
    )


#: One's own messages after the mark.
_own = PreparedFor(_each(StoredMessage.seq >= Member.said, StoredMessage.userid == Member.user_id))

#: Notices of others after the mark.
_notices = PreparedFor(
    _each(
        StoredMessage.seq > MARK,
        StoredMessage.userid != Member.user_id,
        StoredMessage.media == _NOTICE,
    )
)


def _recalls(*seen: Expression) -> Callable[[Any], Query]:
    after = (Withdrawn.conversation_id == Member.conversation_id) & (Withdrawn.seq > MARK)
    return lambda listed: (
        Member.select(Member.conversation_id, fn.COUNT(SQL("*")))
        .join(Withdrawn, on=after)
        .where(
            Member.user_id == 0,
            Member.conversation_id.in_(listed),
            Withdrawn.author != Member.user_id,
            *seen,
        )
        .group_by(Member.conversation_id)
    )


#: Recalled messages of others after the mark.
_recalled = PreparedFor(_recalls())
_recalled_unhidden = PreparedFor(_recalls(unhidden(Withdrawn, Member.user_id)))

#: What the reader has hidden after the mark.
_hidden = PreparedFor(
    lambda listed: (
        Member.select(Hidden.conversation_id, Hidden.low, Hidden.high, Hidden.counts)
        .join(
            Hidden,
            on=(
                (Hidden.user_id == Member.user_id)
                & (Hidden.conversation_id == Member.conversation_id)
                & (Hidden.high > MARK)
            ),
        )
        .where(Member.user_id == 0, Member.conversation_id.in_(listed))
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
                Mention.seq > MARK,
                Mention.author != 0,
            )
        ),
    )
)

# --- counted one by one -------------------------------------------------------------------------------------


def _looked_through(user_id: int, behind: Sequence[Behind], gone: Mapping[int, int]) -> dict[int, int]:
    """Where no index has the notices."""
    long = [c for c in behind if c.seq - c.mark > MAX_UNREAD]
    far = {c.id for c in long if _has_many(user_id, c.id, c.mark + 1, MAX_UNREAD + gone.get(c.id, 0))}
    ids = [c.id for c in behind if c.id not in far]
    m = StoredMessage
    counted = _count(user_id, ids, m.seq, m, m.userid != user_id, m.media != Media.NOTICE) if ids else {}
    counted = {i: count - gone.get(i, 0) for i, count in counted.items()}
    return counted | dict.fromkeys(far, MAX_UNREAD)


def _has_many(user_id: int, conversation_id: int, first: int, enough: int) -> bool:
    """Whether of a conversation's messages from `first` on `enough` count as unread: walks no further than to
    the last of them."""
    return bool(_place_of(conversation_id, first, user_id, enough - 1))


_place_of = Prepared(
    lambda: (
        StoredMessage.select(StoredMessage.seq)
        .where(
            StoredMessage.conversation_id == 0,
            StoredMessage.seq >= 0,
            StoredMessage.userid != 0,
            StoredMessage.media != _NOTICE,
        )
        .order_by(StoredMessage.seq)
        .limit(_ONE)
        .offset(0)
    )
)


def _named_notices(user_id: int, named: Sequence[Behind]) -> dict[int, int]:
    """Notices of others after the mark that name the reader."""
    if not named:
        return {}
    query = (
        Member.select(Member.conversation_id, fn.COUNT(fn.DISTINCT(Mention.seq)))
        .join(Mention, on=((Mention.conversation_id == Member.conversation_id) & (Mention.seq > MARK)))
        .join(
            StoredMessage,
            on=(
                (StoredMessage.conversation_id == Mention.conversation_id)
                & (StoredMessage.seq == Mention.seq)
                & (StoredMessage.media == Media.NOTICE)
            ),
        )
        .where(Member.user_id == user_id, Member.conversation_id.in_([c.id for c in named]))
        .where(*_naming(user_id, named))
        .group_by(Member.conversation_id)
    )
    return dict(query.tuples())


def _mentions(user_id: int, named: Sequence[Behind]) -> dict[int, int]:
    few = [c for c in named if c.seq - c.mark <= MAX_UNREAD]
    ids = [c.id for c in few]
    counted = _count(user_id, ids, fn.DISTINCT(Mention.seq), Mention, *_naming(user_id, few)) if ids else {}
    return counted | {c.id: _some_mentions(user_id, c) for c in named if c.seq - c.mark > MAX_UNREAD}


def _some_mentions(user_id: int, conversation: Behind) -> int:
    """As `_mentions`, where there may be very many: walks no further than it counts."""
    query = Mention.select(Mention.seq).where(
        Mention.conversation_id == conversation.id,
        Mention.seq > conversation.mark,
        *_naming(user_id, [conversation]),
    )
    return int(query.distinct().limit(MAX_UNREAD).count())


def _naming(user_id: int, named: Sequence[Behind]) -> list[Expression]:
    """That a row of `mention` counts for this reader of these conversations."""
    which = [Mention.user_id.in_([0, user_id]), Mention.author != user_id]
    return [*which, unhidden(Mention, user_id)] if any(c.hidden for c in named) else which


def _count(
    user_id: int, conversation_ids: list[int], what: object, model: type[Model], *which: object
) -> dict[int, int]:
    """How many rows of `model` after the reader's mark are `which`, by conversation."""
    query = (
        Member.select(Member.conversation_id, fn.COUNT(what))
        .join(model, on=((model.conversation_id == Member.conversation_id) & (model.seq > MARK)))
        .where(Member.user_id == user_id, Member.conversation_id.in_(conversation_ids), *which)
        .group_by(Member.conversation_id)
    )
    return dict(query.tuples())
