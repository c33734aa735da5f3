"""Two processes, for each way of going together."""

import shutil

import pytest

from tests.cluster.cluster import cluster
from tests.cluster.lasting import KINDS, Lasting, migrate, parts_of, two_lasting
from tests.redis_server import Redis
from tests.servers import running


@pytest.fixture(params=KINDS, ids="+".join)
def way(request):
    """(the database's server, `broker.url`)."""
    return parts_of(request)


@pytest.fixture(scope="session", params=KINDS, ids="+".join)
def lasting(request, tmp_path_factory):
    """Two processes for all tests that only add people to them: they take seconds to start."""

    def prepare(made: Lasting) -> None:
        code, said = migrate(made, made.data)
        assert code == 0, said

    with two_lasting(request, tmp_path_factory, prepare) as made:
        yield made


@pytest.fixture
def both(lasting, io_loop):
    """The same, with other people in them from tests before."""
    yield lasting.cluster
    lasting.forget_clients()


@pytest.fixture
def two(way, io_loop, tmp_path):
    """Two processes, empty."""
    database, broker_url = way
    name = database.create()
    made = cluster(tmp_path / "data", database.url(name), broker_url, MAGPIE_DATABASE_DEADLINE_S="2")
    yield io_loop.run_sync(made.__aenter__)
    io_loop.run_sync(lambda: made.__aexit__(None, None, None))
    database.drop(name)


@pytest.fixture
def own_redis():
    """A Redis that one test may break."""
    yield from running(Redis, shutil.which(Redis.binary))
