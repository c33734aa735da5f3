"""The tables of the first release, frozen: a copy of the models as they were."""

import time

from peewee import (
    BigAutoField,
    BigIntegerField,
    CharField,
    CompositeKey,
    IntegerField,
    Model,
    MySQLDatabase,
    SmallIntegerField,
    SqliteDatabase,
    TextField,
)


def up(migrator, db):
    # Rows of these tables are found by their primary key only, so SQLite needs no other key beside it.
    lite = isinstance(db, SqliteDatabase)
    # MySQL compares text by collation: without a binary one it takes "a" and "A", or two emoji, for the same.
    text = ["DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"] if isinstance(db, MySQLDatabase) else None

    class Table(Model):
        class Meta:
            database = db
            legacy_table_names = False
            table_settings = text

    class User(Table):
        id = BigAutoField()
        mobile = CharField(unique=True, max_length=21)
        passwd = CharField(max_length=128)
        salt = CharField(max_length=10, default="")
        avatar = CharField(default="")
        sex = CharField(max_length=2, default="U")
        nickname = CharField(max_length=40, default="")
        online = SmallIntegerField(default=0)
        token = CharField(max_length=40, default="")
        memo = CharField(max_length=200, default="")
        createat = BigIntegerField()
        media_bytes = BigIntegerField(default=0)

    class Session(Table):
        id = BigAutoField()
        user_id = BigIntegerField(index=True)
        token_hash = CharField(unique=True, max_length=64)
        ua = CharField(max_length=200, default="")
        ip = CharField(max_length=45, default="")
        created = BigIntegerField()
        last_seen = BigIntegerField(index=True)
        expires = BigIntegerField(index=True)

    class Contact(Table):
        id = BigAutoField()
        ownerid = BigIntegerField()
        dstobj = BigIntegerField()
        cate = SmallIntegerField()
        memo = CharField(max_length=120, default="")
        createat = BigIntegerField()

        class Meta:
            indexes = ((("ownerid", "dstobj", "cate"), True),)

    class Community(Table):
        id = BigAutoField()
        name = CharField(max_length=60)
        ownerid = BigIntegerField()
        icon = CharField(default="")
        cate = IntegerField(default=0)
        memo = CharField(max_length=200, default="")
        createat = BigIntegerField()
        slot = IntegerField()

        class Meta:
            indexes = ((("ownerid", "slot"), True),)

    class Conversation(Table):
        id = BigAutoField()
        key = CharField(unique=True, max_length=40)
        kind = SmallIntegerField()
        a = BigIntegerField()
        b = BigIntegerField(default=0)
        seq = BigIntegerField(default=0)
        ver = BigIntegerField(default=0)
        updateat = BigIntegerField(default=0)

    class Member(Table):
        user_id = BigIntegerField()
        conversation_id = BigIntegerField(index=True)
        read = BigIntegerField(default=0)
        pinned = SmallIntegerField(default=0)
        muted = SmallIntegerField(default=0)
        joined_seq = BigIntegerField(default=0)
        createat = BigIntegerField()

        class Meta:
            without_rowid = lite
            primary_key = CompositeKey("user_id", "conversation_id")

    class Message(Table):
        conversation_id = BigIntegerField()
        seq = BigIntegerField()
        ver = BigIntegerField()
        userid = BigIntegerField()
        cid = CharField(null=True, max_length=66)
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

        class Meta:
            without_rowid = lite
            primary_key = CompositeKey("conversation_id", "seq")
            indexes = ((("userid", "cid"), True), (("conversation_id", "ver"), True))

    class Mention(Table):
        user_id = BigIntegerField()
        conversation_id = BigIntegerField()
        seq = BigIntegerField()
        author = BigIntegerField()

        class Meta:
            without_rowid = lite
            primary_key = CompositeKey("user_id", "conversation_id", "seq")

    class Attachment(Table):
        id = BigAutoField()
        key = CharField(unique=True, max_length=30)
        owner = BigIntegerField(default=0)
        ext = CharField(max_length=5)
        thumb_ext = CharField(max_length=5, default="")
        mime = CharField(max_length=100)
        bytes = BigIntegerField()
        width = IntegerField(default=0)
        height = IntegerField(default=0)
        state = SmallIntegerField(default=0)
        createat = BigIntegerField()

        class Meta:
            indexes = ((("state", "createat"), False),)

    class ServerState(Table):
        name = CharField(primary_key=True, max_length=32)
        value = BigIntegerField()

        class Meta:
            table_name = "server_state"

    db.create_tables(
        [User, Session, Contact, Community, Conversation, Member, Message, Mention, Attachment, ServerState]
    )
    ServerState.create(name="epoch", value=int(time.time() * 1000))


def down(migrator, db):
    for table in (
        "server_state",
        "attachment",
        "mention",
        "message",
        "member",
        "conversation",
        "community",
        "contact",
        "session",
        "user",
    ):
        db.execute_sql(f"DROP TABLE {table.join(db.quote)}")
