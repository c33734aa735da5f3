"""The change number: one counter of the installation, and where each conversation and member stands on it.

Conversations get their first numbers in the order in which they changed last.
"""

from peewee import BigIntegerField, CharField, Model


def up(migrator, db):
    name = "change".join(db.quote)  # a word of SQL on MySQL
    for table in ("conversation", "member"):
        # MySQL commits each of these at once: what an interrupted run has done is not done again.
        if "change" not in {column.name for column in db.get_columns(table)}:
            db.execute_sql(f"ALTER TABLE {table} ADD COLUMN {name} BIGINT NOT NULL DEFAULT 0")

    class Table(Model):
        class Meta:
            database = db
            legacy_table_names = False

    class Conversation(Table):
        updateat = BigIntegerField()
        change = BigIntegerField()

    class ServerState(Table):
        name = CharField(primary_key=True, max_length=32)
        value = BigIntegerField()

        class Meta:
            table_name = "server_state"

    by_time = Conversation.select(Conversation.id).order_by(Conversation.updateat, Conversation.id)
    numbers = [(number, conversation_id) for number, (conversation_id,) in enumerate(by_time.tuples(), 1)]
    if numbers:
        sql = f"UPDATE conversation SET {name} = {db.param} WHERE id = {db.param}"
        db.cursor().executemany(sql, numbers)
    ServerState.insert(name="change", value=len(numbers)).execute()


def down(migrator, db):
    name = "change".join(db.quote)
    db.execute_sql("DELETE FROM server_state WHERE name = 'change'")
    for table in ("member", "conversation"):
        db.execute_sql(f"ALTER TABLE {table} DROP COLUMN {name}")
