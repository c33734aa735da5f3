"""What members hide of a conversation and clear, for themselves alone.

The log does it in its transaction, with the conversation locked. When the rows of the batch are written,
`see` notes what the last is that the member sees then, so that the list need not look for it.
"""

from collections.abc import Iterable, Sequence

from peewee import SQL

from database.prepared import Prepared
from models.access import locate
from models.fitting import MAX_ANSWER_BYTES
from models.tables import Hidden, Member, StoredMessage
from protocol import rows
from protocol.messages import Media

#: (first seq, last seq, how many of them would be unread)
Range = tuple[int, int, int]

#: Hidden ranges with nothing but notices between them are passed one by one, so many at most.
_MOST_PASSED = 100

#: Bytes of a range in an answer, at most.
_RANGE_BYTES = 48


def hide(user_id: int, conversation_id: int, seqs: Iterable[int]) -> list[int]:
    """Hides those of these messages that are there and can be seen; which."""
    m = StoredMessage
    wanted = m.select(m.seq, m.userid, m.media).where(
        m.conversation_id == conversation_id,
        m.seq.in_(list(seqs)),
        m.seq > cleared(user_id, conversation_id),
    )
    found: list[Range] = [
        (seq, seq, int(author != user_id and media != Media.NOTICE))
        for seq, author, media in wanted.order_by(m.seq).tuples()
    ]
    there = {one for run in _joined(found) for one in _touching(user_id, conversation_id, *run[:2])}
    new = [one for one in found if not any(low <= one[0] <= high for low, high, _ in there)]
    if new:
        _replace(user_id, conversation_id, there, set(_joined([*there, *new])))
    return [seq for seq, _, _ in new]


def clear(user_id: int, conversation_id: int, seq: int) -> bool:
    """Hides all up to `seq`, for good; False when that is so already."""
    mine = _of(Member, user_id, conversation_id)
    if not Member.update(cleared=seq).where(*mine, Member.cleared < seq).execute():
        return False
    for low, high, counts in _nearest(user_id, conversation_id, seq):
        Hidden.delete().where(*_of(Hidden, user_id, conversation_id), Hidden.low <= seq).execute()
        if high > seq:  # what goes is looked through, so that however often it is cut nothing is twice
            counts -= counting(user_id, conversation_id, low - 1, seq)
            _insert(user_id, conversation_id, [(seq + 1, high, counts)])
        Member.update(hidden=Member.hidden + 1).where(*mine).execute()
    return True


def cleared(user_id: int, conversation_id: int) -> int:
    """Up to where a member has cleared."""
    (seq,) = Member.select(Member.cleared).where(*_of(Member, user_id, conversation_id)).tuples().get()
    return int(seq)


def see(user_id: int, conversation_id: int, seq: int, updateat: int) -> None:
    """Notes what the last is that a member sees of a conversation which has come to `seq`, at `updateat`."""
    mine = _of(Member, user_id, conversation_id)
    floor = cleared(user_id, conversation_id)
    last = seq
    for low, high, _ in _nearest(user_id, conversation_id, seq):
        last = low - 1 if high >= seq else seq
    last = last if last > floor else 0
    view = {"view_seq": seq, "view_last": last, "view_time": updateat, "view_at": 0}
    if last:
        view["view_at"] = _time_of(user_id, conversation_id, floor, last) or updateat
    Member.update(view).where(*mine).execute()


def ranges(user_id: int, kind: int, dstid: int, after: int, strangers: bool) -> tuple[list[rows.Range], bool]:
    """What the caller has hidden, from the first range that begins above `after` on; and whether there are
    more than an answer has room for."""
    view = locate(user_id, kind, dstid, strangers)
    if view is None or not view.hidden:
        return [], False
    most = MAX_ANSWER_BYTES // _RANGE_BYTES
    found = _above(user_id, view.id, after, most + 1)
    return [{"low": low, "high": high} for low, high in found[:most]], len(found) > most


def counting(user_id: int, conversation_id: int, after: int, to: int) -> int:
    """How many messages of others, but for notices, there are after a seq, up to another."""
    return int(_counting(conversation_id, after, to, user_id)[0][0])


