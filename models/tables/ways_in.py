"""What lets somebody into an account, or makes one."""

from peewee import BigAutoField, BigIntegerField, CharField, CompositeKey, IntegerField, SmallIntegerField

from database.base import Base
from models.tables.accounts import MAX_UA


class Invite(Base):
    """A code with which accounts are made: `used` of `uses` times so far, until `until` (ms, 0: for ever);
    `user_id` made it."""

    id = BigAutoField()
    code = CharField(32, unique=True)
    uses = IntegerField()
    used = IntegerField(default=0)
    until = BigIntegerField(default=0)
    user_id = BigIntegerField()
    createat = BigIntegerField()


class Reset(Base):
    """A link that sets a new password, the one of its user; of its token there is a hash."""

    user_id = BigIntegerField(primary_key=True)
    token_hash = CharField(64, unique=True)
    expires = BigIntegerField(index=True)


class Totp(Base):
    """One-time codes: `secret` is sealed; on since `since` (ms), 0 while it is being set up; `step`: the
    number of the 30 seconds whose code was taken last."""

    user_id = BigIntegerField(primary_key=True)
    secret = CharField(160)
    since = BigIntegerField(default=0)
    step = BigIntegerField(default=0)


class Recovery(Base):
    """A code that lets somebody in who has lost their device; gone once it was used."""

    user_id = BigIntegerField()
    code_hash = CharField(64)

    class Meta:
        primary_key = CompositeKey("user_id", "code_hash")


class Qr(Base):
    """A log-in by a code on another screen. `proof`: a hash of what whoever asks for the session has to show;
    `user_id`: who scanned it; `session_id`: the session in which they approved it."""

    code_hash = CharField(64, primary_key=True)
    proof = CharField(64)
    state = SmallIntegerField(default=0)
    user_id = BigIntegerField(default=0)
    session_id = BigIntegerField(default=0)
    ua = CharField(MAX_UA, default="")
    ip = CharField(45, default="")
    expires = BigIntegerField(index=True)
