"""Starting with a broker that is not right, and beside servers that have another idea of it."""

import pytest

from tests.process import process, run
from tests.redis_server import Redis
from tests.servers import running

BROKER, DATABASE = "MAGPIE_BROKER_URL", "MAGPIE_DATABASE_URL"


@pytest.fixture(params=["mariadb", "postgresql"])
def url(request, tmp_path):
    """A migrated database."""
    server = request.getfixturevalue(request.param)
    name = server.create()
    assert run("--migrate", "--data", str(tmp_path), **{DATABASE: server.url(name)})[0] == 0
    yield server.url(name)
    server.drop(name)


def refused(data, **env: str) -> tuple[int, str]:
    """The exit code, and the one line that says why."""
    code, printed, said = run("--port", "0", "--data", str(data), **env)
    assert "http" not in printed
    return code, said.splitlines()[-1]


@pytest.mark.parametrize(
    "broker, why",
    [
        ("http://:SECRET@h", "broker.url: expected redis://"),
        ("redis://:SECRET@h:port", "broker.url: 'h:port' is no host with a port"),
        ("redis://:SECRET@h/x", "broker.url: '/x' is no number of a database"),
        ("postgresql", "broker.url: SQLite is for one process"),
        ("redis://:SECRET@h", "broker.url: SQLite is for one process"),
    ],
)
def test_an_address_that_cannot_be_right(tmp_path, broker, why):
    """The start ends with 2 and one line that says what to set, and no password."""
    code, line = refused(tmp_path, **{BROKER: broker})
    assert code == 2 and why in line and "SECRET" not in line


def test_postgresql_as_broker_of_another_database(tmp_path):
    """Only PostgreSQL can be its own broker."""
    code, line = refused(tmp_path, **{BROKER: "postgresql", DATABASE: "mysql://u:SECRET@h/d"})
    assert code == 2 and "needs a database.url of PostgreSQL" in line and "SECRET" not in line


@pytest.fixture
def closed(redis):
    """A Redis that wants a password."""
    yield from running(Redis, True, "--requirepass", "s3cret")


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_broker_that_refuses(tmp_path, url, closed):
    """A wrong password and a port where nobody is end the start with 1 and one line, without the password."""
    code, line = refused(tmp_path, **{DATABASE: url, BROKER: f"redis://:SECRET@127.0.0.1:{closed.port}"})
    assert code == 1 and "cannot reach the broker: Redis says: WRONGPASS" in line and "SECRET" not in line
    code, line = refused(tmp_path, **{DATABASE: url, BROKER: "redis://:SECRET@127.0.0.1:9"})
    assert code == 1 and "cannot reach the broker: 127.0.0.1:9" in line and "SECRET" not in line


async def test_with_and_without(tmp_path, url, redis):
    """Servers with a broker and one without never share a database, nor a data directory; servers with one
    do; and nobody migrates beside them."""
    alone, together = {DATABASE: url}, {DATABASE: url, BROKER: redis.url}
    here, there = tmp_path / "here", tmp_path / "there"
    async with process(here, **together):
        for data in (here, there):
            code, line = refused(data, **alone)
            assert code == 1 and "broker.url" in line
        code, _, said = run("--migrate", "--data", str(there), **together)
        assert code == 1 and "are for when none is running" in said.lower()
        async with process(here, **together), process(there, **together):
            pass
    async with process(here, **alone):
        code, line = refused(there, **together)
        assert code == 1 and "without a broker" in line
