"""Messages, and what was done to them."""

from peewee import BigIntegerField, CharField, CompositeKey, IntegerField, TextField

from database.base import Base


class StoredMessage(Base):
    """`cid` and `digest` tell a resend from another message under the same cid; `at` is the ids of the people
    addressed, comma-separated; `extra` the fields of the wire that few messages have, as a JSON object. But
    for MySQL the key of cids is without messages that have none, and that of versions has only those whose
    `ver` is not their `seq`. What was done to messages stands here, too, under the negative id of its
    conversation, so that one key decides about the cids of both (`models.done`)."""

    conversation_id = BigIntegerField()
    seq = BigIntegerField()
    ver = BigIntegerField()
    userid = BigIntegerField()
    cid = CharField(max_length=66, null=True)
    digest = BigIntegerField(null=True)
    media = IntegerField()
    content = TextField(default="")
    pic = TextField(default="")
    url = TextField(default="")
    memo = TextField(default="")
    amount = BigIntegerField(default=0)
    ref = BigIntegerField(default=0)
    at = TextField(default="")
    createat = BigIntegerField()
    extra = TextField(null=True)

    class Meta:
        table_name = "message"
        primary_key = CompositeKey("conversation_id", "seq")
        indexes = ((("cid", "userid"), True), (("conversation_id", "ver"), True))


class Mention(Base):
    """`user_id` (0: everybody) is addressed in a message of `author`; kept to count without reading
    messages."""

    user_id = BigIntegerField()
    conversation_id = BigIntegerField()
    seq = BigIntegerField()
    author = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("user_id", "conversation_id", "seq")


class Reaction(Base):
    """`content`: the emoji. `ver`: of the conversation when it came, which is their order."""

    conversation_id = BigIntegerField()
    seq = BigIntegerField()
    user_id = BigIntegerField()
    content = CharField(32)
    ver = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("conversation_id", "seq", "user_id", "content")
        indexes = ((("conversation_id", "seq", "content", "ver"), True),)


class Edit(Base):
    """A text that a message had before: since `createat` (ms), the conversation's `ver` then."""

    conversation_id = BigIntegerField()
    seq = BigIntegerField()
    ver = BigIntegerField()
    content = TextField()
    createat = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("conversation_id", "seq", "ver")


class Pin(Base):
    """A pinned message, by whom; `ver` is the order."""

    conversation_id = BigIntegerField()
    seq = BigIntegerField()
    user_id = BigIntegerField()
    ver = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("conversation_id", "seq")


class Withdrawn(Base):
    """A recalled message; kept to count what is unread without reading messages."""

    conversation_id = BigIntegerField()
    seq = BigIntegerField()
    author = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("conversation_id", "seq")
