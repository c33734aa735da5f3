"""Starting and stopping: what is printed, what is refused, and that nobody loses a message by a restart."""

import asyncio
import os
import signal
import socket
import sqlite3
from pathlib import Path

import pytest
from tornado.httpclient import HTTPClientError

from tests.app import Client, running
from tests.process import process, run


async def make_friends(ann: Client, bob: Client) -> None:
    assert (await ann.post("/contact/addfriend", dstid=bob.user_id))["code"] == 0


def text(dstid: int, cid: str) -> dict:
    return {"cmd": 10, "dstid": dstid, "media": 1, "content": f"text {cid}", "cid": cid}


def stored(data: Path) -> dict[str, int]:
    """The seq of each text in the database."""
    with sqlite3.connect(data / "magpie.db") as connection:
        return dict(connection.execute("SELECT content, seq FROM message"))


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
async def test_stopped_server_loses_nothing(tmp_path, signal_number):
    """A server that is told to stop while people write exits with 0; all that it acknowledged is kept, and
    their sockets are told to come back."""
    async with process(tmp_path, MAGPIE_SERVER_DRAIN_SECONDS="2") as server:
        ann, bob = await server.client().register(), await server.client().register()
        await make_friends(ann, bob)
        acked = {}
        async with ann.socket() as writing, bob.socket() as reading, bob.socket(v=None) as classic:
            for n in range(300):
                await writing.send(text(bob.user_id, str(n)))
            acked["text 0"] = (await writing.receive(1))["seq"]
            stopped = asyncio.create_task(server.stop(signal_number))
            while (frame := await writing.receive_or_close()) is not None:
                if frame["cmd"] == 1:
                    acked[f"text {frame['cid']}"] = frame["seq"]
            for ended in (writing, reading, classic):
                assert await ended.closed() == 1012
        assert await stopped == 0
        kept = stored(tmp_path)
        assert acked.items() <= kept.items()
        assert sorted(kept.values()) == list(range(1, len(kept) + 1))
        assert "stopped" in server.logged() and "ERROR" not in server.logged()


async def test_nobody_new_is_let_in_while_draining(app):
    """A draining server takes no new connections and says that it is not ready; sockets are closed with
    1012."""
    ann = await app.client().register()
    sockets = [await ann.socket().open() for _ in range(20)]
    stopping = asyncio.create_task(app.stop(0.5))
    while not app.services.draining:
        await asyncio.sleep(0)
    assert [await node.closed() for node in sockets] == [1012] * 20
    await stopping
    with pytest.raises(OSError):
        await app.client().get("/healthz")


async def test_calls_under_way_are_answered(app):
    """A call that had begun before the server was told to stop gets its answer."""
    registering = asyncio.create_task(app.client().register())
    while not app.site.running:
        await asyncio.sleep(0)
    stopping = asyncio.create_task(app.stop(5))
    assert (await registering).user_id == 1
    await stopping


async def test_uploads_that_broke_off_hold_nobody_up(app):
    """Phones that lost their connection in the middle of an upload do not delay a restart."""
    reader, writer = await asyncio.open_connection("127.0.0.1", app.port)
    writer.write(
        b"POST /attach/upload HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n"
        b"Content-Length: 1000000\r\n\r\n--b\r\nContent-Disposition: form-data; name=file; filename=a"
        b"\r\n\r\nx"
    )
    while not app.site.running:
        await asyncio.sleep(0)
    writer.transport.abort()
    async with asyncio.timeout(10):
        while app.site.running:
            await asyncio.sleep(0)


