"""Conversations: what is numbered, and the list of them with what is unread in each.

A conversation's `key` is ``p<low id>-<high id>`` for a single chat and ``g<community id>`` for a room. A row
in `member` is the one rule for who may send to it and read it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import UNSET
from peewee import JOIN, SQL, Case, Expression, ModelSelect, Node, fn

from database.prepared import Prepared
from models import state
from models.last import last_messages
from models.tables import DISSOLVED, MEMBER, Conversation, Member, Setting, StoredMessage, key_of
from models.unread import unread
from models.views import MARK
from protocol import rows
from protocol.messages import ROOM, SINGLE


class Listed(NamedTuple):
    """A conversation as its member sees it, but for its messages. `mark`: up to here nothing is unread;
    `last`: the number of the last message that they see, 0 for none; `updateat`: when the last one was said
    that moves it in their list. `change`: the latest that concerns this member; `peer_read`: how far the
    other one of a single chat has read, 0 in a group and where one of both does not want that seen. `left`: 1
    for a group that is over, or that they have left: then `seq` and `ver` are those of that time."""

    id: int
    said: int
    mark: int
    kind: int
    dstid: int
    seq: int
    ver: int
    read: int
    peer_read: int
    pinned: int
    muted: int
    archived: int
    marked: int
    cleared: int
    hidden: int
    left: int
    last: int
    updateat: int
    change: int


class ConversationList(NamedTuple):
    """A part of somebody's list. `change`: the change number at which it stands. `next`: where the part after
    it begins, "" for the last; `more`: whether there is one."""

    rows: "list[rows.Conversation]"
    epoch: int
    change: int
    more: bool
    next: str = ""


def open_single(a: int, b: int, now: int) -> int:
    """The id of the single chat of two users (or of one with oneself), made with its members if need be."""
    low, high = sorted((a, b))
    conversation_id = _open(key_of(a, SINGLE, b), SINGLE, low, high, now)
    seq = Conversation.select(Conversation.seq).where(Conversation.id == conversation_id).scalar()
    for user_id in {low, high}:
        add_member(conversation_id, user_id, seq, now)
    return conversation_id


def open_room(community_id: int, now: int) -> int:
    """The id of a community's conversation, made if need be, without members."""
    return _open(key_of(0, ROOM, community_id), ROOM, community_id, 0, now)


def _open(key: str, kind: int, a: int, b: int, now: int) -> int:
    Conversation.insert(key=key, kind=kind, a=a, b=b, updateat=now).on_conflict_ignore().execute()
    return int(Conversation.select(Conversation.id).where(Conversation.key == key).scalar())


def add_member(conversation_id: int, user_id: int, seq: int, now: int, role: int = MEMBER) -> None:
    """Makes `user_id` a member; what was said before, up to `seq`, counts as read. Repeating it changes
    nothing."""
    Member.insert(
        user_id=user_id, conversation_id=conversation_id, read=seq, joined_seq=seq, createat=now, role=role
    ).on_conflict_ignore().execute()


def catch_up(key: str) -> bool:
    """Puts a conversation that is behind its own messages on the numbers that they have; False when it is
    not."""
    found = Conversation.get_or_none(Conversation.key == key)
    if found is None:
        return False
    of_it = StoredMessage.conversation_id == found.id
    seq = StoredMessage.select(fn.MAX(StoredMessage.seq)).where(of_it).scalar() or 0
    # By the key of those whose version is not their number: all others are not above `seq`.
    changed = StoredMessage.select(fn.MAX(StoredMessage.ver)).where(
        of_it, StoredMessage.ver != StoredMessage.seq
    )
    ver = max(seq, changed.scalar() or 0)
    if seq <= found.seq and ver <= found.ver:
        return False
    silent = (Member.conversation_id == found.id) & (Member.said == 0) & (Member.read < seq)
    silent &= Member.cleared < seq
    Member.update(said=MARK + 1).where(silent).execute()  # those messages may be anybody's
    numbers = {"seq": max(seq, found.seq), "ver": max(ver, found.ver)}
    Conversation.update(numbers).where(Conversation.id == found.id).execute()
    return True


