"""What is numbered: single chats and rooms, and who belongs to them.

A conversation's `key` is ``p<low id>-<high id>`` for a single chat and ``g<community id>`` for a room. A row
in `member` is the one rule for who may send to it and read it. All functions run in the caller's transaction.
"""

from peewee import BigAutoField, BigIntegerField, CharField, CompositeKey, SmallIntegerField

from models.base import Base
from protocol.message import ROOM, SINGLE


class Conversation(Base):
    """`seq` numbers its messages, `ver` its changes; `updateat` is the time of the last change (ms)."""

    id = BigAutoField()
    key = CharField(max_length=40, unique=True)
    kind = SmallIntegerField()
    #: the two users of a single chat, lower id first; the community of a room, and 0
    a = BigIntegerField()
    b = BigIntegerField(default=0)
    seq = BigIntegerField(default=0)
    ver = BigIntegerField(default=0)
    updateat = BigIntegerField(default=0)


class Member(Base):
    """One user in one conversation. `read`: the seq up to which they have read."""

    user_id = BigIntegerField()
    conversation_id = BigIntegerField(index=True)
    read = BigIntegerField(default=0)
    pinned = SmallIntegerField(default=0)
    muted = SmallIntegerField(default=0)
    joined_seq = BigIntegerField(default=0)
    createat = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("user_id", "conversation_id")


def key_of(user_id: int, kind: int, dstid: int) -> str:
    """The key of the conversation that `user_id` means by (kind, dstid)."""
    if kind == ROOM:
        return f"g{dstid}"
    return f"p{user_id}-{dstid}" if user_id < dstid else f"p{dstid}-{user_id}"


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


def find(user_id: int, kind: int, dstid: int) -> Conversation | None:
    """The conversation with the caller's `read` on it, or None where they are no member."""
    return (
        Conversation.select(Conversation, Member.read)
        .join(Member, on=(Member.conversation_id == Conversation.id))
        .where(Conversation.key == key_of(user_id, kind, dstid), Member.user_id == user_id)
        .objects()
        .first()
    )
