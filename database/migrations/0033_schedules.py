"""Messages that are sent at a time that their author has chosen."""

from peewee import (
    BigAutoField,
    BigIntegerField,
    CharField,
    IntegerField,
    Model,
    MySQLDatabase,
    SmallIntegerField,
    TextField,
)


def up(migrator, db):
    text = ["DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"] if isinstance(db, MySQLDatabase) else None

    class Schedule(Model):
        id = BigAutoField()
        user_id = BigIntegerField()
        kind = SmallIntegerField()
        dstid = BigIntegerField()
        cid = CharField(max_length=64)
        message = TextField()
        sendat = BigIntegerField()
        due = BigIntegerField()
        state = SmallIntegerField()
        code = IntegerField()
        zh = TextField()
        en = TextField()
        createat = BigIntegerField()

        class Meta:
            database = db
            table_name = "schedule"
            table_settings = text
            indexes = ((("user_id", "cid"), True), (("user_id", "id"), False), (("due",), False))

    db.create_tables([Schedule])
    if isinstance(db, MySQLDatabase):  # TEXT ends at 64 KiB, which a text alone may have
        db.execute_sql("ALTER TABLE schedule MODIFY message MEDIUMTEXT NOT NULL")


def down(migrator, db):
    db.execute_sql("DROP TABLE schedule")
