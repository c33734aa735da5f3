"""What PostgreSQL does by itself is there, or the server does without."""

import logging

import pytest

from database import functions
from database.door import Database

pytestmark = pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)


def drop(database):
    database.peewee.execute_sql(f"DROP FUNCTION {functions.APPEND}")


async def test_rows_that_were_restored_alone(database, caplog):
    """A database into which somebody has put the tables and the rows gets its functions at the start."""
    assert await database.read(functions.there, database.peewee)
    await database.write(drop, database)
    with caplog.at_level(logging.INFO, "magpie.database"):
        database.check()
    assert "was missing, and is there again" in caplog.text
    assert await database.read(functions.there, database.peewee)


async def test_an_account_that_may_not(database, migrated_url, postgresql, expect_logs):
    """Where the server's account may make nothing, whoever runs it is told, and it starts all the same."""
    expect_logs("magpie.database", f"the function {functions.APPEND} is missing")
    await database.write(drop, database)
    name = migrated_url.rpartition("/")[2]
    postgresql.execute("CREATE ROLE guest LOGIN")
    try:
        await database.write(
            database.peewee.execute_sql, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO guest"
        )
        guest = Database(postgresql.url(name).replace("magpie:magpie@", "guest:x@"), workers=1)
        guest.check()
        guest.drop_connection()
    finally:
        await database.write(database.peewee.execute_sql, "DROP OWNED BY guest")
        postgresql.execute("DROP ROLE guest")
