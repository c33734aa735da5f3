"""What messages are found by: the words of each, an index over them, and how far conversations are in it.

The rows are filled in the background once the server runs. FTS5 counts by whole numbers, so on SQLite a row's
id is its time (`models.index.sqlite`).
"""

from peewee import BigIntegerField, CharField, Model, MySQLDatabase, SqliteDatabase

_PLACE = "createat BIGINT NOT NULL, conversation_id BIGINT NOT NULL, seq BIGINT NOT NULL"
_KEY = "PRIMARY KEY (createat, conversation_id, seq)"


def up(migrator, db):
    class Table(Model):
        class Meta:
            database = db
            legacy_table_names = False

    class Indexed(Table):
        conversation_id = BigIntegerField(primary_key=True)
        ver = BigIntegerField()

        class Meta:
            table_name = "indexed"

    class Part(Table):
        id = BigIntegerField(primary_key=True)
        start = BigIntegerField()
        size = BigIntegerField()

        class Meta:
            table_name = "part"

    class ServerState(Table):
        name = CharField(primary_key=True, max_length=32)
        value = BigIntegerField()

        class Meta:
            table_name = "server_state"

    db.create_tables([Indexed, Part])
    for statement in _findable(db):
        db.execute_sql(statement)
    ServerState.insert(name="indexing", value=0).on_conflict_ignore().execute()


def down(migrator, db):
    if isinstance(db, SqliteDatabase):
        db.execute_sql("DROP TABLE findable_words")
    db.execute_sql("DELETE FROM server_state WHERE name = 'indexing'")
    for table in ("findable", "part", "indexed"):
        db.execute_sql(f"DROP TABLE {table}")


def _findable(db):
    if isinstance(db, SqliteDatabase):
        return (
            "CREATE TABLE findable (id INTEGER PRIMARY KEY, conversation_id INTEGER NOT NULL,"
            " seq INTEGER NOT NULL, words TEXT NOT NULL)",
            "CREATE VIRTUAL TABLE findable_words USING fts5(words, content='findable', content_rowid='id',"
            " columnsize=0, tokenize='ascii')",
        )
    if isinstance(db, MySQLDatabase):
        return (
            f"CREATE TABLE IF NOT EXISTS findable ({_PLACE},"
            f" words MEDIUMTEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL, {_KEY},"
            " FULLTEXT findable_words (words)) ENGINE=InnoDB",
        )
    return (
        f"CREATE TABLE findable ({_PLACE}, words TSVECTOR NOT NULL, {_KEY})",
        # What is new waits in a list, which every search reads: a short one.
        "CREATE INDEX findable_words ON findable USING gin (words)"
        " WITH (fastupdate = on, gin_pending_list_limit = 256)",
    )
