"""Who is what: operators, roles in groups, who may not write as usual; whom somebody blocks; what operators
have done.

`bars` is 0 for nearly everybody, so the log's usual path still finds all that it needs in one look-up.
PostgreSQL's function looks at it, too, and has a new name for that.
"""

from peewee import (
    BigAutoField,
    BigIntegerField,
    CharField,
    CompositeKey,
    Model,
    MySQLDatabase,
    PostgresqlDatabase,
    SqliteDatabase,
    TextField,
)

from database import functions

_COLUMNS = [("user", "op", 0), ("member", "role", 1), ("member", "bars", 0), ("conversation", "bars", 0)]

_OWNERS = """
UPDATE member SET role = 3 WHERE EXISTS (
    SELECT 1 FROM conversation c JOIN community g ON g.id = c.a
    WHERE c.id = member.conversation_id AND c.kind = 11 AND g.ownerid = member.user_id
)
"""


def up(migrator, db):
    text = ["DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"] if isinstance(db, MySQLDatabase) else None

    class Block(Model):
        user_id = BigIntegerField()
        blocked_id = BigIntegerField()
        createat = BigIntegerField()

        class Meta:
            database = db
            table_name = "block"
            legacy_table_names = False
            primary_key = CompositeKey("user_id", "blocked_id")
            indexes = ((("blocked_id",), False),)
            without_rowid = isinstance(db, SqliteDatabase)

    class Audit(Model):
        id = BigAutoField()
        op = BigIntegerField()
        what = CharField(max_length=40)
        target = CharField(max_length=80)
        before = TextField()
        after = TextField()
        createat = BigIntegerField()

        class Meta:
            database = db
            table_name = "audit"
            legacy_table_names = False
            table_settings = text

    db.create_tables([Block, Audit])
    # MySQL commits each of these at once: what an interrupted run has done is not done again.
    for table, column, default in _COLUMNS:
        if column not in {found.name for found in db.get_columns(table)}:
            name = table.join(db.quote)
            db.execute_sql(f"ALTER TABLE {name} ADD COLUMN {column} SMALLINT NOT NULL DEFAULT {default}")
    db.execute_sql(_OWNERS)
    if isinstance(db, PostgresqlDatabase):
        db.execute_sql("DROP FUNCTION IF EXISTS magpie_append_2")
        functions.make(db)


def down(migrator, db):
    if isinstance(db, PostgresqlDatabase):
        db.execute_sql(f"DROP FUNCTION IF EXISTS {functions.APPEND}")
    for table, column, _ in reversed(_COLUMNS):
        db.execute_sql(f"ALTER TABLE {table.join(db.quote)} DROP COLUMN {column}")
    for table in ("audit", "block"):
        db.execute_sql(f"DROP TABLE {table}")
