"""Conversations, who is in them, and what they have hidden."""

from peewee import BigAutoField, BigIntegerField, CharField, CompositeKey, SmallIntegerField

from database.base import Base
from protocol.limits import MAX_ALIAS
from protocol.messages import ROOM


class Conversation(Base):
    """`seq` numbers its messages, `ver` its changes; `updateat` is the time of the last message (ms) and
    orders the list. `change`: the installation's change number of the latest of all that concerns every
    member. `bars`: why nobody writes there as usual."""

    id = BigAutoField()
    key = CharField(max_length=40, unique=True)
    kind = SmallIntegerField()
    #: the two users of a single chat, lower id first; the community of a room, and 0
    a = BigIntegerField()
    b = BigIntegerField(default=0)
    seq = BigIntegerField(default=0)
    ver = BigIntegerField(default=0)
    updateat = BigIntegerField(default=0)
    change = BigIntegerField(default=0)
    bars = SmallIntegerField(default=0)


#: What somebody is in a conversation. `LEFT`: they were in the group, and are not any more. In single chats
#: both are members.
LEFT, MEMBER, ADMIN, OWNER = 0, 1, 2, 3

#: Why a member of a single chat may not write: they are no friends any more, or one of both blocks the other.
NOT_FRIENDS, BLOCKED = 1, 2
#: Of a member of a group: until some time; of a group: its ordinary members until some time, or everybody for
#: ever.
MUTED, DISSOLVED = 4, 8


class Member(Base):
    """One user in one conversation, as `role`. `bars`: 0, or why they may not write as usual, several reasons
    added (`models.access` says them). `read`: the seq up to which they have read. `cleared`: up to which they
    see nothing any more. `said`: 0 when no message after both is their own, else a seq above with none of
    theirs between. `marked`: shown as unread until they read. `hidden`: moves when what they have
    hidden does. `change`: the change number of the latest of all that concerns this member alone.

    What they saw when something was last hidden or cleared: `view_last`, the last message, while the
    conversation's seq is `view_seq`; `view_at`, the time that places it in their list, while its `updateat`
    is `view_time`. Both are 0 where they saw nothing.

    In groups: `called`, their name there (the alias of the wire); `muted_until` (ms). Whose conversation
    began when they came has cleared all before. Of who has left, `view_seq` and `view_time` are the
    conversation's seq and ver as they were then: they learn no later ones."""

    user_id = BigIntegerField()
    conversation_id = BigIntegerField()
    read = BigIntegerField(default=0)
    said = BigIntegerField(default=0)
    pinned = SmallIntegerField(default=0)
    muted = SmallIntegerField(default=0)
    archived = SmallIntegerField(default=0)
    marked = SmallIntegerField(default=0)
    cleared = BigIntegerField(default=0)
    hidden = BigIntegerField(default=0)
    view_seq = BigIntegerField(default=0)
    view_last = BigIntegerField(default=0)
    view_time = BigIntegerField(default=0)
    view_at = BigIntegerField(default=0)
    joined_seq = BigIntegerField(default=0)
    createat = BigIntegerField()
    change = BigIntegerField(default=0)
    role = SmallIntegerField(default=MEMBER)
    bars = SmallIntegerField(default=0)
    called = CharField(MAX_ALIAS, default="")
    muted_until = BigIntegerField(default=0)

    class Meta:
        primary_key = CompositeKey("user_id", "conversation_id")
        indexes = (
            (("conversation_id", "role", "createat", "user_id"), False),
            (("conversation_id", "cleared"), False),
        )


class Hidden(Base):
    """Messages that a member has hidden, from `low` to `high`; no two of these touch. `counts`: how many of
    them would be unread, being others' and no notices."""

    user_id = BigIntegerField()
    conversation_id = BigIntegerField()
    low = BigIntegerField()
    high = BigIntegerField()
    counts = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("user_id", "conversation_id", "low")


def key_of(user_id: int, kind: int, dstid: int) -> str:
    """The key of the conversation that `user_id` means by (kind, dstid)."""
    if kind == ROOM:
        return f"g{dstid}"
    return f"p{user_id}-{dstid}" if user_id < dstid else f"p{dstid}-{user_id}"
