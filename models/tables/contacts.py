"""Who is in whose list of contacts, who wants to be, and who wants nothing from whom."""

from peewee import BigAutoField, BigIntegerField, CharField, CompositeKey, SmallIntegerField

from database.base import Base
from protocol.limits import MAX_GREETING, MAX_REMARK

USER = 1
COMMUNITY = 2


class Contact(Base):
    id = BigAutoField()
    ownerid = BigIntegerField()
    dstobj = BigIntegerField()
    cate = SmallIntegerField()
    memo = CharField(120, default="")
    createat = BigIntegerField()
    remark = CharField(MAX_REMARK, default="")  #: what `ownerid` calls them, "" for their own name

    class Meta:
        indexes = ((("ownerid", "dstobj", "cate"), True),)


class FriendRequest(Base):
    """`userid` wants to be a friend of `dstid`: one row a direction, with its `state` (`models.requests`)
    since `stateat` (ms)."""

    id = BigAutoField()
    userid = BigIntegerField()
    dstid = BigIntegerField()
    memo = CharField(MAX_GREETING, default="")
    state = SmallIntegerField(default=0)
    stateat = BigIntegerField()
    createat = BigIntegerField()

    class Meta:
        table_name = "friend_request"
        indexes = (
            (("userid", "dstid"), True),
            (("userid", "createat"), False),
            (("dstid", "createat"), False),
            (("createat",), False),
        )


class Block(Base):
    """`user_id` wants nothing from `blocked_id`."""

    user_id = BigIntegerField()
    blocked_id = BigIntegerField(index=True)
    createat = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("user_id", "blocked_id")
