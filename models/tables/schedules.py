"""What is to be done at a time."""

from peewee import BigAutoField, BigIntegerField, CharField, IntegerField, SmallIntegerField, TextField

from database.base import Base
from protocol.limits import MAX_CID


class Schedule(Base):
    """A message that is to be sent at `sendat`. `message`: all of it, as JSON. `due`: when somebody has to
    look at it next, never for one that was refused; `code`, `zh`, `en`: why it was."""

    id = BigAutoField()
    user_id = BigIntegerField()
    kind = SmallIntegerField()
    dstid = BigIntegerField()
    cid = CharField(MAX_CID)
    message = TextField()
    sendat = BigIntegerField()
    due = BigIntegerField()
    state = SmallIntegerField(default=0)
    code = IntegerField(default=0)
    zh = TextField()
    en = TextField()
    createat = BigIntegerField()

    class Meta:
        indexes = ((("user_id", "cid"), True), (("user_id", "id"), False), (("due",), False))
