"""Where Redis is: its address as `broker.url` says it, and which server has our stream now.

redis://user:password@host:6379/0            one server, or a proxy in front of many
redis+sentinel://…@host:26379,host/name/0    whichever the sentinels call the master of `name`
redis+cluster://…@host:6379,host             a cluster
rediss…                                      the same over TLS
"""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import redis
from redis.asyncio import Redis
from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff

from hub.ports.line import LineError

PORT, SENTINEL_PORT = 6379, 26379
#: Seconds in which a sentinel or a node of a cluster has to say where the stream is.
ASK_S = 2.0

SCHEMES = ("redis", "redis+sentinel", "redis+cluster")
_OPTIONS = ("ssl_ca_certs", "sentinel_username", "sentinel_password")


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """`kind` is one of `SCHEMES`; `service` is the master's name among the sentinels. `ca_file`: who signs
    the certificates, "" for the system's authorities."""

    kind: str
    hosts: tuple[tuple[str, int], ...]
    tls: bool = False
    user: str = ""
    password: str = field(default="", repr=False)
    db: int = 0
    service: str = ""
    ca_file: str = ""
    sentinel_user: str = ""
    sentinel_password: str = field(default="", repr=False)

    @classmethod
    def parse(cls, url: str) -> "RedisAddress":
        """Raises ValueError with a reason that has no secret in it."""
        parts = urlsplit(url)
        tls = parts.scheme.startswith("rediss")
        kind = parts.scheme.replace("rediss", "redis", 1)
        if kind not in SCHEMES:
            raise ValueError("it begins with redis://, rediss://, redis+sentinel:// or redis+cluster://")
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        if unknown := [name for name in options if name not in _OPTIONS]:
            raise ValueError(f"{unknown[0]!r} is not one of the options {', '.join(_OPTIONS)}")
        who, _, where = parts.netloc.rpartition("@")
        user, colon, password = who.partition(":")
        if who and not colon:
            user, password = "", who  # a password alone
        path = [piece for piece in parts.path.split("/") if piece]
        service = path.pop(0) if kind == "redis+sentinel" and path else ""
        if kind == "redis+sentinel" and not service:
            raise ValueError("the name of the master is missing: redis+sentinel://host:26379/name")
        if kind == "redis+cluster" and path not in ([], ["0"]):
            raise ValueError("a cluster has only the database 0")
        ca_file = options.get("ssl_ca_certs", "")
        if ca_file and not Path(ca_file).is_file():
            raise ValueError(f"there is no file {ca_file}")
        return cls(
            kind=kind,
            hosts=_hosts(where, SENTINEL_PORT if kind == "redis+sentinel" else PORT, kind == "redis"),
            tls=tls,
            user=unquote(user),
            password=unquote(password),
            db=_db(path, parts),
            service=unquote(service),
            ca_file=ca_file,
            sentinel_user=options.get("sentinel_username", ""),
            sentinel_password=options.get("sentinel_password", ""),
        )

    def tls_context(self) -> ssl.SSLContext | None:
        return ssl.create_default_context(cafile=self.ca_file or None) if self.tls else None

    def client(self, timeout_s: float) -> Any:
        """redis-py's client, for questions whose cost does not matter. It finds the server by itself, and
        tries a second time when a connection turns out to have ended."""
        options = {
            "username": self.user or None,
            "password": self.password or None,
            "socket_timeout": timeout_s,
            "socket_connect_timeout": timeout_s,
            "retry": Retry(NoBackoff(), 1),
            "protocol": 2,  # as servers before 6, and proxies, speak
            **self._tls_options(),
        }
        if self.kind == "redis+cluster":
            return RedisCluster(startup_nodes=self._nodes(), **options)
        if self.kind == "redis+sentinel":
            return self._sentinel(timeout_s).master_for(self.service, db=self.db, **options)
        ((host, port),) = self.hosts
        return Redis(host=host, port=port, db=self.db, **options)

    async def find(self, key: str) -> tuple[str, int]:
        """The server that has `key` now. Raises `LineError`."""
        if self.kind == "redis":
            return self.hosts[0]
        try:
            return await (self._ask_sentinels() if self.kind == "redis+sentinel" else self._ask_cluster(key))
        except (redis.RedisError, OSError) as error:
            raise LineError(f"{self.kind}: {reason_of(error)}") from None

    async def _ask_sentinels(self) -> tuple[str, int]:
        sentinel = self._sentinel(ASK_S)
        try:
            host, port = await sentinel.discover_master(self.service)
            return str(host), int(port)
        finally:
            await _close_sentinel(sentinel)

    def _sentinel(self, timeout_s: float) -> Sentinel:
        secrets = {"username": self.sentinel_user or None, "password": self.sentinel_password or None}
        patience = {
            "socket_timeout": timeout_s,
            "socket_connect_timeout": timeout_s,
            "retry": Retry(NoBackoff(), 0),  # the next one is asked instead
        }
        return Sentinel(  # type: ignore[no-untyped-call]
            self.hosts, sentinel_kwargs={**patience, **self._tls_options(), **secrets}
        )

    def _nodes(self) -> list[ClusterNode]:
        return [ClusterNode(host, port) for host, port in self.hosts]

    async def _ask_cluster(self, key: str) -> tuple[str, int]:
        cluster = RedisCluster(
            startup_nodes=self._nodes(),
            username=self.user or None,
            password=self.password or None,
            socket_timeout=ASK_S,
            socket_connect_timeout=ASK_S,
            **self._tls_options(),
        )
        try:
            await cluster.initialize()
            node = cluster.get_node_from_key(key)
            if node is None:
                raise LineError("no node of the cluster has our stream")
            return node.host, int(node.port)
        finally:
            await cluster.aclose()

    def _tls_options(self) -> dict[str, Any]:
        return {"ssl": True, "ssl_ca_certs": self.ca_file or None} if self.tls else {}


async def close_client(client: Any) -> None:
    """Ends what `RedisAddress.client` has made."""
    await client.aclose()
    sentinel = getattr(getattr(client, "connection_pool", None), "sentinel_manager", None)
    if sentinel is not None:
        await _close_sentinel(sentinel)


async def _close_sentinel(sentinel: Sentinel) -> None:
    for client in sentinel.sentinels:
        await client.aclose()


def reason_of(error: BaseException) -> str:
    """An error in one line."""
    return " ".join(str(error).split()) or type(error).__name__


def _hosts(where: str, usual_port: int, one: bool) -> tuple[tuple[str, int], ...]:
    hosts = []
    for part in where.split(","):
        try:
            parts = urlsplit(f"//{part}")
            host, port = parts.hostname, parts.port or usual_port
        except ValueError:
            raise ValueError(f"{part!r} is no host with a port") from None
        if not host:
            raise ValueError("the host is missing")
        hosts.append((host, port))
    if one and len(hosts) > 1:
        raise ValueError("redis:// has one host; for several say redis+sentinel:// or redis+cluster://")
    return tuple(hosts)


def _db(path: list[str], parts: SplitResult) -> int:
    if not path:
        return 0
    if len(path) > 1 or not path[0].isascii() or not path[0].isdigit():
        raise ValueError(f"{parts.path!r} is no number of a database")
    return int(path[0])
