"""Stored messages: the rows of the log, and the ways to read them. A message's place is (conversation_id,
seq), its primary key."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import merge
from operator import itemgetter
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET
from peewee import SQL, Expression, Field, ModelSelect, Ordering

from database.base import database
from database.dialect import of_database
from database.prepared import PreparedFor
from models.access import locate
from models.fitting import fitting
from models.ids import MAX_SEQ, place_of, public_id
from models.previews import BARE
from models.tables import Member, Mention, Reaction, StoredMessage
from models.views import MARK, Reading, View, unhidden
from protocol import rows
from protocol.messages import ROOM

#: A client's cid has at most 64 characters; a longer one was given by the log to a message without one.
MAX_CLIENT_CID = 64

_ROW_BYTES = 250  #: of a message without its texts
_ID_BYTES = 17

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
    StoredMessage.extra,
)
_seq_of, _ver_of = itemgetter(1), itemgetter(2)
_decode = msgspec.json.Decoder(dict[str, Any]).decode
#: In `extra`: the id of the record that a message shows.
RECORD = "record"
#: What of it is the server's own affair.
_UNTOLD = (RECORD, BARE)
#: Those of a message that may be long.
TEXTS = (StoredMessage.content, StoredMessage.pic, StoredMessage.url, StoredMessage.memo)


def people_of(at: str) -> list[int]:
    """The ids in a stored `at`; what is none, in a damaged row, is left out."""
    return [int(user_id) for user_id in at.split(",") if user_id.isdecimal()]


M = TypeVar("M", bound=rows.Message)


def wire_row(
    stored: Stored, reader_id: int, kind: int, dstid: int, of: type[rows.Message] = rows.Message
) -> rows.Message:
    """A stored message as the wire has it, of the conversation that its reader means by (kind, dstid); `of`:
    as what kind of row."""
    (
        conversation_id, seq, ver, userid, cid, media, content, pic, url, memo, amount, ref, at, createat,
        extra,
    ) = stored  # fmt: skip
    meant = dstid if kind == ROOM or userid == reader_id else reader_id
    message = of(
        public_id(conversation_id, seq), userid, meant, kind, media,
        content or UNSET, pic or UNSET, url or UNSET, memo or UNSET, amount or UNSET,
        _client_cid(cid) or UNSET, ref or UNSET, (at and people_of(at)) or UNSET, seq, ver, createat,
    )  # fmt: skip
    if extra:
        for name, value in _decode(extra).items():
            if name not in _UNTOLD:
                setattr(message, name, value)
    return message


def _client_cid(cid: str | None) -> str | None:
    return cid if cid and len(cid) <= MAX_CLIENT_CID else None


def size_of(message: rows.Message) -> int:
    """About how many bytes a message takes in an answer."""
    size = _ROW_BYTES
    for text in (message.content, message.pic, message.url, message.memo):
        if text:
            size += len(text) if text.isascii() else 3 * len(text)
    if message.preview:
        size += sum(3 * len(str(told)) for told in message.preview.values())
    if message.reactions:
        size += sum(50 + _ID_BYTES * len(kind["who"]) for kind in message.reactions.values())
    return size


def history(
    user_id: int, kind: int, dstid: int, before: int | None, after: int | None, limit: int, strangers: bool
) -> tuple[list[rows.Message], bool]:
    """Messages in ascending seq: the nearest below `before`, the first above `after`, or the newest. Both
    bounds are exclusive seqs. And whether the answer would have grown too large, so that it ends before
    `limit`."""
    view = locate(user_id, kind, dstid, strangers)
    if view is None:
        return [], False
    if after is not None:
        above = _first_above.each(view, max(after, view.cleared), limit)
        return _fitting(above, user_id, kind, dstid)
    bound = MAX_SEQ + 1 if before is None else before
    below = _nearest_below.each(view, bound, view.cleared, limit)
    found, more = _fitting(below, user_id, kind, dstid)
    return found[::-1], more


def changes(
    user_id: int, kind: int, dstid: int, ver: int, limit: int, strangers: bool
) -> tuple[list[rows.Message], bool]:
    """Messages that changed after `ver`, ascending by ver, and whether there are more."""
    view = locate(user_id, kind, dstid, strangers)
    if view is None:
        return [], False
    found, more = _fitting(after(view, ver, limit + 1), user_id, kind, dstid)
    return found[:limit], more or len(found) > limit


def around(
    user_id: int, kind: int, dstid: int, seq: int, limit: int, strangers: bool
) -> tuple[list[rows.Message], bool, bool]:
    """Messages on both sides of `seq`, with its own, in ascending order; and whether there are more before
    and after them."""
    view = locate(user_id, kind, dstid, strangers)
    if view is None:
        return [], False, False
    below = _nearest_below(view, seq, view.cleared, limit + 1)
    above = _first_above(view, max(seq - 1, view.cleared), limit + 1)
    earlier = min(len(below), limit // 2)
    later = min(len(above), limit - earlier)
    earlier = min(len(below), limit - later)
    up, cut_up = _fitting(above[:later], user_id, kind, dstid)
    down, cut_down = _fitting(below[:earlier], user_id, kind, dstid)
    return [*down[::-1], *up], cut_down or len(below) > earlier, cut_up or len(above) > later


def some(user_id: int, kind: int, dstid: int, ids: Sequence[int], strangers: bool) -> list[rows.Message]:
    """Those of these messages that are of the conversation, in ascending seq."""
    view = locate(user_id, kind, dstid, strangers)
    if view is None:
        return []
    seqs = [seq for where, seq in map(place_of, ids) if where == view.id]
    return these(view, seqs, kind, dstid)


def stored_among(view: View, seqs: Sequence[int]) -> list[Stored]:
    """Those of the messages with these numbers that can be seen, ascending, as they are stored."""
    seqs = [seq for seq in seqs if seq > view.cleared]
    if not seqs:
        return []
    of_it = (view.id, view.user_id) if view.hidden else (view.id,)
    found = (_unhidden_with_numbers if view.hidden else _with_numbers)(seqs, before=of_it)
    return sorted(found, key=_seq_of)


def mentions(user_id: int, kind: int, dstid: int, limit: int, strangers: bool) -> list[rows.Message]:
    """The first messages of others after the caller's mark that name the caller, or everybody."""
    view = locate(user_id, kind, dstid, strangers)
    if view is None:
        return []
    seqs = _naming(view, user_id, user_id, user_id, limit)
    return these(view, [seq for (seq,) in seqs], kind, dstid)


