"""The start on a machine that is not as it should be: one line says what is wrong, and what to do."""

import ast
import asyncio
import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from config import ConfigError
from start import addresses, data_directory, preflight
from start.settings import load_config
from tests.app import PATIENCE
from tests.process import ROOT, SERVER, Process, process, run

LOCKED = "magpie: another server is at work on this data (process "


async def refused(*arguments: str, **env: str) -> str:
    """What a start that has to fail says at last, and it says no more about it."""
    code, out, said = await asyncio.to_thread(run, *arguments, **env)
    *before, last = said.splitlines()
    assert (code, out) == (1, "") and all(" INFO " in line for line in before), (code, out, said)
    return last


async def test_a_second_server_is_refused(tmp_path):
    """A second server on the same data, or a command that changes it, is refused and says who is there; the
    first one serves on."""
    async with process(tmp_path / "data") as server:
        (tmp_path / "link").symlink_to(tmp_path / "data")
        for data, *more in (("data",), ("data", "--migrate"), ("link", "--new-epoch")):
            said = await refused("--port", "0", "--data", str(tmp_path / data), *more)
            assert said.startswith(f"{LOCKED}{server.child.pid} on ")
        assert (await server.client().register()).user_id


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_the_next_server_starts_when_the_first_is_gone(tmp_path, number):
    """However the first server ended, the next one starts at once."""
    async with process(tmp_path, command=SERVER) as server:
        await server.stop(number)
    async with process(tmp_path, command=SERVER) as server:
        assert (await server.client().get("/readyz")).code == 200


async def test_one_file_of_rows_under_two_directories(tmp_path):
    """Two servers with directories of their own and one SQLite file are two servers on the same data too."""
    url = f"sqlite:///{tmp_path}/rows.db"
    async with process(tmp_path / "one", MAGPIE_DATABASE_URL=url):
        (tmp_path / "other.db").symlink_to(tmp_path / "rows.db")
        for given in (url, f"sqlite:///{tmp_path}/other.db"):
            said = await refused("--port", "0", "--data", str(tmp_path / "two"), MAGPIE_DATABASE_URL=given)
            assert said.startswith(LOCKED)


@pytest.mark.parametrize("kind", ["mariadb", "postgresql"])
async def test_two_servers_on_one_database_server(request, tmp_path, kind):
    """A second server on the same MariaDB or PostgreSQL database is refused too, whatever its data
    directory; when the first was killed the next one starts."""
    database = request.getfixturevalue(kind)
    env = {"MAGPIE_DATABASE_URL": database.url(database.create())}
    assert (await asyncio.to_thread(run, "--migrate", "--data", str(tmp_path / "1"), **env))[0] == 0
    async with process(tmp_path / "1", **env) as server:
        said = await refused("--port", "0", "--data", str(tmp_path / "2"), **env)
        assert "another server is at work on this database" in said
        await server.stop(signal.SIGKILL)
    async with process(tmp_path / "2", **env) as server:
        assert await server.stop() == 0


async def test_a_process_that_outlives_the_server_does_not_lock(tmp_path):
    """A converter that the server has started does not keep the data locked after it."""
    claim = data_directory.claim(tmp_path, "")
    child = os.fork()
    if child == 0:
        signal.pause()
        os._exit(0)
    try:
        claim.release()
        other = await asyncio.create_subprocess_exec(
            sys.executable,
            str(ROOT / "server.py"),
            "--migrate",
            "--data",
            str(tmp_path),
            stderr=subprocess.PIPE,
        )
        await other.communicate()
        assert other.returncode == 0
    finally:
        os.kill(child, signal.SIGKILL)
        await asyncio.to_thread(os.waitpid, child, 0)


async def test_directory_of_the_operator_is_shut(tmp_path):
    """A data directory that was made by hand, open to all, is shut, and what is in it is its user's alone."""
    data = tmp_path / "data"
    data.mkdir()
    data.chmod(0o755)
    assert (await asyncio.to_thread(run, "--migrate", "--data", str(data)))[0] == 0
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in data.iterdir()}
    assert modes == {"magpie.db": 0o600, "magpie.lock": 0o600}


@pytest.mark.parametrize("mode", [0o755, 0o777])
def test_directory_of_others_is_not_shut(tmp_path, mode):
    """A directory in which other things lie is nobody's to shut, but what is ours there is, and the log
    tells."""
    umask = os.umask(0o022)
    try:
        tmp_path.chmod(mode)
        (tmp_path / "notes.txt").write_text("")
        (tmp_path / "magpie.db").write_text("")
        [remark] = data_directory.prepare(tmp_path)
    finally:
        os.umask(umask)
    assert f"mode {mode:o}" in remark and stat.S_IMODE(tmp_path.stat().st_mode) == mode
    assert stat.S_IMODE((tmp_path / "magpie.db").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "notes.txt").stat().st_mode) == 0o644


async def test_taken_port_of_metrics(tmp_path):
    """A port for `/metrics` that is taken is named, with the setting that chooses another."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        said = await refused("--port", "0", "--data", str(tmp_path), MAGPIE_METRICS_PORT=str(port))
    assert said.startswith(f"magpie: cannot listen on 127.0.0.1:{port}: Address already in use by process ")
    assert said.endswith(f"choose another port: MAGPIE_METRICS_PORT={port + 1}")


async def test_taken_port(tmp_path):
    """A taken port is named, with who has it and how to take another."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = await refused("--port", str(port), "--data", str(tmp_path))
    assert said.startswith(
        f"magpie: cannot listen on 127.0.0.1:{port}: Address already in use by process {os.getpid()} "
    )
    assert f"choose another port: --port {port + 1}" in said


