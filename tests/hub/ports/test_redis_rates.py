"""Every way of saying where Redis is leads to it, for the line and for questions."""

import shutil

import pytest
import redis as redis_py

from hub.ports.rates import Take
from hub.ports.redis.address import RedisAddress
from hub.ports.redis.rates import RedisRates
from tests.redis_server import Redis
from tests.servers import free_port

PASSWD = "se:cr@t"
QUOTED = "se%3Acr%40t"


class Sentinel(Redis):
    """Watches a server, and wants a password to be asked."""

    ready = "+monitor"

    def __init__(self, watched: int) -> None:
        self._watched = watched
        super().__init__()

    def prepare(self) -> None:
        self.config = self.folder / "sentinel.conf"
        self.config.write_text(
            f"port {self.port}\nbind 127.0.0.1\nrequirepass {PASSWD}\n"
            f"sentinel monitor main 127.0.0.1 {self._watched} 1\n"
        )
        if "user" in self.identity:
            shutil.chown(self.config, self.identity["user"], self.identity["group"])

    def command(self) -> list[str]:
        return [shutil.which(self.binary), str(self.config), "--sentinel"]


@pytest.fixture
def guarded(redis):
    """A server with a password; `redis` skips where there is none."""
    server = Redis("--requirepass", PASSWD)
    yield server
    server.stop()


@pytest.fixture
def clustered(redis):
    """A cluster of one."""
    server = Redis("--cluster-enabled", "yes", "--cluster-port", str(free_port()))
    with redis_py.Redis(host="127.0.0.1", port=server.port) as client:
        client.execute_command("CLUSTER", "ADDSLOTS", *range(16384))
        while "cluster_state:ok" not in str(client.execute_command("CLUSTER", "INFO")):
            pass
    yield server
    server.stop()


async def leads_there(url: str, port: int) -> None:
    address = RedisAddress.parse(url)
    assert await address.find("{magpie:1}:bus") == ("127.0.0.1", port)
    rates, take = RedisRates(address, "{magpie:1}:rate"), Take("login", "a", 1_000_000_000, 1)
    assert await rates.take([take, take._replace(key="b")]) is None
    assert (await rates.take([take._replace(key="c"), take])).take == take
    await rates.give_back([take])
    assert await rates.take([take]) is None
    await rates.close()


async def test_one_server(guarded):
    """redis://, with a password and a database."""
    await leads_there(f"redis://:{QUOTED}@127.0.0.1:{guarded.port}/3", guarded.port)


async def test_a_cluster(clustered):
    """redis+cluster://: all names of an installation are on one server, so that one question is about
    several of them."""
    await leads_there(f"redis+cluster://127.0.0.1:{clustered.port}", clustered.port)


async def test_sentinels(redis):
    """redis+sentinel://, when sentinels have a password of their own and the first of them is gone."""
    watching = Sentinel(redis.port)
    try:
        hosts = f"127.0.0.1:9,127.0.0.1:{watching.port}"
        await leads_there(f"redis+sentinel://{hosts}/main/5?sentinel_password={QUOTED}", redis.port)
    finally:
        watching.stop()
