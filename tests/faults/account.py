"""What a database server does to an account that is no administrator's: the one that Magpie has in real
life."""

import time
from contextlib import contextmanager

import psycopg
import pymysql

from tests.servers import DatabaseServer

#: Seconds after which a test gives up on what a database server should do at once.
PATIENCE = 30


class Account:
    """An account for one database of `server`, with its `url`. Each kind of server has its own words for the
    rest."""

    def __init__(self, server: DatabaseServer) -> None:
        self.server = server
        self.database = server.create_migrated()
        self.name = f"clerk_{self.database}"
        self.url = server.url(self.database).replace("//magpie:magpie@", f"//{self.name}:magpie@")
        self.prepare()

    def prepare(self) -> None:
        """Makes it."""

    def rows(self, sql: str, *parameters: object) -> list[tuple]:
        """What the administrator finds in the database."""
        with self.session() as run:
            return run(sql, *parameters)

    def connections(self) -> set[int]:
        """Those that it has now."""
        return {number for (number,) in self.rows(self.mine, self.name)}

    def wait_for_waiting(self, run) -> None:
        """Returns when somebody waits for a lock."""
        end = time.monotonic() + PATIENCE
        while not run(self.waiting):
            assert time.monotonic() < end, "nobody waits"
            time.sleep(0.15)  # InnoDB keeps its answer for a tenth of a second

    def cut(self) -> None:
        """Ends all its connections; returns when they are gone."""
        end = time.monotonic() + PATIENCE
        for number in self.connections():
            self.kill(number)
        while self.connections():
            assert time.monotonic() < end, "connections that do not end"
            time.sleep(0.01)

    def drop(self) -> None:
        self.server.drop(self.database)


class MariaDBAccount(Account):
    mine = "SELECT id FROM information_schema.processlist WHERE user = %s"
    waiting = "SELECT 1 FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'"
    own_number = "SELECT CONNECTION_ID()"

    def prepare(self) -> None:
        self.server.execute(f"CREATE USER {self.name}@'127.0.0.1' IDENTIFIED BY 'magpie'")
        self.server.execute(f"CREATE TABLE {self.database}.weight (n INT)")
        self.server.execute(f"GRANT ALL ON {self.database}.* TO {self.name}@'127.0.0.1'")

    @contextmanager
    def session(self):
        """An administrator's transaction in the database: a function that runs a statement in it."""
        with self.server.connect(self.database) as connection, connection.cursor() as cursor:
            connection.begin()

            def run(sql: str, *parameters: object) -> list[tuple]:
                cursor.execute(sql, parameters)
                return list(cursor.fetchall())

            yield run
            connection.rollback()

    def kill(self, number: int) -> None:
        try:
            self.server.execute(f"KILL {number}")
        except pymysql.MySQLError:
            pass  # it has gone by itself

    def read_only(self, on: bool) -> None:
        """The server takes no writes from now on, on connections that are there either; or it does again."""
        self.server.execute(f"SET GLOBAL read_only = {int(on)}")

    def limit(self, connections: int) -> None:
        """It may have so many; 0: as many as it likes."""
        self._alter(f"WITH MAX_USER_CONNECTIONS {connections}")

    def limit_statements(self, seconds: float) -> None:
        """No statement of its new connections may take longer."""
        self._alter(f"WITH MAX_STATEMENT_TIME {seconds}")

    def lock(self, run, table: str) -> None:
        """The session has the table for itself."""
        run(f"LOCK TABLES {table} WRITE")

    def outlive(self, run, outlives: bool) -> None:
        """Of those who wait for each other in a circle, whether the database is to end others or this
        session: it ends the one that has written less."""
        if outlives:
            run(f"INSERT INTO weight VALUES {', '.join(['(1)'] * 2000)}")

    def _alter(self, what: str) -> None:
        self.server.execute(f"ALTER USER {self.name}@'127.0.0.1' {what}")


class PostgreSQLAccount(Account):
    mine = "SELECT pid FROM pg_stat_activity WHERE usename = %s"
    waiting = "SELECT 1 FROM pg_locks WHERE NOT granted"
    own_number = "SELECT pg_backend_pid()"

    def prepare(self) -> None:
        self.server.execute(f"CREATE ROLE {self.name} LOGIN IN ROLE magpie")
        self.server.execute(f"ALTER DATABASE {self.database} SET deadlock_timeout = '3s'")

    @contextmanager
    def session(self):
        """An administrator's transaction in the database: a function that runs a statement in it."""
        with psycopg.connect(self.server.url(self.database)) as connection:

            def run(sql: str, *parameters: object) -> list[tuple]:
                cursor = connection.execute(sql, parameters)
                return cursor.fetchall() if cursor.description else []

            yield run
            connection.rollback()

    def kill(self, number: int) -> None:
        self.server.execute(f"SELECT pg_terminate_backend({number})")

    def read_only(self, on: bool) -> None:
        """The server takes no writes from now on, on connections that are there either; or it does again."""
        change = "SET default_transaction_read_only = on" if on else "RESET default_transaction_read_only"
        self.server.execute(f"ALTER SYSTEM {change}")
        self.server.execute("SELECT pg_reload_conf()")

    def limit(self, connections: int) -> None:
        """It may have so many; 0: as many as it likes."""
        self._alter(f"CONNECTION LIMIT {connections or -1}")

    def limit_statements(self, seconds: float) -> None:
        """No statement of its new connections may take longer."""
        self._alter(f"SET statement_timeout = {int(seconds * 1000)}")

    def lock(self, run, table: str) -> None:
        """The session has the table for itself."""
        run(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")

    def outlive(self, run, outlives: bool) -> None:
        """Of those who wait for each other in a circle, whether the database is to end others or this
        session: it ends the one that looks first."""
        run(f"SET deadlock_timeout = '{'60s' if outlives else '1ms'}'")

    def drop(self) -> None:
        super().drop()
        self.server.execute(f"DROP ROLE {self.name}")

    def _alter(self, what: str) -> None:
        self.server.execute(f"ALTER ROLE {self.name} {what}")


KINDS = {"mariadb": MariaDBAccount, "postgresql": PostgreSQLAccount}