@pytest.mark.parametrize("host", ["203.0.113.77", "no-such-host.invalid"])
async def test_address_of_another_machine(tmp_path, host):
    """An address that this machine does not have is refused with a hint at those it has."""
    said = await refused("--port", "0", "--data", str(tmp_path), MAGPIE_SERVER_HOST=host)
    assert f"cannot listen on {host}:0: " in said and "0.0.0.0 for all it has" in said


@pytest.mark.parametrize("host", ["0.0.0.0", ""])
def test_addresses_for_other_devices(host):
    """Who opens the server to the network reads the address for a phone, and last the one for this
    machine."""
    *lan, last = addresses.urls(host, 8080, False)
    assert last == "http://127.0.0.1:8080" and not any("127." in url or "0.0.0.0" in url for url in lan)
    assert addresses.urls("::1", 443, True) == ["https://[::1]:443"]


async def test_printed_addresses_answer(tmp_path):
    """Every address in the line of the start leads to the server."""
    async with process(tmp_path, MAGPIE_SERVER_HOST="0.0.0.0") as server:
        port = int(server.url.rpartition(":")[2])
        for url in addresses.urls("0.0.0.0", port, False):
            client = Process(server.child, url, server.log).client()
            assert (await client.get("/healthz")).code == 200
            client.close()


def test_without_the_packages():
    """A newcomer who runs server.py before anything is installed reads what to run, not a traceback."""
    done = subprocess.run(
        [sys.executable, "-S", str(ROOT / "server.py")], capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert done.stderr.startswith("magpie: packages are missing (argon2-cffi, ") and "make run" in done.stderr


PASSWORDS = ["hid/den", "12/hidden", "hid#den", "12#hidden", "12?hidden", "[hidden", "hid]den/", "h@id/den"]


@pytest.mark.parametrize("scheme", ["mysql", "postgres", "mariadb", "postgresql+psycopg"])
def test_password_that_breaks_its_address(scheme):
    """A password that was written as it is into the database's address is refused with a hint how to write
    it, and no part of it is shown."""
    for password in PASSWORDS:
        with pytest.raises(ConfigError) as refused:
            load_config(None, {"MAGPIE_DATABASE_URL": f"{scheme}://user:{password}@127.0.0.1:9/name"})
        said = str(refused.value)
        assert said.startswith("database.url: cannot be read as ") and "%2F for /" in said
        assert not any(part in said for part in ("hid", "den", "12"))


@pytest.mark.parametrize("scheme", ["mysql", "postgres"])
async def test_password_of_a_database_that_is_away(tmp_path, scheme):
    """When the database can't be reached the line that says so shows no part of the password."""
    for password in ("zi@zz:zz@en", "zi%40zz%2Fen%zz"):
        url = f"{scheme}://user:{password}@127.0.0.1:9/name"
        said = await refused("--data", str(tmp_path), "--port", "0", MAGPIE_DATABASE_URL=url)
        assert "cannot open the database" in said and "zi" not in said and "zz" not in said


def test_password_in_a_broken_file(tmp_path):
    """A settings file that can't be read is refused with the line's number, not with what stands in it."""
    path = tmp_path / "config.yaml"
    for text in (
        'database: {url: "mysql://u:hidden@h/d}',
        "storage: {oss_key_secret: hidden, oss_key_secret: hidden}",
        "storage:\n  oss_key_secret: 'hidden\nserver: {}",
        "database: mysql://u:hidden@h/d",
    ):
        path.write_text(text)
        with pytest.raises(ConfigError) as refused:
            load_config(path, {})
        assert "hidden" not in str(refused.value) and "\n" not in str(refused.value)


def test_names_of_databases():
    """The addresses that platforms and other libraries hand out are taken as they are."""
    for given, known in (
        ("postgres://u:p@h/d?sslmode=require", "postgresql://u:p@h/d?sslmode=require"),
        ("postgresql+psycopg://u:p@h/d", "postgresql://u:p@h/d"),
        ("mariadb://u:p@h/d", "mysql://u:p@h/d"),
        ("mysql+pymysql://u:p@h/d", "mysql://u:p@h/d"),
        ("MySQL://u:p@h/d", "mysql://u:p@h/d"),
        ("sqlite:////srv/x.db", "sqlite:////srv/x.db"),
    ):
        assert load_config(None, {"MAGPIE_DATABASE_URL": given}).database_url == known


def test_old_python_is_told():
    """The file that tells an older Python that it is too old is one that it can read."""
    ast.parse(Path(ROOT, "start", "preflight.py").read_text("utf-8"), feature_version=(3, 6))
    ast.parse(Path(ROOT, "server.py").read_text("utf-8"), feature_version=(3, 8))


def test_every_package_is_looked_for():
    """Whichever package is missing is named by the line that says so, but for those of some settings."""
    optional = {"hiredis", "oss2", "psycopg", "psycopg-binary", "PyMySQL", "redis", "uvloop"}
    direct = Path(ROOT, "requirements.txt").read_text("utf-8").split("\n\n")[0]
    names = {line.partition("==")[0] for line in direct.splitlines() if not line.startswith("#")}
    assert set(preflight.PACKAGES) == names - optional
