"""Where the fast transport can't be had: under TLS, and with a Tornado that is not the one we know."""

import datetime
import logging
import ssl
from urllib.parse import urlencode

import pytest
import ujson
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tornado.httpclient import HTTPRequest
from tornado.iostream import IOStream
from tornado.simple_httpclient import SimpleAsyncHTTPClient
from tornado.websocket import WebSocketProtocol13

from hub.websocket.stream import StreamTransport
from hub.websocket.transports import Transports
from tests.app import running
from tests.raw_socket import RawSocket, frame

TRUSTING = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
TRUSTING.check_hostname, TRUSTING.verify_mode = False, ssl.CERT_NONE


@pytest.fixture
def certificate(tmp_path):
    """Settings for a certificate that we signed ourselves."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return {"server.tls_cert": str(tmp_path / "cert.pem"), "server.tls_key": str(tmp_path / "key.pem")}


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
            (node,) = app.services.hub._nodes.values()
            assert isinstance(node._transport, StreamTransport)
            await socket.write(
                frame({"cmd": 10, "dstid": me["id"], "media": 1, "content": "x" * 40_000, "cid": "1"})
            )
            assert (await socket.receive())["cid"] == "1"


@pytest.mark.parametrize(
    ("owner", "name"), [(WebSocketProtocol13, "_receive_frame_loop"), (IOStream, "writing")]
)
def test_an_unknown_tornado(monkeypatch, expect_logs, owner, name):
    """Where Tornado has not what we reach into, every socket is left with it, and the log says why."""
    if name in vars(owner):
        monkeypatch.delattr(owner, name)
    else:
        monkeypatch.delattr(next(base for base in owner.__mro__ if name in vars(base)), name)
    expect_logs("magpie.transport", f"transport=stream: Tornado .* has no .*{name}")
    assert not Transports("direct", 65536, 0, 0).direct


def test_the_choice_is_logged(caplog):
    """The start says which transport it has."""
    with caplog.at_level(logging.INFO, "magpie.transport"):
        assert Transports("direct", 65536, 0, 0).direct
        assert not Transports("stream", 65536, 0, 0).direct
    assert [record.getMessage() for record in caplog.records] == ["transport=direct", "transport=stream"]