async def test_downloads_that_broke_off_are_no_crash(app, caplog):
    """Somebody who closes the page in the middle of a video leaves one line in the log, and no error."""
    caplog.set_level("INFO", "magpie.access")
    ann = await app.client().register()
    url = (await ann.upload(os.urandom(16 << 20), "video.bin"))["data"]
    reader, writer = await asyncio.open_connection("127.0.0.1", app.port)
    writer.write(f"GET {url} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    await reader.read(1000)
    writer.transport.abort()
    async with asyncio.timeout(10):
        while f"method=GET path={url} status=499" not in caplog.text:
            await asyncio.sleep(0)


async def test_draining_is_told(app):
    """Load balancers see a draining server as not ready, and sockets are refused with a status that says
    so."""
    ann = await app.client().register()
    app.services.draining = True
    response = await app.client().get("/readyz")
    assert (response.code, response.body) == (503, b'{"status":"not ready","why":"draining"}')
    assert (await app.client().get("/healthz")).code == 200
    with pytest.raises(HTTPClientError) as refused:
        await ann.socket().open()
    assert refused.value.code == 503


async def test_kept_connections_are_sent_away(app):
    """Whoever keeps a connection for further calls is told to close it once the server begins to stop."""
    reader, writer = await asyncio.open_connection("127.0.0.1", app.port)
    for draining in (False, True):
        app.services.draining = draining
        writer.write(b"POST /contact/friend HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        assert (b"Connection: close" in head) == draining
        await reader.readuntil(b"}")
    writer.close()


async def test_second_start_finds_everything(tmp_path):
    """After a restart with the same data directory people are still logged in and see their messages."""
    async with process(tmp_path) as server:
        ann, bob = await server.client().register(), await server.client().register()
        await make_friends(ann, bob)
        ack = (await ann.post_json("/message/send", **text(bob.user_id, "1")))["data"]
        assert await server.stop() == 0
    async with process(tmp_path) as server:
        again = server.client(Cookie=f"im_{bob.user_id}={bob.token}")
        rows = (await again.post("/message/history", userid=bob.user_id, kind=10, dstid=ann.user_id))["rows"]
        assert [(row["id"], row["content"]) for row in rows] == [(ack["id"], "text 1")]


async def test_too_many_connections_are_refused(tmp_path, expect_logs):
    """At the limit of connections a further one is told so (503) and the log says it once; those who are in
    stay in, and when one leaves another may come."""
    expect_logs("magpie", "full connections=3")
    async with running(tmp_path, {"server.max_connections": 3}) as app:
        ann = await app.client().register()  # its connection ends with its answer
        first, second, third = [await ann.socket().open() for _ in range(3)]
        for _ in range(2):
            with pytest.raises(HTTPClientError) as refused:
                await ann.socket().open()
            assert refused.value.code == 503
        assert app.services.stats()["http_refused"] == 2
        await second.send({"cmd": 0})
        assert (await second.receive())["cmd"] == 0
        third.close()
        await third.closed()
        async with asyncio.timeout(10):
            while app.services.hub.connections > 2:
                await asyncio.sleep(0)
        async with ann.socket():
            pass


def test_busy_port_is_named(tmp_path):
    """A port that is in use is named in one line."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, out, said = run("--data", str(tmp_path), "--port", str(port))
    assert (code, out) == (1, "")
    [line] = [line for line in said.splitlines() if line.startswith("magpie: ")]
    assert line.startswith(f"magpie: cannot listen on 127.0.0.1:{port}: ") and "Traceback" not in said


def test_data_directory_that_cannot_be_made_is_named(tmp_path):
    """A data directory that can't be is named in one line."""
    (tmp_path / "file").write_text("")
    code, _, said = run("--data", str(tmp_path / "file" / "data"))
    assert code == 1 and said.startswith("magpie: cannot use the data directory ") and said.count("\n") == 1


def test_bad_certificate_is_named(tmp_path):
    """A certificate that can't be read stops the start with one line that names the settings."""
    code, _, said = run(
        "--data",
        str(tmp_path),
        "--port",
        "0",
        MAGPIE_SERVER_TLS_CERT="/nowhere.pem",
        MAGPIE_SERVER_TLS_KEY="/nowhere.pem",
    )
    assert (code, said) == (2, "magpie: server.tls_cert, server.tls_key: No such file or directory\n")
    assert not list(tmp_path.iterdir())


def test_new_epoch(tmp_path):
    """After a restored backup one command makes every client drop what it cached."""
    code, out, _ = run("--data", str(tmp_path), "--new-epoch")
    assert code == 0 and out.startswith("The database is up to date.\nClients will drop their caches")


async def test_other_databases_are_migrated_by_command(database_url, tmp_path):
    """On MariaDB and PostgreSQL a server that finds an old schema says which command to run, and runs after
    it; SQLite needs no command."""
    arguments = ("--data", str(tmp_path), "--port", "0")
    loop = asyncio.get_running_loop()
    if not database_url.startswith("sqlite"):
        code, out, said = await loop.run_in_executor(
            None, lambda: run(*arguments, MAGPIE_DATABASE_URL=database_url)
        )
        assert (code, out) == (1, "")
        assert "0001_initial" in said and "python server.py --migrate" in said and said.count("\n") == 1
        for _ in range(2):
            code, out, _ = await loop.run_in_executor(
                None, lambda: run("--migrate", *arguments, MAGPIE_DATABASE_URL=database_url)
            )
            assert (code, out) == (0, "The database is up to date.\n")
    async with process(tmp_path, MAGPIE_DATABASE_URL=database_url) as server:
        ann, bob = await server.client().register(), await server.client().register()
        await make_friends(ann, bob)
        assert (await ann.post_json("/message/send", **text(bob.user_id, "1")))["code"] == 0
        ready = await ann.get("/readyz")
        assert ready.code == 200
        assert await server.stop() == 0
