"""Moderation: messages that wait for a look, and what people have reported."""

from peewee import (
    BigAutoField,
    BigIntegerField,
    CharField,
    Model,
    MySQLDatabase,
    SmallIntegerField,
    TextField,
)


def up(migrator, db):
    text = ["DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"] if isinstance(db, MySQLDatabase) else None

    class Table(Model):
        class Meta:
            database = db
            legacy_table_names = False
            table_settings = text

    class Review(Table):
        id = BigAutoField()
        user_id = BigIntegerField()
        cid = CharField(max_length=66, null=True)
        digest = BigIntegerField()
        message = TextField()
        word = CharField(max_length=100)
        state = SmallIntegerField()
        op = BigIntegerField()
        createat = BigIntegerField()
        settledat = BigIntegerField()

        class Meta:
            table_name = "review"
            indexes = (
                (("user_id", "cid"), True),
                (("user_id", "state", "id"), False),
                (("state", "id"), False),
            )

    class Report(Table):
        id = BigAutoField()
        user_id = BigIntegerField()
        what = CharField(max_length=12)
        target = BigIntegerField()
        kind = SmallIntegerField()
        dstid = BigIntegerField()
        reason = TextField()
        copy = TextField()
        state = SmallIntegerField()
        note = TextField()
        op = BigIntegerField()
        createat = BigIntegerField()
        answeredat = BigIntegerField()
        answered = BigIntegerField()

        class Meta:
            table_name = "report"
            indexes = (
                (("what", "target", "answered", "user_id"), True),
                (("state", "id"), False),
            )

    db.create_tables([Review, Report])
    if isinstance(db, MySQLDatabase):  # TEXT ends at 64 KiB, which one field of a message alone may have
        db.execute_sql("ALTER TABLE review MODIFY message MEDIUMTEXT NOT NULL")
        db.execute_sql("ALTER TABLE report MODIFY copy MEDIUMTEXT NOT NULL")


def down(migrator, db):
    for table in ("report", "review"):
        db.execute_sql(f"DROP TABLE {table}")
