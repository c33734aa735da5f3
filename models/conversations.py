"""Conversations: what is numbered, and the list of them with what is unread in each.

A conversation's `key` is ``p<low id>-<high id>`` for a single chat and ``g<community id>`` for a room. A row
in `member` is the one rule for who may send to it and read it.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from msgspec import UNSET
from peewee import JOIN, SQL, Case, Expression, ModelSelect, fn

from database.prepared import Prepared, PreparedFor
from models import state
from models.messages import COLUMNS, MAX_ANSWER_BYTES, TEXTS, size_of, wire_row
from models.tables import Conversation, Member, Reaction, StoredMessage, key_of
from models.unread import unread
from protocol import rows
from protocol.messages import ROOM, SINGLE

#: Last messages with no more characters than this are read at once, of longer ones so many: there are never
#: more than some megabytes in memory beyond the answer.
_SHORT, _SLICE = 2000, 64


class Listed(NamedTuple):
    """A conversation as its member sees it, but for its messages. `change`: the latest that concerns this
    member; `peer_read`: how far the other one of a single chat has read, 0 in a group."""

    id: int
    said: int
    kind: int
    dstid: int
    seq: int
    ver: int
    read: int
    peer_read: int
    pinned: int
    muted: int
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


def add_member(conversation_id: int, user_id: int, seq: int, now: int) -> None:
    """Makes `user_id` a member; what was said before, up to `seq`, counts as read. Repeating it changes
    nothing."""
    Member.insert(
        user_id=user_id, conversation_id=conversation_id, read=seq, joined_seq=seq, createat=now
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
    Member.update(said=Member.read + 1).where(silent).execute()  # those messages may be anybody's
    numbers = {"seq": max(seq, found.seq), "ver": max(ver, found.ver)}
    Conversation.update(numbers).where(Conversation.id == found.id).execute()
    return True


def list_newest(user_id: int, before: str, limit: int) -> ConversationList:
    """The caller's conversations that have a message, the one with the newest first. `before`: what `next` of
    the part above said, "" for the top."""
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
    _, told, more = _rows(user_id, _changed(user_id, after, after, limit + 1), limit)
    return ConversationList(told, epoch, told[-1].change if more else change, more)


def _place_of(text: str) -> tuple[int, int]:
    updateat, _, conversation_id = text.partition("-")
    return int(updateat), int(conversation_id)


# --- the queries --------------------------------------------------------------------------------------------

_SINGLE, _ZERO = SQL(str(SINGLE)), SQL("0")
_peer = Member.alias()
#: The one that a member's single chat is with, and the community of a group.
_other = Case(
    None,
    [((Conversation.kind == _SINGLE) & (Conversation.a == Member.user_id), Conversation.b)],
    Conversation.a,
)
#: The number of the latest change of a conversation that concerns a member.
_change = Case(None, [(Conversation.change > Member.change, Conversation.change)], Member.change)


def _mine(*further: Expression) -> ModelSelect:
    """Of a user's conversations, those with a message, as `Listed`; parameters: the user, those of
    `further`, and how many."""
    c, m = Conversation, Member
    return (
        c.select(
            c.id, m.said, c.kind, _other, c.seq, c.ver,
            m.read, fn.COALESCE(_peer.read, _ZERO), m.pinned, m.muted, c.updateat, _change,
        )
        .join(m, on=(m.conversation_id == c.id))
        .join(
            _peer,
            JOIN.LEFT_OUTER,
            on=((c.kind == _SINGLE) & (_peer.user_id == _other) & (_peer.conversation_id == c.id)),
        )
        .where(m.user_id == 0, c.seq > _ZERO, *further)
        .limit(1)
    )  # fmt: skip


_by_time = (Conversation.updateat.desc(), Conversation.id.desc())

_newest = Prepared(lambda: _mine().order_by(*_by_time))

_newest_before = Prepared(
    lambda: _mine(
        (Conversation.updateat < 0) | ((Conversation.updateat == 0) & (Conversation.id < 0))
    ).order_by(*_by_time)
)

_changed = Prepared(lambda: _mine((Conversation.change > 0) | (Member.change > 0)).order_by(_change))


def _last_of(listed: Any, *which: Expression) -> ModelSelect:
    """The last messages of these conversations."""
    c, m = Conversation, StoredMessage
    return (
        m.select(*COLUMNS)
        .join(c, on=((m.conversation_id == c.id) & (m.seq == c.seq)))
        .where(c.id.in_(listed), *which)
    )


_length = sum((fn.LENGTH(text) for text in TEXTS[1:]), fn.LENGTH(TEXTS[0]))

_last = PreparedFor(_last_of)
_short_last = PreparedFor(lambda listed: _last_of(listed, _length <= SQL(str(_SHORT))))

#: What the reader has reacted with to the last messages, in the order of time.
_reacted = PreparedFor(
    lambda listed: (
        Reaction.select(Reaction.conversation_id, Reaction.content)
        .join(
            Conversation,
            on=((Reaction.conversation_id == Conversation.id) & (Reaction.seq == Conversation.seq)),
        )
        .where(Reaction.user_id == 0, Conversation.id.in_(listed))
        .order_by(Reaction.ver)
    )
)

# --- the rows -----------------------------------------------------------------------------------------------


def _rows(
    user_id: int, found: Sequence[tuple[Any, ...]], limit: int
) -> tuple[list[Listed], list[rows.Conversation], bool]:
    """(the conversations told, their rows, whether there are more): as many as `limit` and the size of an
    answer allow, one at least."""
    listed = [Listed._make(values) for values in found[:limit]]
    last, told = _last_messages(user_id, listed)
    more = len(found) > limit or told < len(listed)
    shown = listed[:told]
    counts, named = unread(user_id, [c for c in shown if c.read < c.seq and not _notes(user_id, c)])
    answer = [
        rows.Conversation(
            kind, dstid, seq, ver, read, peer_read, counts.get(id_, 0), named.get(id_, 0),
            pinned, muted, updateat, change, last.get(id_, UNSET),
        )
        for id_, _, kind, dstid, seq, ver, read, peer_read, pinned, muted, updateat, change in shown
    ]  # fmt: skip
    return shown, answer, more


def _notes(user_id: int, conversation: Listed) -> bool:
    """Notes to oneself: all in them is one's own, and never unread."""
    return conversation.dstid == user_id and conversation.kind == SINGLE


def _last_messages(user_id: int, listed: list[Listed]) -> tuple[dict[int, rows.Message], int]:
    """The last message of each conversation by its id, and of how many there was room in the answer. A row
    that is missing in a damaged database does not take the list with it."""
    last: dict[int, rows.Message] = {}
    size = 0
    stored = {values[0]: values for values in _short_last([c.id for c in listed])} if listed else {}
    further = [c.id for c in listed if c.id not in stored]
    for position, c in enumerate(listed):
        # Of the long ones, the next are read when their turn comes.
        if further and c.id == further[0]:
            stored |= {values[0]: values for values in _last(further[:_SLICE])}
            del further[:_SLICE]
        if (values := stored.get(c.id)) is None:
            continue
        message = wire_row(values, user_id, c.kind, c.dstid)
        size += size_of(message)
        if size > MAX_ANSWER_BYTES and position:
            break
        last[c.id] = message
    else:
        position = len(listed)
    reacted = [i for i, message in last.items() if message.reactions]
    for i, content in _reacted(reacted, before=(user_id,)) if reacted else ():
        last[i].mine = [*(last[i].mine or ()), content]
    return last, position
