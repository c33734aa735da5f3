"""Conversations: what is numbered, and the list of them with what is unread in each.

A conversation's `key` is ``p<low id>-<high id>`` for a single chat and ``g<community id>`` for a room. A row
in `member` is the one rule for who may send to it and read it.
"""

from typing import NamedTuple

from peewee import Case, Expression, Model, ModelSelect, fn

from models import state
from models.messages import MAX_ANSWER_BYTES, size_of, wire_row
from models.tables import Conversation, Member, Mention, StoredMessage, key_of
from protocol import rows
from protocol.limits import MAX_UNREAD
from protocol.messages import ROOM, SINGLE, Media

#: Last messages that are read at once: no more than this many of the largest are in memory beyond the answer.
_SLICE = 50


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
    ver = StoredMessage.select(fn.MAX(StoredMessage.ver)).where(of_it).scalar() or 0
    if seq <= found.seq and ver <= found.ver:
        return False
    numbers = {"seq": max(seq, found.seq), "ver": max(ver, found.ver)}
    Conversation.update(numbers).where(Conversation.id == found.id).execute()
    return True


def list_newest(user_id: int, before: str, limit: int) -> ConversationList:
    """The caller's conversations that have a message, the one with the newest first. `before`: what `next` of
    the part above said, "" for the top."""
    change, epoch = state.change(), state.epoch()
    query = _mine(user_id).order_by(Conversation.updateat.desc(), Conversation.id.desc())
    if before:
        updateat, conversation_id = _place_of(before)
        query = query.where(
            (Conversation.updateat < updateat)
            | (Conversation.updateat == updateat) & (Conversation.id < conversation_id)
        )
    found, told, more = _rows(user_id, query, limit)
    following = f"{found[-1].updateat}-{found[-1].id}" if more else ""
    return ConversationList(told, epoch, change, more, following)


def list_changed(user_id: int, after: int, limit: int) -> ConversationList:
    """Those of the caller's conversations that have changed since the list stood at `after`, the oldest
    change first. `change` of the answer is what the next call goes on from."""
    change, epoch = state.change(), state.epoch()
    query = _mine(user_id).where((Conversation.change > after) | (Member.change > after)).order_by(_change())
    _, told, more = _rows(user_id, query, limit)
    return ConversationList(told, epoch, told[-1]["change"] if more else change, more)


def _place_of(text: str) -> tuple[int, int]:
    updateat, _, conversation_id = text.partition("-")
    return int(updateat), int(conversation_id)


def _change() -> Case:
    """The number of the latest change of a conversation that concerns a member."""
    return Case(None, [(Conversation.change > Member.change, Conversation.change)], Member.change)


def _mine(user_id: int) -> ModelSelect:
    return (
        Conversation.select(
            Conversation, Member.read, Member.pinned, Member.muted, Member.change.alias("own_change")
        )
        .join(Member, on=(Member.conversation_id == Conversation.id))
        .where(Member.user_id == user_id, Conversation.seq > 0)
    )


def _rows(
    user_id: int, query: ModelSelect, limit: int
) -> tuple[list[Conversation], list[rows.Conversation], bool]:
    """(the conversations told, their rows, whether there are more): as many as `limit` and the size of an
    answer allow, one at least."""
    found = list(query.limit(limit + 1).objects())
    more = len(found) > limit
    last, told = _last_messages(found[:limit])
    if told < min(limit, len(found)):
        more = True
    shown = found[:told]
    peer_read = _peer_read(user_id, shown)
    behind = [c for c in shown if c.read < c.seq and not _with_oneself(c)]
    unread, mentions = _unread(user_id, behind), _mentions(user_id, behind)
    listed: list[rows.Conversation] = []
    for c in shown:
        row: rows.Conversation = {
            "kind": c.kind,
            "dstid": c.a if c.kind == ROOM or c.b == user_id else c.b,
            "seq": c.seq,
            "ver": c.ver,
            "read": c.read,
            "peer_read": c.read if _with_oneself(c) else peer_read.get(c.id, 0),
            "unread": unread.get(c.id, 0),
            "mentions": mentions.get(c.id, 0),
            "pinned": c.pinned,
            "muted": c.muted,
            "updateat": c.updateat,
            "change": max(c.change, c.own_change),
        }
        if c.id in last:  # a row that is missing in a damaged database does not take the list with it
            row["last"] = last[c.id]
        listed.append(row)
    return shown, listed, more


