"""What messages are found by. `findable` has no model, since it is another table in each kind of database:
where a message stands, (createat, conversation_id, seq), and its words (`models.index`).
"""

from peewee import BigIntegerField

from database.base import Base


class Indexed(Base):
    """A conversation is in the index up to this version of it."""

    conversation_id = BigIntegerField(primary_key=True)
    ver = BigIntegerField()


class Part(Base):
    """A span of time, from `start` (ms) to the next one's; `size`: messages of it that were put into the
    index."""

    id = BigIntegerField(primary_key=True)
    start = BigIntegerField()
    size = BigIntegerField(default=0)
