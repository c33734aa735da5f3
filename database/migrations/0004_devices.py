"""Devices: from where an account has been logged in to before."""

from peewee import BigIntegerField, CharField, CompositeKey, Model, MySQLDatabase


def up(migrator, db):
    text = ["DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"] if isinstance(db, MySQLDatabase) else None

    class Device(Model):
        user_id = BigIntegerField()
        mark = CharField(64)
        last_seen = BigIntegerField(index=True)

        class Meta:
            database = db
            table_name = "device"
            legacy_table_names = False
            table_settings = text
            primary_key = CompositeKey("user_id", "mark")

    db.create_tables([Device])


def down(migrator, db):
    db.execute_sql("DROP TABLE device")
