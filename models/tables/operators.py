"""What operators decide, are asked to decide, and have done."""

from peewee import BigAutoField, BigIntegerField, CharField, SmallIntegerField, TextField

from database.base import Base


class Restraint(Base):
    """What an operator holds a user to; who never was held to anything has no row. `muted_until` (ms): they
    say nothing before; `deactivated`: 1 while they can't log in. `number` rises with each decision, which
    tells an old one from a new one."""

    user_id = BigIntegerField(primary_key=True)
    muted_until = BigIntegerField(default=0, index=True)
    deactivated = SmallIntegerField(default=0)
    number = BigIntegerField(default=0)


class Review(Base):
    """A message that waits, or waited, for a look (`models.reviews` has the states). `cid`, `digest`: as of a
    stored message; `word`: for which it waits; `message`: as JSON."""

    id = BigAutoField()
    user_id = BigIntegerField()
    cid = CharField(66, null=True)
    digest = BigIntegerField()
    message = TextField()
    word = CharField(100)
    state = SmallIntegerField(default=0)
    op = BigIntegerField(default=0)
    createat = BigIntegerField()
    settledat = BigIntegerField(default=0)

    class Meta:
        indexes = (
            (("user_id", "cid"), True),
            (("user_id", "state", "id"), False),
            (("state", "id"), False),
        )


class Report(Base):
    """`user_id` reports a message, a user or a group, `target`; `copy`: what that was then, as JSON. `kind`,
    `dstid`: where the message stands, as the reporter means it. `answered`: 0 while it is open, then its own
    id, so that nobody has two open ones about the same."""

    id = BigAutoField()
    user_id = BigIntegerField()
    what = CharField(12)
    target = BigIntegerField()
    kind = SmallIntegerField(default=0)
    dstid = BigIntegerField(default=0)
    reason = TextField()
    copy = TextField()
    state = SmallIntegerField(default=0)
    note = TextField(default="")
    op = BigIntegerField(default=0)
    createat = BigIntegerField()
    answeredat = BigIntegerField(default=0)
    answered = BigIntegerField(default=0)

    class Meta:
        indexes = (
            (("what", "target", "answered", "user_id"), True),
            (("state", "id"), False),
            (("user_id", "state", "id"), False),
        )


class Audit(Base):
    """What an operator did (`op`: their user id, 0: the command line), to whom or what, as it was before and
    is after. Nothing changes a row or deletes one."""

    id = BigAutoField()
    op = BigIntegerField()
    what = CharField(40)
    target = CharField(80, default="")
    before = TextField(default="")
    after = TextField(default="")
    createat = BigIntegerField()
