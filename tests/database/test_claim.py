"""One server on a database server, whatever becomes of its connection."""

import queue
import threading
import time

import peewee
import psycopg
import pytest

from database.claim import Claim

#: Seconds that are too short for anybody to let go, and that are enough on the busiest machine.
SHORT_S, LONG_S = 0.2, 20.0


@pytest.fixture(params=["mariadb", "postgresql"])
def server_and_url(request):
    """A database server, and the address of an empty database."""
    server = request.getfixturevalue(request.param)
    name = server.create()
    yield server, server.url(name)
    server.drop(name)


def connections(server, url: str) -> list[int]:
    """The numbers of those to the database."""
    name = url.rpartition("/")[2]
    if url.startswith("postgresql"):
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            mine = "SELECT pid FROM pg_stat_activity WHERE datname = %s"
            return [number for (number,) in connection.execute(mine, (name,))]
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT id FROM information_schema.processlist WHERE db = %s", (name,))
        return [number for (number,) in cursor.fetchall()]


def only(server, url: str) -> int:
    """The number of the one connection, once there are no others."""
    end = time.monotonic() + 20
    while len(found := connections(server, url)) != 1:
        assert time.monotonic() < end, found
        time.sleep(0.01)
    return found[0]


def cut(server, url: str) -> None:
    """Ends all connections to the database, as a restart of it would."""
    for number in connections(server, url):
        server.execute(
            f"SELECT pg_terminate_backend({number}, 5000)"
            if url.startswith("postgresql")
            else f"KILL {number}"
        )


class Steps:
    """In the place of the claim's pauses: it looks when it is told to."""

    def __init__(self) -> None:
        self._arrived, self._next = queue.Queue(), queue.Queue()

    def wait(self, seconds: float) -> bool:
        self._arrived.put(None)
        return self._next.get()

    def set(self) -> None:
        self._next.put(True)

    def look(self) -> None:
        """Returns when the claim has looked once."""
        self._arrived.get(timeout=2 * LONG_S)
        self._next.put(False)
        self._arrived.get(timeout=2 * LONG_S)
        self._arrived.put(None)


def taken(url: str) -> bool:
    """Whether somebody has it."""
    return not Claim(url, 8, patience_s=SHORT_S).take()


def stepping(url: str, patience_s: float = LONG_S) -> tuple[Claim, Steps]:
    mine, steps = Claim(url, 30, patience_s=patience_s), Steps()
    mine._stop = steps
    assert mine.take()
    return mine, steps


def test_one_has_it(server_and_url):
    """Two servers never have the same database, and two databases of one server are two."""
    server, url = server_and_url
    one = Claim(url, 8)
    assert one.take() and taken(url)
    name = server.create()
    elsewhere = Claim(server.url(name), 8)
    assert elsewhere.take()
    elsewhere.release()
    server.drop(name)
    one.release()
    next_one = Claim(url, 30, patience_s=LONG_S)
    assert next_one.take()
    next_one.release()


def test_it_is_taken_again(server_and_url):
    """After the database has dropped all connections the running server claims it again."""
    server, url = server_and_url
    running, steps = stepping(url)
    cut(server, url)
    steps.look()
    assert taken(url)
    running.release()


def test_the_server_became_read_only(server_and_url):
    """After a failover the connection may lead to a server that nobody writes to: the claim is made again,
    where the address leads now."""
    server, url = server_and_url
    change = f"ALTER DATABASE {url.rpartition('/')[2]} {{}} default_transaction_read_only {{}}"
    on, off = "SET GLOBAL read_only = 1", "SET GLOBAL read_only = 0"
    if url.startswith("postgresql"):
        on, off = change.format("SET", "= on"), change.format("RESET", "")
    running, steps = stepping(url)
    server.execute(on)
    try:
        cut(server, url)
        steps.look()
        before = only(server, url)
        steps.look()
        assert only(server, url) != before
    finally:
        server.execute(off)
    steps.look()
    assert taken(url)
    running.release()


def test_no_database_at_one_look(server_and_url, monkeypatch):
    """However long the database was away, the claim is taken again once it is back."""
    server, url = server_and_url
    running, steps = stepping(url)

    def away(*_: object) -> bool:
        raise peewee.OperationalError("there is no database")

    cut(server, url)
    with monkeypatch.context() as patched:
        patched.setattr(running._dialect, "claim", away)
        steps.look()
        steps.look()
    steps.look()
    assert taken(url)
    running.release()


def test_a_connection_that_ends_slowly(server_and_url):
    """The database may still be letting go of a connection that has ended, one's own among them: that is no
    other server."""
    server, url = server_and_url
    running, steps = stepping(url)
    cut(server, url)
    ending = Claim(url, 30, patience_s=LONG_S)
    assert ending.take()
    end = threading.Timer(0.3, ending.release)
    end.start()
    steps.look()
    end.join()
    assert taken(url)
    running.release()


def test_somebody_else_came(server_and_url, expect_logs):
    """When another server came while the database was away, the log says so."""
    server, url = server_and_url
    running, steps = stepping(url, SHORT_S)
    cut(server, url)
    other = Claim(url, 30, patience_s=LONG_S)
    assert other.take()
    expect_logs("magpie.database", "another server has come to this database")
    steps.look()
    other.release()
    running.release()


def test_database_that_is_not_there():
    """A database that can't be reached is an error, not a claim."""
    with pytest.raises(Exception, match="refused"):
        Claim("postgresql://u:p@127.0.0.1:9/d", 8).take()
