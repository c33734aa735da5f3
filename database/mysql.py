"""Connections to MySQL and MariaDB that are made without holding up the loop."""

import ssl
from collections.abc import Mapping

import peewee
from pymysql.connections import Connection


class MySqlDatabase(peewee.MySQLDatabase):
    """As Peewee's, with connections that are cheap to make."""

    def _connect(self) -> Connection:
        return _Connection(database=self.database, autocommit=True, **self.connect_params)


class _Connection(Connection):
    """PyMySQL takes TLS where it is offered and checks no certificate unless the address asks for it; yet for
    each connection it reads all authorities that the machine knows, 40 ms in which no other thread runs. Here
    one context that knows none is for all."""

    def _create_ssl_ctx(self, settings: Mapping[str, object] | ssl.SSLContext) -> ssl.SSLContext:
        if settings:
            context: ssl.SSLContext = super()._create_ssl_ctx(settings)  # type: ignore[misc]
            return context
        return _ANY_CERTIFICATE


def _any_certificate() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


_ANY_CERTIFICATE = _any_certificate()
