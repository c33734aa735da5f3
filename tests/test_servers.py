"""The test session's own database servers and log check."""

import logging
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pymysql


def test_new_database_is_reachable_and_empty(database_url):
    """Each test gets a database of its own, reached with the address a server would be given."""
    scheme, _, rest = database_url.partition("://")
    if scheme == "sqlite":
        assert not Path(rest).exists() and Path(rest).parent.is_dir()
    elif scheme == "mysql":
        assert mysql_tables(database_url) == 0
    else:
        assert postgresql_tables(database_url) == 0


def test_a_copied_schema_is_the_migrations_own(mariadb):
    """What a test finds in its MariaDB is to the letter what the migrations have made; the others' copies are
    made of the very files."""
    name = mariadb.create_migrated()

    def look(database: str) -> dict[str, tuple[str, tuple]]:
        with mariadb.connect(database) as connection, connection.cursor() as cursor:
            cursor.execute("SHOW TABLES")
            found = {}
            for (table,) in cursor.fetchall():
                cursor.execute(f"SHOW CREATE TABLE `{table}`")
                made = cursor.fetchone()[1]
                cursor.execute(f"SELECT * FROM `{table}` ORDER BY 1")
                found[table] = made, cursor.fetchall()
            return found

    copied, migrated = look(name), look(mariadb.migrated)
    assert copied == migrated and copied["server_state"][1]
    mariadb.drop(name)


def test_unexpected_log_lines_are_complaints(expect_logs):
    """A warning nobody asked for is complained about, and so is one that was asked for and did not come."""
    expect_logs("magpie.test", "known", required=False)
    expect_logs("magpie.test", "never said")
    logging.getLogger("magpie.test.part").warning("known")
    logging.getLogger("magpie.test").error("surprise")
    complaints = expect_logs.complaints()
    expect_logs.expected.clear()
    expect_logs.records.clear()
    assert complaints == [
        "unexpected log line: ERROR magpie.test: surprise",
        "expected log line did not come: magpie.test: never said",
    ]


def mysql_tables(url: str) -> int:
    parts = urlsplit(url)
    connection = pymysql.connect(
        host=parts.hostname,
        port=parts.port,
        user=parts.username,
        password=parts.password,
        database=parts.path[1:],
        ssl_disabled=True,
    )
    with connection, connection.cursor() as cursor:
        return cursor.execute("SHOW TABLES")


def postgresql_tables(url: str) -> int:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()[0]
