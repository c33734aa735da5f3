"""What is unread is found without looking at what lies between: notices by their places, and from where on a
member has written themselves.

The index has notices only, so nothing is written to it for any other message, and counting needs no row of
`message`. On SQLite `media` is its first column, the same in all of it: without that the planner takes the
primary key, and looks at every message (206 ms instead of 3 for 250 groups of 6000). PostgreSQL drops the
condition that the index is made for, and would not find a conversation behind `media`: it would take the
primary key there. MySQL and MariaDB have no index for some rows only; there what is unread in groups is
counted one by one.

`said` is found by one walk over all messages. PostgreSQL's function keeps it from now on, under a new name.
"""

from peewee import MySQLDatabase, PostgresqlDatabase

from database import functions

NOTICE = 90

#: The first message of each member's own after what they have read: a look-up for each message. The other way
#: round, the messages for each member, would walk those of a group once for each of its members.
_FIRST_OWN = """
SELECT m.user_id AS who, m.conversation_id AS place, MIN(s.seq) AS seq
FROM message s {join} member m
WHERE m.user_id = s.userid AND m.conversation_id = s.conversation_id AND s.seq > m.{read}
GROUP BY m.user_id, m.conversation_id
"""


def up(migrator, db):
    # MySQL commits each of these at once: what an interrupted run has done is not done again.
    if "said" not in {column.name for column in db.get_columns("member")}:
        db.execute_sql("ALTER TABLE member ADD COLUMN said BIGINT NOT NULL DEFAULT 0")
    _fill(db)
    if isinstance(db, MySQLDatabase):
        return
    columns = "conversation_id, seq, userid"
    if isinstance(db, PostgresqlDatabase):
        db.execute_sql("DROP FUNCTION IF EXISTS magpie_append_1")
        functions.make(db)
    else:
        columns = f"media, {columns}"
    db.execute_sql(f"CREATE INDEX message_notices ON message ({columns}) WHERE media = {NOTICE}")


def down(migrator, db):
    if not isinstance(db, MySQLDatabase):
        db.execute_sql("DROP INDEX message_notices")
    if isinstance(db, PostgresqlDatabase):
        db.execute_sql(f"DROP FUNCTION IF EXISTS {functions.APPEND}")
    db.execute_sql("ALTER TABLE member DROP COLUMN said")


def _fill(db):
    """`said` of everybody."""
    mysql = isinstance(db, MySQLDatabase)
    # SQLite and MySQL keep to the order of these joins; "read" is a word of SQL on MySQL.
    first = _FIRST_OWN.format(join="STRAIGHT_JOIN" if mysql else "CROSS JOIN", read="read".join(db.quote))
    same = "member.user_id = f.who AND member.conversation_id = f.place"
    if mysql:
        db.execute_sql(f"UPDATE member JOIN ({first}) f ON {same} SET member.said = f.seq")
    else:
        db.execute_sql(f"UPDATE member SET said = f.seq FROM ({first}) f WHERE {same}")
