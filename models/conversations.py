"""Conversations: what is numbered, the list of them with what is unread in each, and moving the read mark.

A conversation's `key` is ``p<low id>-<high id>`` for a single chat and ``g<community id>`` for a room. A row
in `member` is the one rule for who may send to it and read it.
"""

from peewee import fn

from models.access import locate
from models.messages import wire_row
from models.state import epoch
from models.tables import Conversation, Member, Mention, StoredMessage, key_of
from protocol.messages import ROOM, SINGLE


def open_single(a: int, b: int, now: int) -> int:
    """The id of the single chat of two users (or of one with oneself), made with its members if need be."""
    low, high = sorted((a, b))
    conversation_id = _open(key_of(a, SINGLE, b), SINGLE, low, high, now)
    for user_id in {low, high}:
        add_member(conversation_id, user_id, now)
    return conversation_id


def open_room(community_id: int, now: int) -> int:
    """The id of a community's conversation, made if need be, without members."""
    return _open(key_of(0, ROOM, community_id), ROOM, community_id, 0, now)


def _open(key: str, kind: int, a: int, b: int, now: int) -> int:
    Conversation.insert(key=key, kind=kind, a=a, b=b, updateat=now).on_conflict_ignore().execute()
    return Conversation.select(Conversation.id).where(Conversation.key == key).scalar()


def add_member(conversation_id: int, user_id: int, now: int) -> None:
    """Makes `user_id` a member; what was said before counts as read. Repeating it changes nothing."""
    seq = Conversation.select(Conversation.seq).where(Conversation.id == conversation_id).scalar()
    Member.insert(
        user_id=user_id, conversation_id=conversation_id, read=seq, joined_seq=seq, createat=now
    ).on_conflict_ignore().execute()


def conversations_and_epoch(user_id: int, after: int | None, limit: int) -> tuple[list[dict], int]:
    """`conversations`, and the epoch they belong to."""
    return conversations(user_id, after, limit), epoch()


def conversations(user_id: int, after: int | None, limit: int) -> list[dict]:
    """The caller's conversations that have a message, newest change first; `after`: only those changed since
    (ms). Each with its last message, read marks and numbers."""
    query = (
        Conversation.select(Conversation, Member.read, Member.pinned, Member.muted)
        .join(Member, on=(Member.conversation_id == Conversation.id))
        .where(Member.user_id == user_id, Conversation.seq > 0)
        .order_by(Conversation.updateat.desc(), Conversation.id.desc())
        .limit(limit)
    )
    if after is not None:
        query = query.where(Conversation.updateat > after)
    found = {conversation.id: conversation for conversation in query.objects()}
    last = _last_messages(found)
    peer_read = _peer_read(user_id, found)
    behind = [c.id for c in found.values() if c.read < c.seq]
    unread, mentions = _unread(user_id, behind), _mentions(user_id, behind)
    rows = []
    for c in found.values():
        dstid = c.a if c.kind == ROOM or c.b == user_id else c.b
        rows.append(
            {
                "kind": c.kind,
                "dstid": dstid,
                "seq": c.seq,
                "ver": c.ver,
                "read": c.read,
                "peer_read": c.read if c.kind == SINGLE and c.a == c.b else peer_read.get(c.id, 0),
                "unread": unread.get(c.id, 0),
                "mentions": mentions.get(c.id, 0),
                "last": last[c.id],
                "pinned": c.pinned,
                "muted": c.muted,
                "updateat": c.updateat,
            }
        )
    return rows


def _last_messages(found: dict[int, Conversation]) -> dict[int, dict]:
    query = (
        StoredMessage.select()
        .join(
            Conversation,
            on=((StoredMessage.conversation_id == Conversation.id) & (StoredMessage.seq == Conversation.seq)),
        )
        .where(Conversation.id.in_(list(found)))
    )
    return {m.conversation_id: wire_row(m, found[m.conversation_id]) for m in query.objects()}


def _peer_read(user_id: int, found: dict[int, Conversation]) -> dict[int, int]:
    singles = [c.id for c in found.values() if c.kind == SINGLE]
    query = Member.select(Member.conversation_id, Member.read).where(
        Member.conversation_id.in_(singles), Member.user_id != user_id
    )
    return dict(query.tuples())


def _unread(user_id: int, conversation_ids: list[int]) -> dict[int, int]:
    """How many messages of others lie after the caller's read mark."""
    query = (
        Member.select(Member.conversation_id, fn.COUNT(StoredMessage.seq))
        .join(
            StoredMessage,
            on=(
                (StoredMessage.conversation_id == Member.conversation_id) & (StoredMessage.seq > Member.read)
            ),
        )
        .where(
            Member.user_id == user_id,
            Member.conversation_id.in_(conversation_ids),
            StoredMessage.userid != user_id,
        )
        .group_by(Member.conversation_id)
    )
    return dict(query.tuples())


def _mentions(user_id: int, conversation_ids: list[int]) -> dict[int, int]:
    """In how many unread messages of others the caller is addressed, by name or with all."""
    query = (
        Member.select(Member.conversation_id, fn.COUNT(fn.DISTINCT(Mention.seq)))
        .join(
            Mention,
            on=((Mention.conversation_id == Member.conversation_id) & (Mention.seq > Member.read)),
        )
        .where(
            Member.user_id == user_id,
            Member.conversation_id.in_(conversation_ids),
            Mention.user_id.in_([0, user_id]),
            Mention.author != user_id,
        )
        .group_by(Member.conversation_id)
    )
    return dict(query.tuples())


def mark_read(user_id: int, kind: int, dstid: int, seq: int, strangers: bool) -> int:
    """Moves the caller's read mark up to `seq`, held to the end. Returns where it stands when it moved, else
    0: a lower seq changes nothing."""
    conversation = locate(user_id, kind, dstid, strangers)
    if conversation is None:
        return 0
    seq = min(seq, conversation.seq)
    moved = (
        Member.update(read=seq)
        .where(Member.user_id == user_id, Member.conversation_id == conversation.id, Member.read < seq)
        .execute()
    )
    return seq if moved else 0
