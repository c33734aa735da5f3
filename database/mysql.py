"""What is peculiar to MySQL and MariaDB: how connections are made without holding up the loop; claims."""

import ssl
import time
from collections.abc import Mapping

import peewee
from pymysql.connections import Connection
from pymysql.constants import CR
from pymysql.err import OperationalError


class MySqlDatabase(peewee.MySQLDatabase):
    """As Peewee's, with connections that are cheap to make."""

    def _connect(self) -> Connection:
        return _Connection(database=self.database, autocommit=True, **self.connect_params)


class _Connection(Connection):
    """PyMySQL takes TLS where it is offered and checks no certificate unless the address asks for it; yet for
    each connection it reads all authorities that the machine knows, 40 ms in which no other thread runs. Here
    one context that knows none is for all."""

    def _create_ssl_ctx(self, settings: Mapping[str, object] | ssl.SSLContext) -> ssl.SSLContext:
        if not settings:
            return _ANY_CERTIFICATE
        asked = settings if isinstance(settings, Mapping) else {}
        try:
            context: ssl.SSLContext = super()._create_ssl_ctx(settings)  # type: ignore[misc]
        except OSError as error:
            files = ", ".join(str(asked[name]) for name in ("ca", "cert", "key") if asked.get(name))
            raise OperationalError(CR.CR_SSL_CONNECTION_ERROR, f"{files}: {error}") from error
        if asked.get("check_hostname"):
            context.check_hostname = True  # PyMySQL asks no machine's authorities for a name
        return context


def _any_certificate() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


_ANY_CERTIFICATE = _any_certificate()

#: Processes that may share a database.
_MOST_TOGETHER = 64


def take_claim(database: peewee.Database, patience_s: float, shared: bool) -> bool:
    """As `Dialect.claim`. Locks are with one connection each here: those that go together have one of many.
    Whoever has a lock of one kind then looks whether the other kind is free, so of two that come at once
    both may refuse, but never do both stay."""

    def ask(function: str, number: int, *more: float) -> bool:
        name = "CONCAT('magpie:', SHA1(DATABASE()), %s)"
        sql = f"SELECT {function}({name}{', %s' * len(more)})"
        return bool(database.execute_sql(sql, (f":{number}" if number else "", *more)).fetchone()[0])

    many = range(1, _MOST_TOGETHER + 1)
    end = time.monotonic() + patience_s
    if shared:
        mine, others = any(ask("GET_LOCK", number, 0) for number in many), range(1)
    else:
        mine, others = ask("GET_LOCK", 0, patience_s), many
    while mine and not all(ask("IS_FREE_LOCK", number) for number in others):
        if time.monotonic() >= end:
            return False
        time.sleep(0.1)
    return mine
