"""PostgreSQL gets the function that takes a batch of the message log in one call."""

from peewee import PostgresqlDatabase

from database import functions


def up(migrator, db):
    if isinstance(db, PostgresqlDatabase):
        functions.make(db)


def down(migrator, db):
    if isinstance(db, PostgresqlDatabase):
        db.execute_sql(f"DROP FUNCTION IF EXISTS {functions.APPEND}")
