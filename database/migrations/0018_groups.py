"""Groups with heads: how one comes in, who asked to, who may not, links that lead in; what a group tells all,
who is muted, and how many there are. Members are found by role and by when they came.

Groups that are there stay as they were: open, and newcomers read what was before.
"""

from peewee import (
    BigAutoField,
    BigIntegerField,
    CharField,
    IntegerField,
    Model,
    MySQLDatabase,
    PostgresqlDatabase,
    SmallIntegerField,
    SqliteDatabase,
)

_COLUMNS = [
    ("community", "members", "INTEGER NOT NULL DEFAULT 0"),
    ("community", "joining", "VARCHAR(8) NOT NULL DEFAULT 'open'"),
    ("community", "notice", "VARCHAR(2000) NOT NULL DEFAULT ''"),
    ("community", "notice_by", "BIGINT NOT NULL DEFAULT 0"),
    ("community", "notice_at", "BIGINT NOT NULL DEFAULT 0"),
    ("community", "history", "SMALLINT NOT NULL DEFAULT 1"),
    ("community", "muted_until", "BIGINT NOT NULL DEFAULT 0"),
    ("community", "dissolved", "BIGINT NOT NULL DEFAULT 0"),
    ("member", "called", "VARCHAR(40) NOT NULL DEFAULT ''"),
    ("member", "muted_until", "BIGINT NOT NULL DEFAULT 0"),
]

_COUNT = """
UPDATE community SET members = (
    SELECT COUNT(*) FROM conversation c JOIN member m ON m.conversation_id = c.id
    WHERE c.kind = 11 AND c.a = community.id AND m.role > 0
)
"""

#: By role and by when they came; by how far they see back.
_INDEXES = {
    "member_here": "conversation_id, role, createat, user_id",
    "member_cleared": "conversation_id, cleared",
}
_OLD_INDEX = "member_conversation_id"


def up(migrator, db):
    text = ["DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"] if isinstance(db, MySQLDatabase) else None

    class Table(Model):
        class Meta:
            database = db
            legacy_table_names = False
            table_settings = text

    class JoinRequest(Table):
        id = BigAutoField()
        community_id = BigIntegerField()
        user_id = BigIntegerField()
        proposer = BigIntegerField()
        memo = CharField(max_length=60)
        state = SmallIntegerField()
        createat = BigIntegerField()

        class Meta:
            table_name = "join_request"
            indexes = (
                (("community_id", "user_id"), True),
                (("community_id", "id"), False),
                (("community_id", "state", "createat"), False),
            )

    class Ban(Table):
        id = BigAutoField()
        community_id = BigIntegerField()
        user_id = BigIntegerField()
        banned_by = BigIntegerField()
        createat = BigIntegerField()

        class Meta:
            table_name = "ban"
            indexes = ((("community_id", "user_id"), True), (("community_id", "id"), False))

    class Link(Table):
        id = BigAutoField()
        community_id = BigIntegerField()
        code = CharField(max_length=32, unique=True)
        maker = BigIntegerField()
        until = BigIntegerField()
        uses = IntegerField()
        used = IntegerField()
        revoked = SmallIntegerField()
        createat = BigIntegerField()

        class Meta:
            table_name = "link"
            indexes = ((("community_id", "id"), False),)

    db.create_tables([JoinRequest, Ban, Link])
    # MySQL commits each of these at once: what an interrupted run has done is not done again.
    for table, column, kind in _COLUMNS:
        if column not in {found.name for found in db.get_columns(table)}:
            db.execute_sql(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
    _slots(db, "BIGINT")
    there = {index.name for index in db.get_indexes("member")}
    for name, columns in _INDEXES.items():
        if name not in there:
            db.execute_sql(f"CREATE INDEX {name} ON member ({columns})")
    if _OLD_INDEX in there:
        _drop_index(db, _OLD_INDEX)
    db.execute_sql(_COUNT)


def down(migrator, db):
    db.execute_sql(f"CREATE INDEX {_OLD_INDEX} ON member (conversation_id)")
    for name in _INDEXES:
        _drop_index(db, name)
    for table in ("link", "ban", "join_request"):
        db.execute_sql(f"DROP TABLE {table}")
    # What has ended is forgotten: nothing before knew of it.
    db.execute_sql("DELETE FROM community WHERE slot < 0")
    _slots(db, "INTEGER")
    for table, column, _ in reversed(_COLUMNS):
        db.execute_sql(f"ALTER TABLE {table} DROP COLUMN {column}")


def _slots(db, kind):
    """A dissolved group's slot is its id, which may be a large one. SQLite has one kind of numbers."""
    if isinstance(db, MySQLDatabase):
        db.execute_sql(f"ALTER TABLE community MODIFY slot {kind} NOT NULL")
    elif isinstance(db, PostgresqlDatabase):
        db.execute_sql(f"ALTER TABLE community ALTER slot TYPE {kind}")


def _drop_index(db, name):
    on = "" if isinstance(db, (SqliteDatabase, PostgresqlDatabase)) else " ON member"
    db.execute_sql(f"DROP INDEX {name}{on}")