def arrange(user_id: int, conversation_id: int, wanted: Mapping[str, int]) -> dict[str, int]:
    """Sets what a member has `pinned`, `muted`, `archived` and `marked`, 0 or 1 each; what was not so."""
    mine = (Member.user_id == user_id, Member.conversation_id == conversation_id)
    stands = Member.select(Member.pinned, Member.muted, Member.archived, Member.marked).where(*mine)
    present = stands.dicts().get()
    changed = {name: value for name, value in wanted.items() if present[name] != value}
    if changed:
        Member.update(changed).where(*mine).execute()
    return changed


def list_newest(user_id: int, before: str, limit: int) -> ConversationList:
    """The caller's conversations in which they see a message, the one with the newest first. `before`: what
    `next` of the part above said, "" for the top."""
    change, epoch = state.change(), state.epoch()
    if before:
        updateat, conversation_id = _place_of(before)
        found = _newest_before(user_id, updateat, updateat, conversation_id, limit + 1)
    else:
        found = _newest(user_id, limit + 1)
    shown, told, more = _rows(user_id, found, limit)
    following = f"{shown[-1].updateat}-{shown[-1].id}" if more else ""
    return ConversationList(told, epoch, change, more, following)


def list_changed(user_id: int, after: int, limit: int) -> ConversationList:
    """Those of the caller's conversations that have changed since the list stood at `after`, the oldest
    change first. `change` of the answer is what the next call goes on from."""
    change, epoch = state.change(), state.epoch()
    if _switched(after, 1):
        found = _changed_or_switched(user_id, *[after] * 4, limit + 1)
    else:
        found = _changed(user_id, after, after, limit + 1)
    _, told, more = _rows(user_id, found, limit)
    return ConversationList(told, epoch, told[-1].change if more else change, more)


def one(user_id: int, kind: int, dstid: int) -> rows.Conversation | None:
    """One of the caller's conversations, also without a message; None where they are no member."""
    found = _one(user_id, key_of(user_id, kind, dstid), 1)
    return _rows(user_id, found, 1)[1][0] if found else None


def _place_of(text: str) -> tuple[int, int]:
    updateat, _, conversation_id = text.partition("-")
    return int(updateat), int(conversation_id)


# --- the queries --------------------------------------------------------------------------------------------

_SINGLE, _ZERO, _ONE = SQL(str(SINGLE)), SQL("0"), SQL("1")
_peer = Member.alias()
#: As a column: the one that a member's single chat is with, and the community of a group.
other = Case(
    None,
    [((Conversation.kind == _SINGLE) & (Conversation.a == Member.user_id), Conversation.b)],
    Conversation.a,
)
_own, _others = Setting.alias(), Setting.alias()
#: No group, nor notes to oneself.
_between_two = (Conversation.kind == _SINGLE) & (Conversation.a != Conversation.b)
#: Where none of both has switched read receipts off.
_told = (fn.COALESCE(_own.read, _ONE) == _ONE) & (fn.COALESCE(_others.read, _ONE) == _ONE)
_peer_read = Case(None, [(_told, fn.COALESCE(_peer.read, _ZERO))], _ZERO)


def _greater(one: Node, other: Node) -> Node:
    return Case(None, [(one > other, one)], other)


_out = Member.role == _ZERO  # a group that the member has left
_left = Case(None, [(_out, _ONE), (Conversation.bars.bin_and(SQL(str(DISSOLVED))) > _ZERO, _ONE)], _ZERO)
_decided = _greater(fn.COALESCE(_own.change, _ZERO), fn.COALESCE(_others.change, _ZERO))
#: The number of the latest change of a conversation that concerns a member.
_change = Case(
    None, [(_out, Member.change)], _greater(_greater(Conversation.change, Member.change), _decided)
)
#: The last message that a member sees (`Member.view_last`); 0 for none.
_last_seen = Case(
    None, [(_out, _ZERO), (Conversation.seq > Member.view_seq, Conversation.seq)], Member.view_last
)
#: A group that they have left is on their list until they clear it.
_sees_any = ((Conversation.seq > Member.view_seq) & (Member.role > _ZERO)) | (Member.view_last > _ZERO)
#: When the conversation moved in a member's list. Where they saw nothing, and nothing but notices came since:
#: with the first of these.
_moved = Case(
    None,
    [
        (_out, Member.view_at),
        (Conversation.updateat != Member.view_time, Conversation.updateat),
        (Member.view_at > _ZERO, Member.view_at),
        (
            Conversation.seq > Member.view_seq,
            fn.COALESCE(
                StoredMessage.select(StoredMessage.createat).where(
                    StoredMessage.conversation_id == Conversation.id,
                    StoredMessage.seq == Member.view_seq + _ONE,
                ),
                Conversation.updateat,
            ),
        ),
    ],
    Conversation.updateat,
)


