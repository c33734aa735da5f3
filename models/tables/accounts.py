"""Users, their log-ins, and what they have decided."""

from peewee import BigAutoField, BigIntegerField, CharField, CompositeKey, SmallIntegerField

from database.base import Base
from protocol.limits import MAX_MEMO, MAX_NICKNAME, MAX_QUIET, MAX_URL


class User(Base):
    """`salt`, `online` and `token` are classic columns that tools read; live values come from elsewhere:
    argon2id keeps its salt in `passwd`, tokens are sessions, and the hub knows who is online."""

    id = BigAutoField()
    mobile = CharField(21, unique=True)
    passwd = CharField(128)
    salt = CharField(10, default="")
    avatar = CharField(MAX_URL, default="")
    sex = CharField(2, default="U")
    nickname = CharField(MAX_NICKNAME, default="")
    online = SmallIntegerField(default=0)
    token = CharField(40, default="")
    memo = CharField(MAX_MEMO, default="")
    createat = BigIntegerField()
    media_bytes = BigIntegerField(default=0)  #: stored uploads, held against the quota
    op = SmallIntegerField(default=0, index=True)  #: 1: an operator of the installation

    class Meta:
        indexes = ((("nickname", "id"), False),)  # operators look for people by name


class Setting(Base):
    """What users have decided; who never did has no row. `approval`: "" as it is installed; `find`: the ways,
    comma-separated. `change`: the change number at which `read` was switched last, because that is another
    `peer_read` in their single chats. `push`: what is shown of a message that is pushed; `quiet`: the hours
    in which none is, "" for none."""

    user_id = BigIntegerField(primary_key=True)
    online = SmallIntegerField(default=1, index=True)
    read = SmallIntegerField(default=1, index=True)
    approval = CharField(8, default="")
    find = CharField(40, default="id,mobile,group")
    change = BigIntegerField(default=0, index=True)
    push = CharField(8, default="content")
    quiet = CharField(MAX_QUIET, default="")
    previews = SmallIntegerField(default=1)


#: What a browser says of itself is shown in the list of sessions, and nowhere is more of it needed.
MAX_UA = 200


class Session(Base):
    """`fresh`: 1 when it began on a device from which nobody had logged in before, until its user says that
    it was them. `root`: the session that it comes from by QR codes, the first of them; 0 for one that began
    with a password."""

    id = BigAutoField()
    user_id = BigIntegerField(index=True)
    token_hash = CharField(64, unique=True)
    ua = CharField(MAX_UA, default="")
    ip = CharField(45, default="")
    created = BigIntegerField()
    last_seen = BigIntegerField(index=True)
    expires = BigIntegerField(index=True)
    fresh = SmallIntegerField(default=0)
    root = BigIntegerField(default=0)


class Device(Base):
    """A browser or an address from which the user has logged in before: `mark` is a hash of it."""

    user_id = BigIntegerField()
    mark = CharField(64)
    last_seen = BigIntegerField(index=True)

    class Meta:
        primary_key = CompositeKey("user_id", "mark")


class Departed(Base):
    """A deleted account, as long as something of it may have to be let go; deleted at `createat` (ms)."""

    user_id = BigIntegerField(primary_key=True)
    createat = BigIntegerField(index=True)
