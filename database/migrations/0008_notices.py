"""Notices by their places: how many of them are unread is asked without looking at what lies between.

Nothing is written for any other message. `media` is the same in all rows, and yet the first column: SQLite
then prefers this index, and need not look at the rows. MySQL and MariaDB have no index for some rows only;
there what is unread in groups is counted one by one.
"""

from peewee import MySQLDatabase

NOTICE = 90


def up(migrator, db):
    if not isinstance(db, MySQLDatabase):
        db.execute_sql(
            f"CREATE INDEX message_notices ON message (conversation_id, seq, userid) WHERE media = {NOTICE}"
        )


def down(migrator, db):
    if not isinstance(db, MySQLDatabase):
        db.execute_sql("DROP INDEX message_notices")
