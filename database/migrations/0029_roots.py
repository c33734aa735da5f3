"""From which session one was opened by a QR code: both have one count of wrong passwords."""


def up(migrator, db):
    db.execute_sql("ALTER TABLE session ADD COLUMN root BIGINT NOT NULL DEFAULT 0")


def down(migrator, db):
    db.execute_sql("ALTER TABLE session DROP COLUMN root")
