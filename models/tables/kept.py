"""What somebody keeps, and what was forwarded as one."""

from peewee import (
    BigAutoField,
    BigIntegerField,
    CharField,
    CompositeKey,
    IntegerField,
    SmallIntegerField,
    TextField,
)

from database.base import Base
from protocol.limits import MAX_URL


class Favorite(Base):
    """`message`: the row as it was, as JSON. `record`: the chat record that it shows."""

    id = BigAutoField()
    user_id = BigIntegerField()
    conversation_id = BigIntegerField()
    seq = BigIntegerField()
    message = TextField()
    createat = BigIntegerField()
    record = BigIntegerField(null=True)

    class Meta:
        indexes = ((("user_id", "conversation_id", "seq"), True), (("user_id", "id"), False))


class Sticker(Base):
    id = BigAutoField()
    user_id = BigIntegerField()
    url = CharField(MAX_URL)
    createat = BigIntegerField()

    class Meta:
        indexes = ((("user_id", "url"), True),)


class Record(Base):
    """Messages that were forwarded as one. `uses`: how many messages, favorites, and records in which it
    stands, show it; `depth`: 1, and 1 more than the deepest one that stands in it."""

    id = BigAutoField()
    uses = BigIntegerField(default=0)
    depth = SmallIntegerField()
    createat = BigIntegerField()

    class Meta:
        indexes = ((("uses", "createat"), False),)


class Recorded(Base):
    """The n-th message of a record, from 0, as it was then: the wire's row as JSON. `holds`: the record that
    it shows itself."""

    record_id = BigIntegerField()
    n = IntegerField()
    holds = BigIntegerField(null=True)
    message = TextField()

    class Meta:
        primary_key = CompositeKey("record_id", "n")
