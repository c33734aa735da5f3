"""What users have decided about being seen, asked and found."""

from peewee import BigIntegerField, CharField, Model, MySQLDatabase, SmallIntegerField


def up(migrator, db):
    text = ["DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"] if isinstance(db, MySQLDatabase) else None

    class Setting(Model):
        user_id = BigIntegerField(primary_key=True)
        online = SmallIntegerField(index=True)
        read = SmallIntegerField(index=True)
        approval = CharField(max_length=8)
        find = CharField(max_length=40)
        change = BigIntegerField(index=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "setting"
            table_settings = text

    db.create_tables([Setting])


def down(migrator, db):
    db.execute_sql("DROP TABLE setting")
