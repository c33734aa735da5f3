"""Every table, on one page. The rules about their rows are in the file of the same noun beside this one.

Names that pages know (`ownerid`, `dstobj`, `createat` …) are columns of the same name.
"""

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
from protocol.limits import (
    MAX_ALIAS,
    MAX_ANNOUNCEMENT,
    MAX_CID,
    MAX_GREETING,
    MAX_GROUP_NAME,
    MAX_JOIN_MEMO,
    MAX_MEMO,
    MAX_NICKNAME,
    MAX_REMARK,
    MAX_URL,
)
from protocol.media import KEY_LENGTH, file_name, thumb_name
from protocol.messages import ROOM

# --- accounts and sessions -------------------------------------------------------------------------------


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
    `peer_read` in their single chats."""

    user_id = BigIntegerField(primary_key=True)
    online = SmallIntegerField(default=1, index=True)
    read = SmallIntegerField(default=1, index=True)
    approval = CharField(8, default="")
    find = CharField(40, default="id,mobile,group")
    change = BigIntegerField(default=0, index=True)


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


# --- what operators decide ---------------------------------------------------------------------------------


class Restraint(Base):
    """What an operator holds a user to; who never was held to anything has no row. `muted_until` (ms): they
    say nothing before; `deactivated`: 1 while they can't log in. `number` rises with each decision, which
    tells an old one from a new one."""

    user_id = BigIntegerField(primary_key=True)
    muted_until = BigIntegerField(default=0, index=True)
    deactivated = SmallIntegerField(default=0)
    number = BigIntegerField(default=0)


# --- ways into an account --------------------------------------------------------------------------------


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


class Departed(Base):
    """A deleted account, as long as something of it may have to be let go; deleted at `createat` (ms)."""

    user_id = BigIntegerField(primary_key=True)
    createat = BigIntegerField(index=True)


# --- contacts and groups ---------------------------------------------------------------------------------

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


# --- conversations ---------------------------------------------------------------------------------------


class Conversation(Base):
    """`seq` numbers its messages, `ver` its changes; `updateat` is the time of the last message (ms) and
    orders the list. `change`: the installation's change number of the latest of all that concerns every
    member. `bars`: why nobody writes there as usual."""

    id = BigAutoField()
    key = CharField(max_length=40, unique=True)
    kind = SmallIntegerField()
    #: the two users of a single chat, lower id first; the community of a room, and 0
    a = BigIntegerField()
    b = BigIntegerField(default=0)
    seq = BigIntegerField(default=0)
    ver = BigIntegerField(default=0)
    updateat = BigIntegerField(default=0)
    change = BigIntegerField(default=0)
    bars = SmallIntegerField(default=0)


#: What somebody is in a conversation. `LEFT`: they were in the group, and are not any more. In single chats
#: both are members.
LEFT, MEMBER, ADMIN, OWNER = 0, 1, 2, 3

#: Why a member of a single chat may not write: they are no friends any more, or one of both blocks the other.
NOT_FRIENDS, BLOCKED = 1, 2
#: Of a member of a group: until some time; of a group: its ordinary members until some time, or everybody for
#: ever.
MUTED, DISSOLVED = 4, 8


class Member(Base):
    """One user in one conversation, as `role`. `bars`: 0, or why they may not write as usual, several reasons
    added (`models.access` says them). `read`: the seq up to which they have read. `cleared`: up to which they
    see nothing any more. `said`: 0 when no message after both is their own, else a seq above with none of
    theirs between. `marked`: shown as unread until they read. `hidden`: moves when what they have
    hidden does. `change`: the change number of the latest of all that concerns this member alone.

    What they saw when something was last hidden or cleared: `view_last`, the last message, while the
    conversation's seq is `view_seq`; `view_at`, the time that places it in their list, while its `updateat`
    is `view_time`. Both are 0 where they saw nothing.

    In groups: `called`, their name there (the alias of the wire); `muted_until` (ms). Whose conversation
    began when they came has cleared all before. Of who has left, `view_seq` and `view_time` are the
    conversation's seq and ver as they were then: they learn no later ones."""

    user_id = BigIntegerField()
    conversation_id = BigIntegerField()
    read = BigIntegerField(default=0)
    said = BigIntegerField(default=0)
    pinned = SmallIntegerField(default=0)
    muted = SmallIntegerField(default=0)
    archived = SmallIntegerField(default=0)
    marked = SmallIntegerField(default=0)
    cleared = BigIntegerField(default=0)
    hidden = BigIntegerField(default=0)
    view_seq = BigIntegerField(default=0)
    view_last = BigIntegerField(default=0)
    view_time = BigIntegerField(default=0)
    view_at = BigIntegerField(default=0)
    joined_seq = BigIntegerField(default=0)
    createat = BigIntegerField()
    change = BigIntegerField(default=0)
    role = SmallIntegerField(default=MEMBER)
    bars = SmallIntegerField(default=0)
    called = CharField(MAX_ALIAS, default="")
    muted_until = BigIntegerField(default=0)

    class Meta:
        primary_key = CompositeKey("user_id", "conversation_id")
        indexes = (
            (("conversation_id", "role", "createat", "user_id"), False),
            (("conversation_id", "cleared"), False),
        )


class Hidden(Base):
    """Messages that a member has hidden, from `low` to `high`; no two of these touch. `counts`: how many of
    them would be unread, being others' and no notices."""

    user_id = BigIntegerField()
    conversation_id = BigIntegerField()
    low = BigIntegerField()
    high = BigIntegerField()
    counts = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("user_id", "conversation_id", "low")


def key_of(user_id: int, kind: int, dstid: int) -> str:
    """The key of the conversation that `user_id` means by (kind, dstid)."""
    if kind == ROOM:
        return f"g{dstid}"
    return f"p{user_id}-{dstid}" if user_id < dstid else f"p{dstid}-{user_id}"


