"""What operators decide about users, by which names people and groups are looked for, and what a command
tells the servers that run beside it."""

from peewee import (
    BigIntegerField,
    Model,
    MySQLDatabase,
    PostgresqlDatabase,
    SmallIntegerField,
)

_NAMES = {"user_names": ("user", "nickname"), "community_names": ("community", "name")}
_NUMBERS = ("ordered", "said", "operators")


def up(migrator, db):
    class Restraint(Model):
        user_id = BigIntegerField(primary_key=True)
        muted_until = BigIntegerField(index=True)
        deactivated = SmallIntegerField()
        number = BigIntegerField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "restraint"

    db.create_tables([Restraint])
    # By code points in every database, so that names with the same beginning stand together.
    order = ' COLLATE "C"' if isinstance(db, PostgresqlDatabase) else ""
    for index, (table, column) in _NAMES.items():
        db.execute_sql(f"CREATE INDEX {index} ON {table.join(db.quote)} ({column}{order}, id)")
    db.execute_sql(f"CREATE INDEX user_op ON {'user'.join(db.quote)} (op)")
    for name in _NUMBERS:
        db.execute_sql(f"INSERT INTO server_state (name, value) VALUES ('{name}', 0)")


def down(migrator, db):
    for name in _NUMBERS:
        db.execute_sql(f"DELETE FROM server_state WHERE name = '{name}'")
    for index, (table, _) in {**_NAMES, "user_op": ("user", "")}.items():
        on = f" ON {table.join(db.quote)}" if isinstance(db, MySQLDatabase) else ""
        db.execute_sql(f"DROP INDEX {index}{on}")
    db.execute_sql("DROP TABLE restraint")
