"""Clients that never come to an end: heads and bodies that trickle, answers that nobody reads, connections
that say nothing."""

import asyncio
import socket
from contextlib import ExitStack

import pytest

from handlers.http import listener, streams
from tests.app import App, running
from tests.handlers.people import friends, text
from tests.raw_socket import RawSocket

HEAD = b"GET / HTTP/1.1\r\nHost: loc"
CALL = b"POST /user/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20000\r\n\r\nmobile="
UPLOAD = (
    b"POST /attach/upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000\r\n"
    b"Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n"
)


class Line:
    """A connection from one of this machine's addresses, that says what it is told."""

    def __init__(self, app: App, said: bytes = b"", address: str = "127.0.0.9", buffer: int = 0) -> None:
        self._socket = socket.socket()
        if buffer:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self._socket.bind((address, 0))
        self._socket.connect(("127.0.0.1", app.port))
        self._socket.setblocking(False)
        self.say(said)

    def say(self, said: bytes) -> None:
        try:
            self._socket.send(said)
        except OSError:
            pass  # it has been cut off

    async def read(self) -> bytes:
        """What comes next, b"" at the end."""
        try:
            return await asyncio.get_running_loop().sock_recv(self._socket, 1 << 16)
        except ConnectionError:
            return b""

    async def ended(self) -> None:
        while await self.read():
            pass

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *error: object) -> None:
        self._socket.close()


@pytest.fixture
def impatient(monkeypatch):
    """A server that waits for seconds where it would for half a minute."""
    monkeypatch.setattr(listener, "HEAD_SECONDS", 1)
    monkeypatch.setattr(listener, "IDLE_SECONDS", 1)
    monkeypatch.setattr(listener, "LOOK_SECONDS", 0.2)
    monkeypatch.setattr(streams, "PIECE_SECONDS", 1)


@pytest.mark.parametrize("said", [b"", HEAD, CALL, UPLOAD], ids=["silent", "head", "call", "upload"])
async def test_a_byte_now_and_then(tmp_path, impatient, said):
    """Who says nothing, or a byte now and then, is cut off; whoever sends a large body steadily is not."""
    async with running(tmp_path, {"limits.enabled": True}) as app:
        with Line(app, said) as line:

            async def trickle() -> None:
                while True:
                    await asyncio.sleep(0.1)
                    if said:
                        line.say(b"a")

            trickling = asyncio.create_task(trickle())
            async with asyncio.timeout(15):
                await line.ended()
            trickling.cancel()
        assert (await app.client().get("/healthz")).code == 200


async def test_a_slow_line_is_no_fault(tmp_path, impatient, monkeypatch):
    """A body that takes longer than the patience for one piece of it, but comes steadily, is read."""
    monkeypatch.setattr(streams, "PIECE_SECONDS", 2)
    async with running(tmp_path, {"limits.enabled": True}) as app:
        body = b"mobile=1&passwd=" + b"x" * 200000
        head = b"POST /user/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(body)
        with Line(app, head) as line:
            for start in range(0, len(body), 10000):
                line.say(body[start : start + 10000])
                await asyncio.sleep(0.15)
            async with asyncio.timeout(15):
                assert b"HTTP/1.1 200 OK" in await line.read()


async def test_idle_connections_end(tmp_path, impatient):
    """A connection on which nothing more is asked ends after a while."""
    async with running(tmp_path) as app:
        with Line(app, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n") as line:
            assert b"alive" in await line.read()
            async with asyncio.timeout(15):
                assert await line.read() == b""


async def notes(app: App, count: int):
    """Somebody with so many notes of 60 KB to themselves, and the request for all of them."""
    ann = await app.client().register()
    for i in range(count):
        answer = await ann.post_json("/message/send", **text(ann, f"{i} " + "x" * 60000))
        assert answer["code"] == 0, answer
    body = f"userid={ann.user_id}&kind=10&dstid={ann.user_id}&ver=0&limit=500".encode()
    head = f"POST /message/changes HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {ann.token}\r\n"
    return ann, f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def test_unread_answers(tmp_path, impatient):
    """Who asks for answers and reads none is told to wait when too much is unread, whatever connection it
    asks on; what waits is thrown away after a while, and then there is room again."""
    settings = {"limits.enabled": True, "limits.unread_bytes_most": 2000000, "limits.message_burst": 1000}
    async with running(tmp_path, settings) as app:
        ann, request = await notes(app, 20)
        with ExitStack() as lines:
            for _ in range(10):
                lines.enter_context(Line(app, request * 5, buffer=4096))
            held = 0
            async with asyncio.timeout(20):
                while app.services.stats()["limit_unread_bytes_refused"] < 3:
                    await asyncio.sleep(0.01)
                    held = max(held, app.services.stats()["limit_unread_bytes_held"])
                assert 0 < held <= 2000000
                while (
                    app.services.stats()["http_stalled"] < 1
                    or app.services.stats()["limit_unread_bytes_held"]
                ):
                    await asyncio.sleep(0.05)
        fields = {"kind": 10, "dstid": ann.user_id, "ver": 0, "limit": 500}
        assert (await ann.post("/message/changes", **fields))["code"] == 0


async def test_silence_keeps_nobody_out(tmp_path, expect_logs):
    """An address that holds all connections it can get, silent ones and endless bodies, keeps nobody out:
    neither another address nor somebody behind the same one, nor probes."""
    async with running(tmp_path, {"limits.enabled": True, "server.max_connections": 40}) as app:
        ann, bob = await friends(app)
        with ExitStack() as lines:
            for i in range(60):
                lines.enter_context(Line(app, (b"", HEAD, CALL, UPLOAD)[i % 4]))
            await asyncio.sleep(0.2)
            assert app.services.stats()["http_connections"] <= 16
            for client in (ann, bob):
                async with client.socket() as socket:
                    await socket.send(text(bob if client is ann else ann, "hi", "c"))
                    assert (await socket.receive(1))["cid"] == "c"
            with Line(app, b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n") as same:
                assert b"ready" in await same.read()


async def test_a_full_server_answers_probes(tmp_path, expect_logs):
    """While people who are logged in have every place, others are told so, and a probe is answered."""
    expect_logs("magpie", "full connections=4")
    async with running(tmp_path, {"server.max_connections": 4}) as app:
        ann = await app.client().register()
        sockets = [await RawSocket.of(ann) for _ in range(4)]
        for path, code in (("/healthz", 200), ("/readyz", 200), ("/user/login.shtml", 503)):
            response = await app.client().get(path)
            assert response.code == code
            assert response.headers.get("Retry-After") == ("5" if code == 503 else None)
        for each in sockets:
            each.close()
