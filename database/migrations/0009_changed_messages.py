"""What becomes of a message after it was said: taken back, edited, reacted to, pinned.

`message.extra` has no default, so that no row is written anew. How often an upload is used is counted from
here on; of those that are there already nobody knows, and they stay.
"""

from peewee import BigIntegerField, CharField, CompositeKey, Model, MySQLDatabase, SqliteDatabase, TextField


def up(migrator, db):
    lite = isinstance(db, SqliteDatabase)  # found by their primary key only
    text = ["DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"] if isinstance(db, MySQLDatabase) else None

    class Table(Model):
        class Meta:
            database = db
            legacy_table_names = False
            table_settings = text

    class Reaction(Table):
        conversation_id = BigIntegerField()
        seq = BigIntegerField()
        user_id = BigIntegerField()
        content = CharField(max_length=32)
        ver = BigIntegerField()

        class Meta:
            table_name = "reaction"
            primary_key = CompositeKey("conversation_id", "seq", "user_id", "content")
            indexes = ((("conversation_id", "seq", "content", "ver"), True),)
            without_rowid = lite

    class Edit(Table):
        conversation_id = BigIntegerField()
        seq = BigIntegerField()
        ver = BigIntegerField()
        content = TextField()
        createat = BigIntegerField()

        class Meta:
            table_name = "edit"
            primary_key = CompositeKey("conversation_id", "seq", "ver")
            without_rowid = lite

    class Pin(Table):
        conversation_id = BigIntegerField()
        seq = BigIntegerField()
        user_id = BigIntegerField()
        ver = BigIntegerField()

        class Meta:
            table_name = "pin"
            primary_key = CompositeKey("conversation_id", "seq")
            without_rowid = lite

    class Withdrawn(Table):
        conversation_id = BigIntegerField()
        seq = BigIntegerField()
        author = BigIntegerField()

        class Meta:
            table_name = "withdrawn"
            primary_key = CompositeKey("conversation_id", "seq")
            without_rowid = lite

    db.create_tables([Reaction, Edit, Pin, Withdrawn])
    # MySQL commits each of these at once: what an interrupted run has done is not done again.
    for table, column, kind in (("message", "extra", "TEXT"), ("attachment", "uses", "BIGINT")):
        if column not in {there.name for there in db.get_columns(table)}:
            db.execute_sql(f"ALTER TABLE {table} ADD COLUMN {column} {kind} NULL")


def down(migrator, db):
    db.execute_sql("ALTER TABLE attachment DROP COLUMN uses")
    db.execute_sql("ALTER TABLE message DROP COLUMN extra")
    for table in ("withdrawn", "pin", "edit", "reaction"):
        db.execute_sql(f"DROP TABLE {table}")