def these(view: View, seqs: Sequence[int], kind: int, dstid: int) -> list[rows.Message]:
    """Those of the messages with these numbers that can be seen, ascending, as far as there is room in an
    answer."""
    return _fitting(stored_among(view, seqs), view.user_id, kind, dstid)[0]


def after(view: View, ver: int, limit: int) -> Iterator[Stored]:
    """The first messages of a conversation above `ver`, in the order of theirs: at least `limit`, if there
    are so many."""
    if not of_database(database.obj).partial_indexes:
        return _first_since.each(view, ver, view.cleared, limit)
    # Those that have changed have a key of their own; all others are in the order of their numbers.
    far = _place_of_changed(view, ver, view.cleared, limit)
    end = far[0][0] if far else MAX_SEQ + 1  # without, it would walk over all that have changed
    return merge(
        _first_changed.each(view, ver, view.cleared, limit),
        _first_unchanged.each(view, max(ver, view.cleared), end, limit),
        key=_ver_of,
    )


def _fitting(
    messages: Iterable[Stored], reader_id: int, kind: int, dstid: int
) -> tuple[list[rows.Message], bool]:
    """The rows of messages for which there is room in an answer; and whether there are more."""
    found, more = fitting((wire_row(stored, reader_id, kind, dstid) for stored in messages), size_of)
    return with_mine(found, reader_id), more


def with_mine(found: list[M], reader_id: int) -> list[M]:
    """With what the reader has reacted with, of messages of one conversation."""
    reacted = {message.seq: message for message in found if message.reactions}
    if reacted:
        place, _ = place_of(next(iter(reacted.values())).id)
        for seq, content in _reacted(list(reacted), reader_id, before=(place,)):
            message = reacted[seq]
            message.mine = [*(message.mine or ()), content]
    return found


# --- the queries: a conversation, numbers, and how many -----------------------------------------------------


def _those(*which: Expression, order: Ordering | Field) -> Reading:
    of_it = StoredMessage.conversation_id == 0

    def make(*seen: Expression) -> ModelSelect:
        return StoredMessage.select(*COLUMNS).where(of_it, *seen, *which).order_by(order).limit(1)

    return Reading(StoredMessage, make)


_seq, _ver = StoredMessage.seq, StoredMessage.ver
#: Above another number.
_nearest_below = _those(_seq < 0, _seq > 0, order=_seq.desc())
_first_above = _those(_seq > 0, order=_seq)
#: By their versions, above a number; a bare column would tempt the planner to take the key of numbers.
_above = (_seq + SQL("0")) > 0
_first_since = _those(_ver > 0, _above, order=_ver)
_first_changed = _those(_ver > 0, _ver != _seq, _above, order=_ver)
#: Below another number.
_first_unchanged = _those(_seq > 0, _seq < 0, _ver == _seq, order=_seq)


def _changed(*seen: Expression) -> ModelSelect:
    which = (StoredMessage.conversation_id == 0, *seen, _ver > 0, _ver != _seq, _above)
    return StoredMessage.select(_ver).where(*which).order_by(_ver).limit(SQL("1")).offset(1)


#: The version of the one after so many.
_place_of_changed = Reading(StoredMessage, _changed)


def _numbered(*seen: Expression) -> Callable[[Any], ModelSelect]:
    which = StoredMessage.conversation_id == 0, *seen
    return lambda listed: StoredMessage.select(*COLUMNS).where(*which, _seq.in_(listed))


_with_numbers = PreparedFor(_numbered())
_unhidden_with_numbers = PreparedFor(_numbered(unhidden(StoredMessage)))

#: The reader's own, in the order of time.
_reacted = PreparedFor(
    lambda listed: (
        Reaction.select(Reaction.seq, Reaction.content)
        .where(Reaction.conversation_id == 0, Reaction.seq.in_(listed), Reaction.user_id == 0)
        .order_by(Reaction.ver)
    )
)


def _named(*seen: Expression) -> ModelSelect:
    return (
        Mention.select(Mention.seq)
        .distinct()
        .join(Member, on=(Member.conversation_id == Mention.conversation_id))
        .where(
            Mention.conversation_id == 0,
            *seen,
            Member.user_id == 0,
            Mention.user_id.in_([SQL("0"), 0]),
            Mention.author != 0,
            Mention.seq > MARK,
        )
        .order_by(Mention.seq)
        .limit(1)
    )


#: Three times the reader.
_naming = Reading(Mention, _named)
