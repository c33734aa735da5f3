"""Fewer pages to write for each message.

The key of cids begins with the cid: those of clients that begin theirs with the time stand side by side,
however many people write. The key of versions holds only the messages whose version is not their number,
since they or others before them have changed: none, until somebody changes one. MySQL has no keys that leave
rows out, and keeps that of versions whole.
"""

from peewee import MySQLDatabase

_CIDS, _VERSIONS = "message_cid_userid", "message_conversation_id_ver"


def up(migrator, db):
    mysql = isinstance(db, MySQLDatabase)
    # MySQL commits each of these at once: what an interrupted run has done is not done again.
    there = {index.name for index in db.get_indexes("message")}
    if _CIDS not in there:
        _make(db, _CIDS, "cid, userid", None if mysql else "cid IS NOT NULL")
    for columns in (("userid", "cid"),) if mysql else (("userid", "cid"), ("conversation_id", "ver")):
        _drop(db, columns)
    if not mysql:
        _make(db, _VERSIONS, "conversation_id, ver", "ver <> seq")


def down(migrator, db):
    mysql = isinstance(db, MySQLDatabase)
    if not mysql:
        _drop(db, ("conversation_id", "ver"))
        _make(db, _VERSIONS, "conversation_id, ver")
    _make(db, "message_userid_cid", "userid, cid")
    _drop(db, ("cid", "userid"))


def _make(db, name, columns, only=None):
    where = f" WHERE {only}" if only else ""
    db.execute_sql(f"CREATE UNIQUE INDEX {name} ON message ({columns}){where}")


def _drop(db, columns):
    """The key on these columns; Peewee has named it."""
    on = " ON message" if isinstance(db, MySQLDatabase) else ""
    for index in db.get_indexes("message"):
        if tuple(index.columns) == columns:
            db.execute_sql(f"DROP INDEX {index.name.join(db.quote)}{on}")
