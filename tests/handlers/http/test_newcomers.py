"""Connections that say what they want in their first bytes, or do not."""

import asyncio
import socket

import pytest
from tornado.http1connection import HTTP1Connection
from tornado.httputil import HTTPHeaders, HTTPInputError, parse_request_start_line

from handlers.http import listener
from handlers.http.heads import PlainConnection, plain_head
from handlers.socket.handshake import Arrival
from handlers.socket.head import plain_handshake
from tests.app import running
from tests.raw_socket import RawSocket, frame

PLAIN = (
    b"GET /chat?id=1&token=abc&v=2 HTTP/1.1\r\nHost: a.example:8080\r\nUpgrade: websocket\r\n"
    b"connection: keep-alive, Upgrade\r\nSec-WebSocket-Key:MDEyMzQ1Njc4OWFiY2RlZg==\t \r\n"
    b'Cookie: im_1="a b"; c=d\r\nOrigin:\r\n\r\n'
)


def test_a_plain_head_is_read_as_tornado_reads_it():
    """Start line and headers are the same, whoever reads them."""
    read = plain_head(PLAIN)
    assert read is not None
    line, _, rest = PLAIN.decode().partition("\r\n")
    assert read[0] == line
    assert plain_handshake(PLAIN) == (parse_request_start_line(line), read[1])
    assert list(read[1].get_all()) == list(HTTPHeaders.parse(rest).get_all())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"GET", b"POST"),
        (b"GET", b"get"),
        (b"GET ", b"GET  "),
        (b"/chat?", b"/chat"),
        (b"/chat?", b"//chat?"),
        (b"/chat?", b"http://a/chat?"),
        (b"token=abc", b"token=a c"),
        (b"token=abc", b"token=\xc3\xa9"),
        (b"HTTP/1.1", b"HTTP/1.0"),
        (b"HTTP/1.1", b"HTTP/1.1 "),
        (b"\r\nUpgrade", b"\nUpgrade"),
        (b"\r\nUpgrade", b"\rUpgrade"),
        (b"\r\nUpgrade", b"\r\n Upgrade"),
        (b"\r\nUpgrade", b"\r\n\r\nUpgrade"),
        (b"Upgrade:", b"Upgrade :"),
        (b"Upgrade:", b"Upgrade"),
        (b"Upgrade:", b":"),
        (b"Upgrade:", b"Upgr\xe9de:"),
        (b"websocket", b"web\x00socket"),
        (b"websocket", b"web\x7fsocket"),
        (b"websocket", b"web\xa0socket"),
        (b"Upgrade: websocket", b"Upgrade: websocket\r\nhost: b.example"),
        (b"Upgrade: websocket", b"Upgrade: websocket\r\nExpect: 100-continue"),
        (b"\r\n\r\n", b"\r\n"),
        (b"\r\n\r\n", b"\r\n\r\n\x81"),
    ],
)
def test_other_heads_are_left_to_tornado(old, new):
    """What could be read in another way, or is more than a head or less, is not read here."""
    assert PLAIN.count(old) >= 1
    assert plain_handshake(PLAIN.replace(old, new, 1)) is None


def test_nothing_is_taken_that_tornado_refuses():
    """Whatever byte stands anywhere, what is read here Tornado reads, and in the same way."""
    taken = 0
    for place in range(len(PLAIN)):
        for byte in (0, 9, 10, 13, 32, 58, 63, 65, 127, 160, 255):
            data = PLAIN[:place] + bytes((byte,)) + PLAIN[place + 1 :]
            read = plain_head(data)
            if read is None:
                continue
            taken += 1
            line, _, rest = data.decode("latin-1").partition("\r\n")
            try:
                theirs = line, list(HTTPHeaders.parse(rest).get_all())
            except HTTPInputError:
                pytest.fail(f"only here: {data!r}")
            assert (read[0], list(read[1].get_all())) == theirs
            assert parse_request_start_line(line).version == "HTTP/1.1"
    assert taken > 500


@pytest.mark.parametrize(
    "break_", [b"\r\nHost: b\r\n\r\n", b"\nHost: b\n\n", b"\r\nHost: b\r\nHost: c\r\n\r\n"]
)
def test_tornado_reads_the_others(break_):
    """A connection reads both sorts of heads, as Tornado does."""
    connection = object.__new__(PlainConnection)
    data = b"GET /healthz HTTP/1.1" + break_
    ours, theirs = connection._parse_headers(data), HTTP1Connection._parse_headers(connection, data)
    assert (ours[0], list(ours[1].get_all())) == (theirs[0], list(theirs[1].get_all()))


