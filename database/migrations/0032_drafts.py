"""What somebody has begun to write, the same on all their devices."""

from peewee import BigIntegerField, CompositeKey, Model, MySQLDatabase, SmallIntegerField, TextField


def up(migrator, db):
    text = ["DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"] if isinstance(db, MySQLDatabase) else None

    class Draft(Model):
        user_id = BigIntegerField()
        kind = SmallIntegerField()
        dstid = BigIntegerField()
        content = TextField()
        at = TextField()
        ref = BigIntegerField()
        rev = BigIntegerField()
        updateat = BigIntegerField()

        class Meta:
            database = db
            table_name = "draft"
            table_settings = text
            primary_key = CompositeKey("user_id", "kind", "dstid")
            indexes = ((("user_id", "rev"), True),)

    db.create_tables([Draft])


def down(migrator, db):
    db.execute_sql("DROP TABLE draft")
