"""Invite codes, links that set a new password, one-time codes, log-ins by QR code; which sessions began on a
device that the account did not know, which uploads are somebody's, and deleted accounts."""

from peewee import (
    BigAutoField,
    BigIntegerField,
    CharField,
    CompositeKey,
    IntegerField,
    Model,
    MySQLDatabase,
    SmallIntegerField,
)


def up(migrator, db):
    text = ["DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"] if isinstance(db, MySQLDatabase) else None

    class Base(Model):
        class Meta:
            database = db
            legacy_table_names = False
            table_settings = text

    class Invite(Base):
        id = BigAutoField()
        code = CharField(max_length=32, unique=True)
        uses = IntegerField()
        used = IntegerField(default=0)
        until = BigIntegerField(default=0)
        user_id = BigIntegerField()
        createat = BigIntegerField()

    class Reset(Base):
        user_id = BigIntegerField(primary_key=True)
        token_hash = CharField(max_length=64, unique=True)
        expires = BigIntegerField(index=True)

    class Totp(Base):
        user_id = BigIntegerField(primary_key=True)
        secret = CharField(max_length=160)
        since = BigIntegerField(default=0)
        step = BigIntegerField(default=0)

    class Recovery(Base):
        user_id = BigIntegerField()
        code_hash = CharField(max_length=64)

        class Meta:
            primary_key = CompositeKey("user_id", "code_hash")

    class Qr(Base):
        code_hash = CharField(max_length=64, primary_key=True)
        proof = CharField(max_length=64)
        state = SmallIntegerField(default=0)
        user_id = BigIntegerField(default=0)
        ua = CharField(max_length=200, default="")
        ip = CharField(max_length=45, default="")
        expires = BigIntegerField(index=True)

    class Departed(Base):
        user_id = BigIntegerField(primary_key=True)
        createat = BigIntegerField(index=True)

    db.create_tables([Invite, Reset, Totp, Recovery, Qr, Departed])
    # MySQL commits each of these at once: what an interrupted run has done is not done again.
    if "fresh" not in {column.name for column in db.get_columns("session")}:
        db.execute_sql("ALTER TABLE session ADD COLUMN fresh SMALLINT NOT NULL DEFAULT 0")
    if not [index for index in db.get_indexes("attachment") if index.columns == ["owner"]]:
        db.execute_sql("CREATE INDEX attachment_owner ON attachment (owner)")
    db.execute_sql("DELETE FROM server_state WHERE name = 'first'")
    user = "user".join(db.quote)
    db.execute_sql(
        "INSERT INTO server_state (name, value)"
        f" SELECT 'first', CASE WHEN EXISTS (SELECT 1 FROM {user}) THEN 1 ELSE 0 END"
    )


def down(migrator, db):
    for table in ("departed", "qr", "recovery", "totp", "reset", "invite"):
        db.execute_sql(f"DROP TABLE {table}")
    db.execute_sql(f"DROP INDEX attachment_owner{' ON attachment' if isinstance(db, MySQLDatabase) else ''}")
    db.execute_sql("ALTER TABLE session DROP COLUMN fresh")
    db.execute_sql("DELETE FROM server_state WHERE name = 'first'")
