"""What is not sent yet."""

from peewee import BigIntegerField, CompositeKey, SmallIntegerField, TextField

from database.base import Base


class Draft(Base):
    """One row for each conversation in which somebody has written something, as they mean it. `rev` numbers
    all changes of their drafts, so one that is gone keeps its row, without a text. `at`: ids with commas."""

    user_id = BigIntegerField()
    kind = SmallIntegerField()
    dstid = BigIntegerField()
    content = TextField()
    at = TextField()
    ref = BigIntegerField()
    rev = BigIntegerField()
    updateat = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("user_id", "kind", "dstid")
        indexes = ((("user_id", "rev"), True),)
