"""Groups, and the ways into them. Who belongs to one is a member of its conversation."""

from peewee import BigAutoField, BigIntegerField, CharField, IntegerField, SmallIntegerField

from database.base import Base
from protocol.limits import MAX_ANNOUNCEMENT, MAX_GROUP_NAME, MAX_JOIN_MEMO, MAX_MEMO, MAX_URL


class Community(Base):
    """`slot` numbers an owner's groups from 1; its unique index is what refuses one too many. `members`: how
    many there are. `joining`: how one comes in. `notice`, by whom and since when (ms). `history`: 1 when
    newcomers see what was before. `muted_until`: until then (ms) only owner and admins write. `dissolved`:
    when (ms) it ended, 0 for a living one; its `slot` is negative then, so that it counts no more."""

    id = BigAutoField()
    name = CharField(MAX_GROUP_NAME)
    ownerid = BigIntegerField()
    icon = CharField(MAX_URL, default="")
    cate = IntegerField(default=0)
    memo = CharField(MAX_MEMO, default="")
    createat = BigIntegerField()
    slot = BigIntegerField()
    members = IntegerField(default=0)
    joining = CharField(8, default="open")
    notice = CharField(MAX_ANNOUNCEMENT, default="")
    notice_by = BigIntegerField(default=0)
    notice_at = BigIntegerField(default=0)
    history = SmallIntegerField(default=1)
    muted_until = BigIntegerField(default=0)
    dissolved = BigIntegerField(default=0)

    class Meta:
        indexes = ((("ownerid", "slot"), True), (("name", "id"), False))


#: What became of who wants to come into a group.
PENDING, ACCEPTED, DECLINED = 0, 1, 2


class JoinRequest(Base):
    """`user_id` wants to come in, or `proposer` wants them to (0: they themselves). One row for each of both;
    one that is asked anew gets another `id`."""

    id = BigAutoField()
    community_id = BigIntegerField()
    user_id = BigIntegerField()
    proposer = BigIntegerField(default=0)
    memo = CharField(MAX_JOIN_MEMO, default="")
    state = SmallIntegerField(default=PENDING)
    createat = BigIntegerField()

    class Meta:
        indexes = (
            (("community_id", "user_id"), True),
            (("community_id", "id"), False),
            (("community_id", "state", "createat"), False),
            (("user_id",), False),
        )


class Ban(Base):
    """`user_id` can't come into the group."""

    id = BigAutoField()
    community_id = BigIntegerField()
    user_id = BigIntegerField()
    banned_by = BigIntegerField()
    createat = BigIntegerField()

    class Meta:
        indexes = ((("community_id", "user_id"), True), (("community_id", "id"), False))


class Link(Base):
    """Whoever has `code` comes in as if `maker` asked them to. `until` (ms), `uses`: 0 for no end."""

    id = BigAutoField()
    community_id = BigIntegerField()
    code = CharField(32, unique=True)
    maker = BigIntegerField()
    until = BigIntegerField(default=0)
    uses = IntegerField(default=0)
    used = IntegerField(default=0)
    revoked = SmallIntegerField(default=0)
    createat = BigIntegerField()

    class Meta:
        indexes = ((("community_id", "id"), False),)