def _mine(*which: Expression) -> ModelSelect:
    """Those of a user's conversations as `Listed`; parameters: the user, those of `which`, and how many."""
    c, m = Conversation, Member
    return (
        c.select(
            c.id, m.said, MARK, c.kind, other,
            Case(None, [(_out, m.view_seq)], c.seq), Case(None, [(_out, m.view_time)], c.ver),
            m.read, _peer_read, m.pinned, m.muted, m.archived, m.marked, m.cleared,
            m.hidden, _left, _last_seen, _moved.alias("moved"), _change,
        )
        .join(m, on=(m.conversation_id == c.id))
        .join(
            _peer,
            JOIN.LEFT_OUTER,
            on=((c.kind == _SINGLE) & (_peer.user_id == other) & (_peer.conversation_id == c.id)),
        )
        .join(_own, JOIN.LEFT_OUTER, on=(_between_two & (_own.user_id == m.user_id)))
        .join(_others, JOIN.LEFT_OUTER, on=(_between_two & (_others.user_id == other)))
        .where(m.user_id == 0, *which)
        .limit(1)
    )  # fmt: skip


#: By its name: SQLite works out an expression with a query in it twice.
_by_time = (SQL("moved DESC"), Conversation.id.desc())

_newest = Prepared(lambda: _mine(_sees_any).order_by(*_by_time))

_newest_before = Prepared(
    lambda: _mine(_sees_any, (_moved < 0) | ((_moved == 0) & (Conversation.id < 0))).order_by(*_by_time)
)

#: One that is cleared has changed, too.
_changed = Prepared(
    lambda: _mine(
        Conversation.seq > _ZERO, ((Conversation.change > 0) & (Member.role > _ZERO)) | (Member.change > 0)
    ).order_by(_change)
)

#: The same where somebody has switched their receipts since, which most often nobody has.
_changed_or_switched = Prepared(
    lambda: _mine(
        Conversation.seq > _ZERO,
        ((Conversation.change > 0) & (Member.role > _ZERO))
        | (Member.change > 0)
        | (_own.change > 0)
        | (_others.change > 0),
    ).order_by(_change)
)

_switched = Prepared(lambda: Setting.select(Setting.user_id).where(Setting.change > 0).limit(1))

_one = Prepared(lambda: _mine(Conversation.key == ""))


# --- the rows -----------------------------------------------------------------------------------------------


def _rows(
    user_id: int, found: Sequence[tuple[Any, ...]], limit: int
) -> tuple[list[Listed], list[rows.Conversation], bool]:
    """(the conversations told, their rows, whether there are more): as many as `limit` and the size of an
    answer allow, one at least."""
    listed = [Listed._make(values) for values in found[:limit]]
    last, told = last_messages(user_id, listed)
    more = len(found) > limit or told < len(listed)
    shown = listed[:told]
    # All in notes to oneself is one's own, and never unread.
    behind = [c for c in shown if c.mark < c.seq and (c.dstid != user_id or c.kind != SINGLE)]
    counts, named = unread(user_id, behind)
    answer = [
        rows.Conversation(
            kind, dstid, seq, ver, read, peer_read, counts.get(id_, 0), named.get(id_, 0),
            pinned, muted, archived, marked, cleared, hidden, left, updateat, change, last.get(id_, UNSET),
        )
        for (
            id_, _, _, kind, dstid, seq, ver, read, peer_read, pinned, muted, archived, marked, cleared,
            hidden, left, _, updateat, change,
        ) in shown
    ]  # fmt: skip
    return shown, answer, more
