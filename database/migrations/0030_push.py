"""Browsers that are pushed to, and what people have decided about it."""

from peewee import BigAutoField, BigIntegerField, CharField, Model, MySQLDatabase


def up(migrator, db):
    text = ["DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"] if isinstance(db, MySQLDatabase) else None

    class PushSubscription(Model):
        id = BigAutoField()
        user_id = BigIntegerField(index=True)
        session_id = BigIntegerField(index=True)
        digest = CharField(max_length=64, unique=True)
        endpoint = CharField(max_length=2048)
        p256dh = CharField(max_length=100)
        auth = CharField(max_length=32)
        lang = CharField(max_length=2)
        createat = BigIntegerField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "push_subscription"
            table_settings = text

    db.create_tables([PushSubscription])
    there = {column.name for column in db.get_columns("setting")}
    for column, kind in (
        ("push", "VARCHAR(8) NOT NULL DEFAULT 'content'"),
        ("quiet", "VARCHAR(80) NOT NULL DEFAULT ''"),
    ):
        if column not in there:  # MySQL may have been stopped between two of them
            db.execute_sql(f"ALTER TABLE setting ADD COLUMN {column} {kind}")


def down(migrator, db):
    db.execute_sql("DROP TABLE push_subscription")
    for column in ("push", "quiet"):
        db.execute_sql(f"ALTER TABLE setting DROP COLUMN {column}")