# --- the ranges ---------------------------------------------------------------------------------------------


def _of(model: type[Member] | type[Hidden], user_id: int, conversation_id: int) -> tuple[object, object]:
    return model.user_id == user_id, model.conversation_id == conversation_id


def _joined(found: Sequence[Range]) -> list[Range]:
    """Ranges that don't overlap, as one where they touch."""
    joined: list[Range] = []
    for low, high, counts in sorted(found):
        if joined and low == joined[-1][1] + 1:
            first, _, before = joined.pop()
            low, counts = first, before + counts
        joined.append((low, high, counts))
    return joined


def _touching(user_id: int, conversation_id: int, low: int, high: int) -> list[Range]:
    """The ranges that hold one of these numbers or one beside them. Of those that begin in time only the last
    few can end so late, since no two of them touch."""
    most = (high - low) // 2 + 3
    begun = _nearest(user_id, conversation_id, high + 1, most)
    return [one for one in begun if one[1] >= low - 1]


def _nearest(user_id: int, conversation_id: int, seq: int, most: int = 1) -> list[Range]:
    """The ranges that begin last at or before `seq`, the last first."""
    found = _begun(user_id, conversation_id, seq, most)
    return [(low, high, counts) for low, high, counts in found]


def _replace(user_id: int, conversation_id: int, there: set[Range], then: set[Range]) -> None:
    mine = _of(Hidden, user_id, conversation_id)
    if gone := [low for low, _, _ in there - then]:
        Hidden.delete().where(*mine, Hidden.low.in_(gone)).execute()
    _insert(user_id, conversation_id, sorted(then - there))
    Member.update(hidden=Member.hidden + 1).where(*_of(Member, user_id, conversation_id)).execute()


def _insert(user_id: int, conversation_id: int, some: Sequence[Range]) -> None:
    Hidden.insert_many([(user_id, conversation_id, *one) for one in some]).execute()


def _time_of(user_id: int, conversation_id: int, bound: int, last: int) -> int:
    """When the last message was said that the member sees and that is no notice; of nothing but notices, the
    first. 0 where its row is missing. `bound`: what is cleared; `last`: the last message of any kind."""
    for _ in range(_MOST_PASSED):
        floor, further = bound, 0
        for low, high, _ in _nearest(user_id, conversation_id, last):
            floor, further = max(bound, high), low - 1
        if found := _said(conversation_id, last, floor):
            return int(found[0][0])
        if further <= bound:
            break
        last = further
    first = StoredMessage.select(StoredMessage.createat).where(
        StoredMessage.conversation_id == conversation_id, StoredMessage.seq == floor + 1
    )
    return first.scalar() or 0


_begun = Prepared(
    lambda: (
        Hidden.select(Hidden.low, Hidden.high, Hidden.counts)
        .where(Hidden.user_id == 0, Hidden.conversation_id == 0, Hidden.low <= 0)
        .order_by(Hidden.low.desc())
        .limit(1)
    )
)

_above = Prepared(
    lambda: (
        Hidden.select(Hidden.low, Hidden.high)
        .where(Hidden.user_id == 0, Hidden.conversation_id == 0, Hidden.low > 0)
        .order_by(Hidden.low)
        .limit(1)
    )
)

_NOTICE = SQL(str(int(Media.NOTICE)))

#: The last message at or before one number and after another that is no notice.
_said = Prepared(
    lambda: (
        StoredMessage.select(StoredMessage.createat)
        .where(
            StoredMessage.conversation_id == 0,
            StoredMessage.seq <= 0,
            StoredMessage.seq > 0,
            StoredMessage.media != _NOTICE,
        )
        .order_by(StoredMessage.seq.desc())
        .limit(SQL("1"))
    )
)

_counting = Prepared(
    lambda: StoredMessage.select(SQL("COUNT(*)")).where(
        StoredMessage.conversation_id == 0,
        StoredMessage.seq > 0,
        StoredMessage.seq <= 0,
        StoredMessage.userid != 0,
        StoredMessage.media != _NOTICE,
    )
)
