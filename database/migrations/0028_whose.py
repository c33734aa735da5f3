"""In which session a log-in by QR code was approved; what somebody has reported, and asked groups for."""

from peewee import MySQLDatabase

_INDEXES = {
    "joinrequest_user_id": ("join_request", "user_id"),
    "report_user_id_state_id": ("report", "user_id, state, id"),
}


def up(migrator, db):
    db.execute_sql("ALTER TABLE qr ADD COLUMN session_id BIGINT NOT NULL DEFAULT 0")
    for index, (table, columns) in _INDEXES.items():
        db.execute_sql(f"CREATE INDEX {index} ON {table} ({columns})")


def down(migrator, db):
    for index, (table, _) in _INDEXES.items():
        on = f" ON {table}" if isinstance(db, MySQLDatabase) else ""
        db.execute_sql(f"DROP INDEX {index}{on}")
    db.execute_sql("ALTER TABLE qr DROP COLUMN session_id")
