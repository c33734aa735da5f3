"""What several processes do together: counts of what somebody would spread over them, and when one of them
kept house last."""

from peewee import BigIntegerField, CharField, Model, MySQLDatabase, PostgresqlDatabase


def up(migrator, db):
    text = ["DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"] if isinstance(db, MySQLDatabase) else None

    class Table(Model):
        class Meta:
            database = db
            legacy_table_names = False

    class Rate(Table):
        key = CharField(64, primary_key=True)
        full_at = BigIntegerField()

        class Meta:
            table_name = "rate"
            table_settings = text

    class ServerState(Table):
        name = CharField(primary_key=True, max_length=32)
        value = BigIntegerField()

        class Meta:
            table_name = "server_state"

    db.create_tables([Rate])
    if isinstance(db, PostgresqlDatabase):
        db.execute_sql("ALTER TABLE rate SET UNLOGGED")  # what was counted may be lost in a crash
    # MySQL commits a table at once: what an interrupted run has done is not done again.
    ServerState.insert(name="housekeeping", value=0).on_conflict_ignore().execute()


def down(migrator, db):
    db.execute_sql("DELETE FROM server_state WHERE name = 'housekeeping'")
    db.execute_sql("DROP TABLE rate")
