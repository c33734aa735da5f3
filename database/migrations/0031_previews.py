"""What pages behind links say of themselves, and whose links are not opened."""

from peewee import BigAutoField, BigIntegerField, CharField, Model, MySQLDatabase, TextField


def up(migrator, db):
    text = ["DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"] if isinstance(db, MySQLDatabase) else None

    class Preview(Model):
        id = BigAutoField()
        digest = CharField(max_length=64, unique=True)
        told = TextField(null=True)
        until = BigIntegerField(index=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_settings = text

    db.create_tables([Preview])
    if "previews" not in {column.name for column in db.get_columns("setting")}:
        db.execute_sql("ALTER TABLE setting ADD COLUMN previews SMALLINT NOT NULL DEFAULT 1")


def down(migrator, db):
    db.execute_sql("DROP TABLE preview")
    db.execute_sql("ALTER TABLE setting DROP COLUMN previews")