async def _answered(app, *pieces: bytes) -> bytes:
    """What is answered to these bytes, sent one after another."""
    reader, writer = await asyncio.open_connection("127.0.0.1", app.port)
    for piece in pieces:
        writer.write(piece)
        await asyncio.sleep(0.02)
    async with asyncio.timeout(30):
        answer = await reader.read(1000)
    writer.close()
    return answer


def _head(user, **headers: str) -> bytes:
    lines = {
        "Host": "a.example",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg==",
        "Sec-WebSocket-Version": "13",
        **headers,
    }
    text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"GET /chat?id={user.user_id}&token={user.token}&v=2 HTTP/1.1\r\n{text}\r\n".encode()


async def test_however_it_comes(app):
    """A handshake in one piece or in many, with a frame behind it or strange headers in it, is answered the
    same way; so is a call."""
    ann = await app.client().register()
    head = _head(ann)
    for pieces in ([head], [head[:1], head[1:]], [head[:-1], head[-1:]], [head + frame({"cmd": 0})]):
        answer = await _answered(app, *pieces)
        assert answer.startswith(b"HTTP/1.1 101 ") and b'"epoch"' in answer
    assert (await _answered(app, _head(ann, Expect="much"))).startswith(b"HTTP/1.1 101 ")
    probe = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    for pieces in ([probe], [probe[:1], probe[1:]], [b"\r\n" + probe]):
        assert (await _answered(app, *pieces)).startswith(b"HTTP/1.1 200 OK")
    assert (await _answered(app, b"\x16\x03\x01\x02\x00 nonsense\r\n\r\n")).startswith(b"HTTP/1.1 400 ")


async def test_who_is_refused_is_told_and_counted_once(app):
    """A plain handshake that is refused has all that other answers have, and is looked up and counted once;
    the connection stays for other requests."""
    ann = await app.client().register()
    before = app.services.stats()["handshakes_looked_up"]
    ann.token = "x" * 43
    answer = await _answered(app, _head(ann))
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert b"Content-Security-Policy: " in answer and b"X-Request-Id: " in answer
    assert app.services.stats()["handshakes_looked_up"] == before + 1
    reader, writer = await asyncio.open_connection("127.0.0.1", app.port)
    writer.write(_head(ann))
    assert b" 403 " in await reader.readuntil(b"</html>\n")
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
    assert (await reader.readline()).startswith(b"HTTP/1.1 200 ")
    writer.close()


async def test_who_does_not_wait(app, monkeypatch, caplog):
    """A client that goes while its session is looked up has its line in the log, and leaves nothing."""
    caplog.set_level("INFO", "magpie.access")
    ann = await app.client().register()
    asked, gone = asyncio.Event(), asyncio.Event()
    read = Arrival._read_start

    async def read_slowly(self):
        found = await read(self)
        asked.set()
        await gone.wait()
        return found

    monkeypatch.setattr(Arrival, "_read_start", read_slowly)
    reader, writer = await asyncio.open_connection("127.0.0.1", app.port)
    writer.write(_head(ann))
    async with asyncio.timeout(30):
        await asked.wait()
        connections = app.server.stats()["http_connections"]
        writer.transport.abort()
        await asyncio.sleep(0.05)
        gone.set()
        while "path=/chat status=499" not in caplog.text:
            await asyncio.sleep(0.01)
    assert app.server.stats()["http_connections"] == connections - 1
    assert app.services.hub.connections == 0
    assert app.services.budget.stats()["sockets"]["held"] == 0


async def test_silence(tmp_path, monkeypatch):
    """Who says nothing is ended after a while, the first first, and their places are free again."""
    monkeypatch.setattr(listener, "HEAD_SECONDS", 0.3)
    async with running(tmp_path) as app:
        lines = [await asyncio.open_connection("127.0.0.1", app.port) for _ in range(3)]
        async with asyncio.timeout(30):
            for reader, writer in lines:
                assert await reader.read() == b""
                writer.close()
            while app.server.stats()["http_connections"]:
                await asyncio.sleep(0.01)


async def test_what_a_connection_inherits(app):
    """What is said once of the listening socket holds for each connection: no waiting for more to send, and a
    bound on what the kernel holds for a client."""
    ann = await app.client().register()
    async with await RawSocket.of(ann):
        (connection,) = app.services.hub.all_connections()
        ours = connection.transport._socket
        assert ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert ours.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) == 2 * listener.SEND_BUFFER
