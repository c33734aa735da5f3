"""What was forwarded as one: the messages that a chat record shows."""

from peewee import (
    BigAutoField,
    BigIntegerField,
    CompositeKey,
    IntegerField,
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

    class Record(Table):
        id = BigAutoField()
        uses = BigIntegerField()
        depth = SmallIntegerField()
        createat = BigIntegerField()

        class Meta:
            table_name = "record"
            indexes = ((("uses", "createat"), False),)

    class Recorded(Table):
        record_id = BigIntegerField()
        n = IntegerField()
        holds = BigIntegerField(null=True)
        message = TextField()

        class Meta:
            table_name = "recorded"
            primary_key = CompositeKey("record_id", "n")

    db.create_tables([Record, Recorded])
    if isinstance(db, MySQLDatabase):  # TEXT ends at 64 KiB, which one field of a message alone may have
        db.execute_sql("ALTER TABLE recorded MODIFY message MEDIUMTEXT NOT NULL")


def down(migrator, db):
    for table in ("recorded", "record"):
        db.execute_sql(f"DROP TABLE {table}")
