"""Two processes, for each way of going together."""

import shutil

import pytest

from tests.cluster.cluster import cluster
from tests.redis_server import Redis
from tests.servers import running

#: The database, and what is between the processes.
WAYS = [("mariadb", "redis"), ("postgresql", "redis"), ("postgresql", "postgresql")]


@pytest.fixture(params=WAYS, ids="+".join)
def way(request):
    """(the database's server, `broker.url`)."""
    database, broker = request.param
    url = request.getfixturevalue(broker).url if broker == "redis" else broker
    return request.getfixturevalue(database), url


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