def _with_oneself(conversation: Conversation) -> bool:
    """Notes: all in them is one's own, and never unread."""
    return conversation.kind == SINGLE and conversation.a == conversation.b


def _last_messages(found: list[Conversation]) -> tuple[dict[int, rows.Message], int]:
    """The last message of each conversation by its id, and of how many there was room in the answer."""
    last: dict[int, rows.Message] = {}
    size = 0
    for start in range(0, len(found), _SLICE):
        part = {c.id: c for c in found[start : start + _SLICE]}
        query = StoredMessage.select().join(
            Conversation,
            on=((StoredMessage.conversation_id == Conversation.id) & (StoredMessage.seq == Conversation.seq)),
        )
        stored = {m.conversation_id: m for m in query.where(Conversation.id.in_(list(part))).objects()}
        for position, conversation in enumerate(part.values(), start):
            message = stored.get(conversation.id)
            if message is None:
                continue
            size += size_of(message)
            if size > MAX_ANSWER_BYTES and position:
                return last, position
            last[conversation.id] = wire_row(message, conversation)
    return last, len(found)


def _peer_read(user_id: int, shown: list[Conversation]) -> dict[int, int]:
    singles = [c.id for c in shown if c.kind == SINGLE]
    query = Member.select(Member.conversation_id, Member.read).where(
        Member.conversation_id.in_(singles), Member.user_id != user_id
    )
    return dict(query.tuples())


def _unread(user_id: int, behind: list[Conversation]) -> dict[int, int]:
    """How many messages lie after the caller's read mark, exact up to `MAX_UNREAD`: neither the caller's own
    nor notices, but for those that name the caller."""
    far = [c for c in behind if c.seq - c.read > MAX_UNREAD and _has_many(user_id, c)]
    near = [c.id for c in behind if c not in far]
    counted = _count(user_id, near, StoredMessage.seq, StoredMessage, StoredMessage.userid != user_id,
                     StoredMessage.media != Media.NOTICE)  # fmt: skip
    rooms = [c.id for c in behind if c.kind == ROOM and c not in far]
    notices = _count_notices(user_id, rooms) if rooms else {}
    unread = {i: min(counted.get(i, 0) + notices.get(i, 0), MAX_UNREAD) for i in near}
    return unread | {c.id: MAX_UNREAD for c in far}


def _has_many(user_id: int, conversation: Conversation) -> bool:
    """Whether `MAX_UNREAD` messages count as unread: walks no further than to the last of them."""
    m = StoredMessage
    query = m.select(m.seq).where(
        m.conversation_id == conversation.id,
        m.seq > conversation.read,
        m.userid != user_id,
        m.media != Media.NOTICE,
    )
    return query.order_by(m.seq).limit(1).offset(MAX_UNREAD - 1).scalar() is not None


def _count_notices(user_id: int, conversation_ids: list[int]) -> dict[int, int]:
    """Notices of others after the read mark that name the caller."""
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


def _mentions(user_id: int, behind: list[Conversation]) -> dict[int, int]:
    """In how many unread messages of others the caller is addressed, by name or with all, exact up to
    `MAX_UNREAD`."""
    ids = [c.id for c in behind if c.seq - c.read <= MAX_UNREAD]
    counted = _count(user_id, ids, fn.DISTINCT(Mention.seq), Mention, *_named(user_id, ids)) if ids else {}
    return counted | {c.id: _some_mentions(user_id, c) for c in behind if c.seq - c.read > MAX_UNREAD}


def _some_mentions(user_id: int, conversation: Conversation) -> int:
    """As `_mentions`, for a conversation where there may be very many: walks no further than it counts."""
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
    """How many rows of `model` after the caller's read mark are `which`, by conversation."""
    query = (
        Member.select(Member.conversation_id, fn.COUNT(what))
        .join(model, on=((model.conversation_id == Member.conversation_id) & (model.seq > Member.read)))
        .where(Member.user_id == user_id, Member.conversation_id.in_(conversation_ids), *which)
        .group_by(Member.conversation_id)
    )
    return dict(query.tuples())
