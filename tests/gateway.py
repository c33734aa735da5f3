"""A push gateway as browsers' makers run them, and browsers that are subscribed there.

The gateway is an HTTP server that keeps what it is sent and answers as it is told; a browser opens what came
for it with its own private key, by code of its own (RFC 8291, 8188), and checks who signed it (RFC 8292).

    async def test(makers, reached):                # the gateway, and a server that may push there
        phone = await makers.browser(ann)           # /push/subscribe
        ...
        push = await phone.pushed()                 # opened: push.payload, push.headers
"""

import asyncio
import base64
import hashlib
import hmac
import json
import os
import time
from contextlib import asynccontextmanager
from typing import NamedTuple

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPHeaders
from tornado.testing import bind_unused_port
from tornado.web import Application, RequestHandler

from tests.app import PATIENCE, Client, running
from tests.handlers.people import text

CONTACT = "mailto:ops@example.org"


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Pushed(NamedTuple):
    payload: dict
    headers: HTTPHeaders
    size: int


def open_body(body: bytes, private: ec.EllipticCurvePrivateKey, secret: bytes) -> bytes:
    """RFC 8188's one record, with keys as RFC 8291 has them."""
    salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
    theirs, sealed = body[21 : 21 + length], body[21 + length :]
    assert len(sealed) <= size
    mine = point_of(private)
    shared = private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))

    def expand(key: bytes, info: bytes, octets: int) -> bytes:
        return hmac.digest(key, info + b"\x01", "sha256")[:octets]

    ikm = expand(hmac.digest(secret, shared, "sha256"), b"WebPush: info\0" + mine + theirs, 32)
    prk = hmac.digest(salt, ikm, "sha256")
    key = expand(prk, b"Content-Encoding: aes128gcm\0", 16)
    nonce = expand(prk, b"Content-Encoding: nonce\0", 12)
    plain = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")
    assert plain[-1:] == b"\x02"
    return plain[:-1]


def point_of(private: ec.EllipticCurvePrivateKey) -> bytes:
    form = serialization.PublicFormat.UncompressedPoint
    return private.public_key().public_bytes(serialization.Encoding.X962, form)


def check_signature(header: str, origin: str, key: str) -> dict:
    """The claims of a VAPID header, which this key has signed for this origin."""
    kind, _, rest = header.partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    assert (kind, parts["k"]) == ("vapid", key)
    head, claims, signature = parts["t"].split(".")
    assert json.loads(unb64(head))["alg"] == "ES256"
    raw = unb64(signature)
    assert len(raw) == 64
    der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(key))
    public.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    said = json.loads(unb64(claims))
    assert said["aud"] == origin and time.time() < said["exp"] <= time.time() + 86400
    return said


class Browser:
    """One subscription, and what came for it."""

    def __init__(self, makers: "Gateway", name: str) -> None:
        self.makers, self.name = makers, name
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.secret = os.urandom(16)
        self.endpoint = f"{makers.origin}/send/{name}"
        self.came: asyncio.Queue[Pushed] = asyncio.Queue()
        self.requests = 0
        self.answers: list[int] = []  # what is answered to the next requests; then 201
        self.location = ""  # where a redirect leads

    @property
    def keys(self) -> dict[str, str]:
        return {"endpoint": self.endpoint, "p256dh": b64(point_of(self.private)), "auth": b64(self.secret)}

    async def pushed(self) -> Pushed:
        """The next push that the gateway took."""
        async with asyncio.timeout(PATIENCE):
            return await self.came.get()

    async def nothing_but(self, *bodies: str) -> None:
        """These came, in any order, and when the gateway has had what was said since nothing else did."""
        found = [(await self.pushed()).payload["body"] for _ in bodies]
        assert sorted(found) == sorted(bodies)
        assert self.came.empty()


class Gateway:
    """`held`: while it is clear, nobody is answered."""

    def __init__(self, port: int) -> None:
        self.origin = f"http://127.0.0.1:{port}"
        self.settings = {"push.allow": [f"127.0.0.1:{port}"], "push.contact": CONTACT}
        self.browsers: dict[str, Browser] = {}
        self.key = ""
        self.held = asyncio.Event()
        self.held.set()

    async def browser(self, client: Client) -> Browser:
        """A new browser that a user has subscribed."""
        browser = self.new()
        self.key = (await client.post("/push/key"))["data"]["key"]
        answer = await client.post("/push/subscribe", **browser.keys)
        assert answer["code"] == 0, answer
        return browser

    def new(self) -> Browser:
        name = hashlib.sha256(os.urandom(8)).hexdigest()[:12]
        browser = self.browsers[name] = Browser(self, name)
        return browser


class _Handler(RequestHandler):
    async def post(self, name: str) -> None:
        makers: Gateway = self.settings["makers"]
        browser = makers.browsers[name]
        browser.requests += 1
        await makers.held.wait()
        headers, body = self.request.headers, self.request.body
        check_signature(headers["Authorization"], makers.origin, makers.key)
        assert headers["Content-Encoding"] == "aes128gcm" and len(body) <= 3072
        status = browser.answers.pop(0) if browser.answers else 201
        self.set_status(status)
        if 300 <= status < 400:
            self.set_header("Location", browser.location)
        if status == 201:
            payload = json.loads(open_body(body, browser.private, browser.secret))
            browser.came.put_nowait(Pushed(payload, headers, len(body)))


@asynccontextmanager
async def gateway():
    """A gateway, until the block ends."""
    socket, port = bind_unused_port()
    makers = Gateway(port)
    server = HTTPServer(
        Application([(r"/send/(\w+)", _Handler)], makers=makers, log_function=lambda handler: None)
    )
    server.add_sockets([socket])
    try:
        yield makers
    finally:
        makers.held.set()
        server.stop()
        await server.close_all_connections()


@pytest.fixture
def makers(io_loop):
    """A gateway."""
    context = gateway()
    yield io_loop.run_sync(context.__aenter__)
    io_loop.run_sync(lambda: context.__aexit__(None, None, None))


@pytest.fixture
def reached(io_loop, makers, tmp_path):
    """A running server that may push there."""
    context = running(tmp_path / "data", makers.settings)
    yield io_loop.run_sync(context.__aenter__)
    io_loop.run_sync(lambda: context.__aexit__(None, None, None))


async def send(client: Client, dst: Client | int, content: str, **fields: object) -> dict:
    """Somebody says something; the ack."""
    answer = await client.post_json("/message/send", **text(dst, content, **fields))
    assert answer["code"] == 0, answer
    return answer["data"]
