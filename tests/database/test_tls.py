"""What goes to a database server goes over TLS when its address says so, and to no other server."""

import os
import re
import shutil

import pytest

from database.door import Database
from tests.certificate import make_certificate
from tests.process import process, run
from tests.servers import MariaDB, PostgreSQL, running

#: Behind the address: the authority to ask, and by its name as well.
OPTIONS = {
    "mariadb": "?ssl_ca={}&ssl_verify_identity=true",
    "postgresql": "?sslrootcert={}&sslmode=verify-full",
}
#: What the connection itself says.
SECURED = {
    "mariadb": "SELECT variable_value <> '' FROM information_schema.session_status"
    " WHERE variable_name = 'ssl_cipher'",
    "postgresql": "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
}
#: Where the servers listen; the certificate is for the first one.
ADDRESSES = "127.0.0.1,127.0.0.2"


class Secured:
    """A server with a certificate of its own, which is its authority as well."""

    def prepare(self) -> None:
        super().prepare()
        self.certificate, self.key = make_certificate(self.folder)
        if "user" in self.identity:
            for file in (self.certificate, self.key):
                os.chown(file, self.identity["user"], self.identity["group"])


class SecuredMariaDB(Secured, MariaDB):
    def command(self) -> list[str]:
        files = (f"--ssl-cert={self.certificate}", f"--ssl-key={self.key}")
        return [*super().command(), f"--bind-address={ADDRESSES}", *files]


class SecuredPostgreSQL(Secured, PostgreSQL):
    def command(self) -> list[str]:
        files = ("-c", f"ssl_cert_file={self.certificate}", "-c", f"ssl_key_file={self.key}")
        return [*super().command(), "-c", f"listen_addresses={ADDRESSES}", "-c", "ssl=on", *files]


@pytest.fixture(scope="module", params=OPTIONS)
def secured(request):
    """Each of the database servers in turn, and what its kind is called."""
    kind, found = {
        "mariadb": (SecuredMariaDB, shutil.which("mariadbd")),
        "postgresql": (SecuredPostgreSQL, PostgreSQL.installed()),
    }[request.param]
    for server in running(kind, found):
        yield server, request.param


@pytest.fixture
def url(secured):
    """The address of an empty database on it, without options."""
    server, _ = secured
    name = server.create()
    yield server.url(name)
    server.drop(name)


async def test_over_tls(secured, url):
    """With the authority's file, and its name asked for as well, the connection is made, over TLS."""
    server, kind = secured
    database = Database(url + OPTIONS[kind].format(server.certificate), workers=1)
    sql = SECURED[kind]
    assert await database.read(lambda: database.peewee.execute_sql(sql).fetchone()[0])
    await database.close()


async def test_a_server_on_it(secured, url, tmp_path):
    """Magpie makes its tables there, starts, and is ready."""
    server, kind = secured
    env = {"MAGPIE_DATABASE_URL": url + OPTIONS[kind].format(server.certificate)}
    code, said, why = run("--migrate", "--data", str(tmp_path), **env)
    assert code == 0 and "up to date" in said, why
    async with process(tmp_path, **env) as magpie:
        assert (await magpie.client().get("/readyz")).code == 200
        assert await magpie.stop() == 0


def refused(tmp_path, url: str, **env: str) -> str:
    """What is said on standard error when the start is refused."""
    code, said, why = run("--port", "0", "--data", str(tmp_path), MAGPIE_DATABASE_URL=url, **env)
    assert (code, said, why.count("\n")) == (1, "", 1), why
    assert why.startswith("magpie: cannot open the database: ") and "hid" not in why and "den" not in why
    return why


def hidden(url: str) -> str:
    """The address with a password to be recognised."""
    return url.replace(":magpie@", ":hid%40den@")


def test_foreign_authority(secured, url, tmp_path):
    """A server that another authority has signed gets no password: the start is refused, with the reason;
    also when the address names nothing but the authority."""
    _, kind = secured
    foreign, _ = make_certificate(tmp_path)
    for options in (OPTIONS[kind], re.sub("(&ssl_verify.*|verify-full)", "", OPTIONS[kind])):
        options += "verify-ca" if options.endswith("=") else ""
        assert "certificate verify failed" in refused(tmp_path, hidden(url) + options.format(foreign))


def test_another_name(secured, url, tmp_path):
    """Nor does one that is called otherwise, also when the machine itself knows the authority."""
    server, kind = secured
    address, mismatch = (
        hidden(url).replace("127.0.0.1", "127.0.0.2"),
        "IP address mismatch|not match host name",
    )
    assert re.search(mismatch, refused(tmp_path, address + OPTIONS[kind].format(server.certificate)))
    known = {"mariadb": "?ssl_verify_identity=true", "postgresql": "?sslrootcert=system"}[kind]
    assert re.search(mismatch, refused(tmp_path, address + known, SSL_CERT_FILE=str(server.certificate)))


def test_file_that_is_not_there(secured, url, tmp_path):
    """Whoever mistypes the authority's file reads its name."""
    _, kind = secured
    assert "/no/such.pem" in refused(tmp_path, hidden(url) + OPTIONS[kind].format("/no/such.pem"))


@pytest.mark.parametrize("kind", OPTIONS)
def test_server_without_tls(request, kind, tmp_path):
    """A server that speaks no TLS, or somebody between who says so, gets no password either."""
    certificate, _ = make_certificate(tmp_path)
    url = hidden(request.getfixturevalue(kind).url("any")) + OPTIONS[kind].format(certificate)
    assert re.search("SSL is required|does not support SSL", refused(tmp_path, url))
