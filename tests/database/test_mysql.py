"""Connections to MySQL and MariaDB."""

import socket
import ssl
import struct
import threading
from contextlib import suppress

import peewee
import pytest

from database.dialect import MySql
from database.door import Database
from tests.certificate import make_certificate

#: What a server can do that speaks TLS: 4.1's protocol and log-in, transactions, plugins.
CAPABILITIES = 0x00080000 | 0x8000 | 0x2000 | 0x0800 | 0x0200 | 0x0001
GREETING = (
    b"\x0a8.0.36\0"
    + struct.pack("<I8sxHBHH", 1, b"saltsalt", CAPABILITIES & 0xFFFF, 45, 2, CAPABILITIES >> 16)
    + struct.pack("<B10x13s", 21, b"saltsaltsalt\0")
    + b"mysql_native_password\0"
)


async def test_a_new_connection_holds_nobody_up(mariadb, monkeypatch, io_loop):
    """When connections are made anew nobody's messages wait for the machine's list of authorities to be read,
    of which nothing is asked."""
    read = []
    monkeypatch.setattr(ssl.SSLContext, "load_default_certs", lambda *_: read.append(1))
    name = mariadb.create()
    database = Database(mariadb.url(name), workers=2)
    assert await database.read(lambda: database.peewee.execute_sql("SELECT 7").fetchone()) == (7,)
    await database.close()
    mariadb.drop(name)
    assert not read


@pytest.mark.parametrize(
    ("known", "let_in"),
    [
        ("", True),
        ("?ssl_verify_cert=true&ssl_ca={}/cert.pem", True),
        ("?ssl_verify_cert=true&ssl_ca={}/o/cert.pem", False),
    ],
)
def test_tls_where_the_server_offers_it(tmp_path, known, let_in):
    """A password goes through TLS if the server can; and if the address says by whose signature the server is
    known, to no other."""
    certificate, key = make_certificate(tmp_path)
    (tmp_path / "o").mkdir()
    make_certificate(tmp_path / "o")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    said = []

    def serve() -> None:
        connection, _ = listener.accept()
        connection.sendall(struct.pack("<I", len(GREETING)) + GREETING)
        said.append(connection.recv(36, socket.MSG_WAITALL))
        with suppress(ssl.SSLError), context.wrap_socket(connection, server_side=True) as secured:
            said.append(secured.recv(4096))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=serve)
        server.start()
        address = f"mysql://ann:secret@127.0.0.1:{listener.getsockname()[1]}/chat{known.format(tmp_path)}"
        with pytest.raises(peewee.OperationalError, match="Lost connection" if let_in else "CERTIFICATE"):
            MySql().open(address, 5).connect()
        server.join()
    assert b"ann" not in said[0]
    assert [b"ann\0" in login for login in said[1:]] == [True] * let_in
