"""The way to the other processes, as `broker.url` says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from config import Config, ConfigError
from hub.ports import Ports, memory
from hub.ports.line import LineError
from hub.ports.rates import Rates
from hub.ports.shared import Shared
from start import StartError

if TYPE_CHECKING:
    from hub.ports.redis.address import RedisAddress


#: The database itself is the broker.
POSTGRESQL = "postgresql"


def check(config: Config) -> None:
    """Raises `ConfigError` for an address that can't be right, or not beside the database's."""
    broker, database_url = config.broker, config.database_url
    if not re.fullmatch(r"[A-Za-z0-9_.:-]{1,64}", broker.prefix):
        raise ConfigError("broker.prefix: expected 1 to 64 letters, digits and _ . : -")
    if broker.url not in ("", POSTGRESQL):
        _address(broker.url)
    if broker.url and database_url.startswith("sqlite"):
        raise ConfigError(
            "broker.url: SQLite is for one process; set database.url to mysql://… or postgresql://…, too"
        )
    if broker.url == POSTGRESQL and not database_url.startswith("postgresql"):
        raise ConfigError("broker.url: postgresql needs a database.url of PostgreSQL; else redis://host:6379")


def make_ports(config: Config, epoch: int) -> Ports:
    """The ports of this process; `open_ports` opens them. `epoch` is the database's, which tells one
    installation from another on the same broker."""
    url, prefix = config.broker.url, config.broker.prefix
    if not url:
        return memory.alone()
    if url == POSTGRESQL:
        from hub.ports.postgresql import PostgresqlLine, sender

        channel = f"{prefix}:bus"  # of this database alone
        return Shared(PostgresqlLine(config.database_url, channel), outbox=sender(channel)).ports
    from hub.ports.redis import RedisLine

    # The braces have a cluster keep all names of an installation on one server.
    return Shared(RedisLine(_address(url), f"{{{prefix}:{epoch}}}:bus")).ports


def no_ports() -> Ports:
    """Of a process that nobody is connected to, and that hears nothing."""
    return memory.alone()


def make_rates(config: Config, epoch: int) -> Rates | None:
    """What counts over all processes, when that is the broker; None when it is the database, or there is but
    one process."""
    url = config.broker.url
    if url in ("", POSTGRESQL):
        return None
    from hub.ports.redis.rates import RedisRates

    return RedisRates(_address(url), f"{{{config.broker.prefix}:{epoch}}}:rate")


async def open_ports(ports: Ports) -> None:
    """Waits until the others can be heard. Raises `StartError`."""
    try:
        await ports.open()
    except LineError as error:
        raise StartError(f"cannot reach the broker: {error}") from None


def _address(url: str) -> RedisAddress:
    if not url.startswith("redis"):
        raise ConfigError(
            "broker.url: expected redis://…, rediss://…, redis+sentinel://… or redis+cluster://…"
        )
    try:
        from hub.ports.redis.address import RedisAddress
    except ModuleNotFoundError as missing:
        raise ConfigError(f"broker.url: the package {missing.name} is missing: make setup") from None
    try:
        return RedisAddress.parse(url)
    except ValueError as error:
        raise ConfigError(f"broker.url: {error}") from None
