"""The ledger, and red packets."""

from peewee import BigAutoField, BigIntegerField, CharField, CompositeKey, SmallIntegerField

from database.base import Base
from protocol.limits import MAX_CID, MAX_MEMO

#: The account that gives points out, and takes them back.
HOUSE = 0


class LedgerAccount(Base):
    """`id`: a user's, `HOUSE`, or the negative id of a red packet. Nobody but the house has less than 0.
    `closed`: its user is gone, and what is still to be paid to them goes to the house."""

    id = BigIntegerField(primary_key=True)
    balance = BigIntegerField(default=0)
    closed = SmallIntegerField(default=0)


class LedgerEntry(Base):
    """One side of a movement of points; both are written together, so all entries add up to 0. `ref`: the red
    packet that it is about, 0 for none; `cid`: under which an operator gave them, once."""

    id = BigAutoField()
    account_id = BigIntegerField()
    amount = BigIntegerField()
    what = CharField(20)
    ref = BigIntegerField(default=0)
    memo = CharField(MAX_MEMO, default="")
    cid = CharField(MAX_CID, null=True)
    createat = BigIntegerField()

    class Meta:
        indexes = ((("account_id", "id"), False), (("account_id", "cid"), True))


class RedPacket(Base):
    """`id`: its message's; what is still in it is the balance of its account. `closed`: nothing is any more,
    since all was taken or the rest has gone back."""

    id = BigIntegerField(primary_key=True)
    userid = BigIntegerField()
    amount = BigIntegerField()
    count = SmallIntegerField()
    mode = CharField(5)
    memo = CharField(MAX_MEMO, default="")
    opened = SmallIntegerField(default=0)
    closed = SmallIntegerField(default=0)
    createat = BigIntegerField()
    expires = BigIntegerField()

    class Meta:
        indexes = ((("closed", "expires"), False),)


class RedShare(Base):
    """What the n-th person, from 1, took out of a red packet."""

    packet_id = BigIntegerField()
    user_id = BigIntegerField()
    n = SmallIntegerField()
    amount = BigIntegerField()
    createat = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("packet_id", "user_id")
        indexes = ((("packet_id", "n"), True),)