# --- messages --------------------------------------------------------------------------------------------


class StoredMessage(Base):
    """`cid` and `digest` tell a resend from another message under the same cid; `at` is the ids of the people
    addressed, comma-separated; `extra` the fields of the wire that few messages have, as a JSON object. But
    for MySQL the key of cids is without messages that have none, and that of versions has only those whose
    `ver` is not their `seq`. What was done to messages stands here, too, under the negative id of its
    conversation, so that one key decides about the cids of both (`models.done`)."""

    conversation_id = BigIntegerField()
    seq = BigIntegerField()
    ver = BigIntegerField()
    userid = BigIntegerField()
    cid = CharField(max_length=66, null=True)
    digest = BigIntegerField(null=True)
    media = IntegerField()
    content = TextField(default="")
    pic = TextField(default="")
    url = TextField(default="")
    memo = TextField(default="")
    amount = BigIntegerField(default=0)
    ref = BigIntegerField(default=0)
    at = TextField(default="")
    createat = BigIntegerField()
    extra = TextField(null=True)

    class Meta:
        table_name = "message"
        primary_key = CompositeKey("conversation_id", "seq")
        indexes = ((("cid", "userid"), True), (("conversation_id", "ver"), True))


class Mention(Base):
    """`user_id` (0: everybody) is addressed in a message of `author`; kept to count without reading
    messages."""

    user_id = BigIntegerField()
    conversation_id = BigIntegerField()
    seq = BigIntegerField()
    author = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("user_id", "conversation_id", "seq")


# --- what was done to messages ---------------------------------------------------------------------------


class Reaction(Base):
    """`content`: the emoji. `ver`: of the conversation when it came, which is their order."""

    conversation_id = BigIntegerField()
    seq = BigIntegerField()
    user_id = BigIntegerField()
    content = CharField(32)
    ver = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("conversation_id", "seq", "user_id", "content")
        indexes = ((("conversation_id", "seq", "content", "ver"), True),)


class Edit(Base):
    """A text that a message had before: since `createat` (ms), the conversation's `ver` then."""

    conversation_id = BigIntegerField()
    seq = BigIntegerField()
    ver = BigIntegerField()
    content = TextField()
    createat = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("conversation_id", "seq", "ver")


class Pin(Base):
    """A pinned message, by whom; `ver` is the order."""

    conversation_id = BigIntegerField()
    seq = BigIntegerField()
    user_id = BigIntegerField()
    ver = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("conversation_id", "seq")


class Withdrawn(Base):
    """A recalled message; kept to count what is unread without reading messages."""

    conversation_id = BigIntegerField()
    seq = BigIntegerField()
    author = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("conversation_id", "seq")


# --- media -----------------------------------------------------------------------------------------------

UNATTACHED = 0  #: uploaded, and nothing shows it yet
ATTACHED = 1  #: a message, an avatar or an icon holds its address; kept
COLLECTING = 2  #: being deleted; can't be attached any more
GONE = 3  #: deleted; the row tells who still shows it, and goes later


class Attachment(Base):
    id = BigAutoField()
    key = CharField(KEY_LENGTH, unique=True)
    owner = BigIntegerField(default=0, index=True)  #: user id, 0: uploaded before login
    ext = CharField(5)
    thumb_ext = CharField(5, default="")  #: "" when there is no thumbnail of its own
    mime = CharField(100)
    bytes = BigIntegerField()  #: of both files, as counted against the owner's quota
    width = IntegerField(default=0)
    height = IntegerField(default=0)
    state = SmallIntegerField(default=UNATTACHED)
    createat = BigIntegerField()
    uses = BigIntegerField(
        null=True, default=0
    )  #: what shows it; None: not known, from before it was counted

    class Meta:
        indexes = ((("state", "createat"), False),)

    @property
    def names(self) -> list[str]:
        """The storage keys of the files: the original's, then the thumbnail's if there is one."""
        thumb = [thumb_name(self.key, self.thumb_ext)] if self.thumb_ext else []
        return [file_name(self.key, self.ext), *thumb]


# --- what somebody keeps ---------------------------------------------------------------------------------


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


# --- what was forwarded as one -----------------------------------------------------------------------------


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


# --- what messages are found by --------------------------------------------------------------------------

# `findable` has no model, since it is another table in each kind of database: where a message stands,
# (createat, conversation_id, seq), and its words (`models.index`).


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


# --- moderation ------------------------------------------------------------------------------------------


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


# --- points ----------------------------------------------------------------------------------------------

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


# --- operators -------------------------------------------------------------------------------------------


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


# --- the installation ------------------------------------------------------------------------------------


class ServerState(Base):
    """Named numbers. `change`: the latest change number, raised by each transaction that devices must learn
    of, as its last but one statement, so that the order of numbers is the order of commits. `epoch` changes
    when the database was restored or reset; clients then drop their cache. `housekeeping`: when (ms) a
    process last began to keep house, or said that it still does. `ordered`, `said`: how often a command that
    runs beside the servers has changed what they keep in memory, and what clients have to learn. `operators`:
    raised by whoever makes or unmakes one, one after the other. `blocks`: how often somebody has blocked
    another one or ceased to. `indexing`: 1 while the index is to be emptied; the row is locked by whoever
    writes into it. `first`: 1 once there was an account."""

    name = CharField(max_length=32, primary_key=True)
    value = BigIntegerField()


class Rate(Base):
    """A bucket that all processes take from: the time (us) at which it is full again. In memory on
    PostgreSQL, and used only there (`models.rates`)."""

    key = CharField(64, primary_key=True)
    full_at = BigIntegerField()
