"""What somebody keeps: messages, and stickers of their own."""

from peewee import BigAutoField, BigIntegerField, CharField, Model, MySQLDatabase, TextField


def up(migrator, db):
    text = ["DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"] if isinstance(db, MySQLDatabase) else None

    class Table(Model):
        class Meta:
            database = db
            legacy_table_names = False
            table_settings = text

    class Favorite(Table):
        id = BigAutoField()
        user_id = BigIntegerField()
        conversation_id = BigIntegerField()
        seq = BigIntegerField()
        message = TextField()
        createat = BigIntegerField()

        class Meta:
            table_name = "favorite"
            indexes = ((("user_id", "conversation_id", "seq"), True), (("user_id", "id"), False))

    class Sticker(Table):
        id = BigAutoField()
        user_id = BigIntegerField()
        url = CharField(max_length=255)
        createat = BigIntegerField()

        class Meta:
            table_name = "sticker"
            indexes = ((("user_id", "url"), True),)

    db.create_tables([Favorite, Sticker])
    if isinstance(db, MySQLDatabase):  # TEXT ends at 64 KiB, which a frame alone may have
        db.execute_sql("ALTER TABLE favorite MODIFY message MEDIUMTEXT NOT NULL")


def down(migrator, db):
    for table in ("sticker", "favorite"):
        db.execute_sql(f"DROP TABLE {table}")
