"""Who wants to be whose friend, and what people call their friends for themselves."""

from peewee import BigAutoField, BigIntegerField, CharField, Model, MySQLDatabase, SmallIntegerField


def up(migrator, db):
    text = ["DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"] if isinstance(db, MySQLDatabase) else None

    class FriendRequest(Model):
        id = BigAutoField()
        userid = BigIntegerField()
        dstid = BigIntegerField()
        memo = CharField(max_length=60)
        state = SmallIntegerField()
        stateat = BigIntegerField()
        createat = BigIntegerField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "friend_request"
            table_settings = text
            indexes = (
                (("userid", "dstid"), True),
                (("userid", "createat"), False),
                (("dstid", "createat"), False),
                (("createat",), False),
            )

    class ServerState(Model):
        name = CharField(primary_key=True, max_length=32)
        value = BigIntegerField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "server_state"

    db.create_tables([FriendRequest])
    ServerState.insert(name="blocks", value=0).on_conflict_ignore().execute()
    # MySQL commits each of these at once: what an interrupted run has done is not done again.
    if "remark" not in {column.name for column in db.get_columns("contact")}:
        db.execute_sql("ALTER TABLE contact ADD COLUMN remark VARCHAR(40) NOT NULL DEFAULT ''")


def down(migrator, db):
    db.execute_sql("ALTER TABLE contact DROP COLUMN remark")
    db.execute_sql("DROP TABLE friend_request")
    db.execute_sql("DELETE FROM server_state WHERE name = 'blocks'")
