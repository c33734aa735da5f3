"""What a member does with a conversation for themselves: archived, marked, cleared, messages hidden.

All is 0 for who has done nothing of it, so that no row is written anew.
"""

from peewee import BigIntegerField, CompositeKey, Model, SqliteDatabase

_NUMBERS = {
    "archived": "SMALLINT", "marked": "SMALLINT", "cleared": "BIGINT", "hidden": "BIGINT",
    "view_seq": "BIGINT", "view_last": "BIGINT", "view_time": "BIGINT", "view_at": "BIGINT",
}  # fmt: skip


def up(migrator, db):
    class Hidden(Model):
        user_id = BigIntegerField()
        conversation_id = BigIntegerField()
        low = BigIntegerField()
        high = BigIntegerField()
        counts = BigIntegerField()

        class Meta:
            database = db
            table_name = "hidden"
            legacy_table_names = False
            primary_key = CompositeKey("user_id", "conversation_id", "low")
            without_rowid = isinstance(db, SqliteDatabase)  # found by their primary key only

    db.create_tables([Hidden])
    # MySQL commits each of these at once: what an interrupted run has done is not done again.
    there = {column.name for column in db.get_columns("member")}
    for column, kind in _NUMBERS.items():
        if column not in there:
            db.execute_sql(f"ALTER TABLE member ADD COLUMN {column} {kind} NOT NULL DEFAULT 0")


def down(migrator, db):
    for column in reversed(_NUMBERS):
        db.execute_sql(f"ALTER TABLE member DROP COLUMN {column}")
    db.execute_sql("DROP TABLE hidden")
