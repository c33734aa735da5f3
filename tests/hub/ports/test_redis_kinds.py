"""Redis as it is set up elsewhere: with a password, over TLS, behind sentinels, as a cluster."""

import asyncio
import shutil
from contextlib import asynccontextmanager

import pytest

from hub.ports.line import LineError
from hub.ports.redis import RedisLine
from hub.ports.redis.address import RedisAddress
from tests.app import PATIENCE
from tests.redis_server import Redis
from tests.servers import free_port, running

pytestmark = pytest.mark.usefixtures("redis")  # skips where there is none


@asynccontextmanager
async def line(url: str):
    """An open line, and what it hears."""
    made, heard = RedisLine(RedisAddress.parse(url), "{magpie}test"), asyncio.Queue()
    made.listen(heard.put_nowait, lambda kept: None, lambda why: None)
    await made.open()
    try:
        yield made, heard
    finally:
        await made.close()


async def says(url: str, letter: bytes = b"hi") -> None:
    """What is said over the line comes back."""
    async with line(url) as (made, heard), asyncio.timeout(PATIENCE):
        assert made.send(letter)
        assert await heard.get() == letter


@pytest.fixture
def closed():
    """A Redis that wants a password."""
    yield from running(Redis, True, "--requirepass", "s3cret")


async def test_a_password(closed):
    """The password in the address is used; a wrong one or none is told at once, without it."""
    await says(f"redis://:s3cret@127.0.0.1:{closed.port}")
    await says(f"redis://default:s3cret@127.0.0.1:{closed.port}/5")
    for who in (":wrong@", "nobody:s3cret@", ""):
        with pytest.raises(LineError, match="WRONGPASS|NOAUTH") as refused:
            await says(f"redis://{who}127.0.0.1:{closed.port}")
        assert "s3cret" not in str(refused.value)


async def test_no_redis_there(monkeypatch):
    """A port where nobody listens, and a server that is no Redis, are told."""
    monkeypatch.setattr("hub.ports.redis.line.FIRST_S", 0.1)
    with pytest.raises(LineError, match="127.0.0.1:9: .*failed"):
        await says("redis://127.0.0.1:9")


class TlsRedis(Redis):
    """Its certificate is its own authority: `cert`."""

    def prepare(self) -> None:
        self.key, self.cert = self.folder / "key.pem", self.folder / "cert.pem"
        subject = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
        files = ("-keyout", str(self.key), "-out", str(self.cert))
        self.call("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject, *files)

    def command(self) -> list[str]:
        plain = super().command()
        plain[plain.index("--port")] = "--tls-port"
        files = ("--tls-cert-file", str(self.cert), "--tls-key-file", str(self.key))
        return [*plain, "--port", "0", *files, "--tls-auth-clients", "no"]


@pytest.fixture
def tls():
    """A Redis that speaks TLS only."""
    yield from running(TlsRedis, True)


async def test_tls(tls):
    """Over TLS, with authorities of one's own; a certificate of nobody's is refused."""
    await says(f"rediss://127.0.0.1:{tls.port}?ssl_ca_certs={tls.cert}")
    connection = RedisLine(RedisAddress.parse(f"rediss://127.0.0.1:{tls.port}"), "x")
    with pytest.raises(LineError, match="certificate"):
        await connection._connect()


class Sentinel(Redis):
    """One sentinel, which is a quorum, that watches the master at `port`."""

    ready = "+monitor"

    def __init__(self, port: int):
        self.master_port = port
        super().__init__()

    def prepare(self) -> None:
        conf = self.folder / "sentinel.conf"
        conf.write_text(
            f"port {self.port}\nbind 127.0.0.1\ndir {self.folder}\n"
            f"sentinel monitor main 127.0.0.1 {self.master_port} 1\n"
            "sentinel down-after-milliseconds main 500\nsentinel failover-timeout main 2000\n"
        )
        shutil.chown(conf, **({"user": self.account} if self.identity else {"user": None, "group": -1}))

    def command(self) -> list[str]:
        return [shutil.which(self.binary), str(self.folder / "sentinel.conf"), "--sentinel"]


async def test_sentinels(monkeypatch, expect_logs):
    """The master is asked for by its name; when it dies the line goes on at the one that takes its place."""
    expect_logs("magpie.bus", "Redis", required=False)
    monkeypatch.setattr("hub.ports.redis.address.ASK_S", 5)
    master = Redis()
    replica = Redis("--replicaof", "127.0.0.1", str(master.port))
    sentinel = Sentinel(master.port)
    try:
        async with (
            line(f"redis+sentinel://127.0.0.1:{sentinel.port}/main") as (made, heard),
            asyncio.timeout(PATIENCE),
        ):
            made.send(b"one")
            assert await heard.get() == b"one"
            while f":{replica.port}" not in await told(sentinel, "SENTINEL", "REPLICAS", "main"):
                await asyncio.sleep(0.2)
            master.end()
            made.send(b"two")
            got = set()
            while (
                b"three" not in got
            ):  # what is unanswered is sent again; what comes twice is told by numbers
                made.send(b"three")
                try:
                    async with asyncio.timeout(0.5):
                        while True:
                            got.add(await heard.get())
                except TimeoutError:
                    pass
            assert b"two" in got
    finally:
        for server in (sentinel, replica):
            server.stop()


async def told(server: Redis, *words: str) -> str:
    program = await asyncio.create_subprocess_exec(
        "redis-cli", "-p", str(server.port), *words, stdout=asyncio.subprocess.PIPE
    )
    return (await program.communicate())[0].decode().replace("\n", ":")


async def test_cluster():
    """The line finds the node of a cluster that has its stream."""
    options = ("--cluster-enabled", "yes", "--cluster-node-timeout", "2000", "--cluster-port")
    nodes = [Redis(*options, str(free_port())) for _ in range(3)]
    try:
        where = [f"127.0.0.1:{node.port}" for node in nodes]
        made = await asyncio.create_subprocess_exec(
            "redis-cli", "--cluster", "create", *where, "--cluster-yes", stdout=asyncio.subprocess.PIPE
        )
        assert b"All 16384 slots covered" in (await made.communicate())[0]
        await says(f"redis+cluster://{where[0]},{where[1]}")
        with pytest.raises(LineError, match="MOVED|CLUSTERDOWN"):
            for place in where:  # one of them has it, and the others say who
                await says(f"redis://{place}")
    finally:
        for node in nodes:
            node.stop()
