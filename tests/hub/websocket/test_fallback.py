"""Where the direct transport can't be had: under TLS, and with a Tornado that is not the one we know."""

import asyncio
import errno
import logging
import socket
import ssl
from urllib.parse import urlencode

import pytest
import ujson
from tornado.httpclient import HTTPRequest
from tornado.iostream import IOStream
from tornado.simple_httpclient import SimpleAsyncHTTPClient

from hub.websocket import taking, transports
from hub.websocket.transports import Transports
from tests.app import running
from tests.certificate import make_certificate
from tests.raw_socket import RawSocket, frame

TRUSTING = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
TRUSTING.check_hostname, TRUSTING.verify_mode = False, ssl.CERT_NONE


@pytest.fixture
def certificate(tmp_path):
    """Settings for a certificate that we signed ourselves."""
    made, key = make_certificate(tmp_path)
    return {"server.tls_cert": str(made), "server.tls_key": str(key)}


async def test_under_tls(certificate, tmp_path):
    """With TLS a connection stays with Tornado, and a page registers, gets a __Host- cookie and talks."""
    async with running(tmp_path / "data", certificate) as app:
        http = SimpleAsyncHTTPClient(force_instance=True)
        body = urlencode({"mobile": "13800000000", "passwd": "secret123"})
        answer = await http.fetch(
            HTTPRequest(f"https://127.0.0.1:{app.port}/user/register", "POST", body=body, validate_cert=False)
        )
        http.close()
        me = ujson.loads(answer.body)["data"]
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith(f"__Host-im_{me['id']}=") and "Secure" in cookie
        socket = await RawSocket.connect(
            app.port, f"/chat?id={me['id']}&v=2", tls=TRUSTING, Cookie=cookie.partition(";")[0]
        )
        async with socket:
            assert (await socket.receive())["cmd"] == 3
            assert app.services.transports.stats()["stream"] == 1
            await socket.write(
                frame({"cmd": 10, "dstid": me["id"], "media": 1, "content": "x" * 40_000, "cid": "1"})
            )
            assert (await socket.receive())["cid"] == "1"


class Closing(IOStream):
    """A Tornado that says good-bye to the other end when a stream is closed."""

    def close(self, *error):
        if self.socket is not None:
            self.socket.shutdown(socket.SHUT_RDWR)
        super().close()


class Forgetful(IOStream):
    """A Tornado that gives up what it has read when it is asked for part of it."""

    def read_bytes(self, size, partial=False):
        return asyncio.get_running_loop().create_future()


class Other(IOStream):
    """A Tornado that reads only whole messages."""

    def read_bytes(self, size):
        return super().read_bytes(size)


@pytest.mark.parametrize("tornado", [Closing, Forgetful, Other])
async def test_an_unknown_tornado(monkeypatch, expect_logs, tornado, tmp_path):
    """With a Tornado whose streams do not give their socket away, every connection stays with its stream, the
    log says why, and people talk all the same."""
    monkeypatch.setattr(taking, "IOStream", tornado)
    expect_logs("magpie.transport", "transport=stream: no socket can be taken out of a stream of Tornado")
    async with running(tmp_path / "data") as app:
        ann = await app.client().register()
        async with await RawSocket.of(ann) as socket:
            await socket.write(frame({"cmd": 0}))
            assert (await socket.receive())["cmd"] == 0
            assert app.services.transports.stats()["stream"] == 1


async def test_a_stream_that_is_still_writing():
    """A connection whose stream has something to write keeps it: nothing of that is lost."""
    ours, theirs = socket.socketpair()
    with theirs:
        stream = IOStream(ours)
        assert taking.can_take(stream)
        stream.write(b"x" * 10_000_000)
        assert not taking.can_take(stream)
        stream.close()
        assert not taking.can_take(stream)


async def test_no_descriptor_left(monkeypatch, app):
    """A connection whose socket can't be taken for want of a descriptor stays with its stream."""

    def full(stream):
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(transports, "take", full)
    ann = await app.client().register()
    path = f"/chat?id={ann.user_id}&token={ann.token}&v=2"
    async with await RawSocket.connect(app.port, path, Expect="a stream") as socket:
        assert (await socket.receive())["cmd"] == 3
        await socket.write(frame({"cmd": 0}))
        assert (await socket.receive())["cmd"] == 0
    assert app.services.transports.stats()["direct"] == 0


async def test_the_choice_is_logged(caplog):
    """The start says which transport it has."""
    with caplog.at_level(logging.INFO, "magpie.transport"):
        assert Transports("direct", 65536, 0, 0).direct
        assert not Transports("stream", 65536, 0, 0).direct
    assert [record.getMessage() for record in caplog.records] == ["transport=direct", "transport=stream"]
