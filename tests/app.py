"""The real server for tests, in the test's own loop: `running`, fixture `app`. As a process:
tests/process.py.

    async def test_friends(app):
        ann, bob = await app.client().register(), await app.client().register()
        answer = await ann.post("/contact/addfriend", dstid=bob.user_id)   # userid is added
        async with ann.socket() as socket:
            await socket.send({"cmd": 10, "dstid": bob.user_id, "media": 1, "content": "你好", "cid": "1"})
            ack = await socket.receive()

Rate limits are off unless a test asks for them: ``running(tmp_path, {"limits.enabled": True})``. So is
presence, ``running(tmp_path, presence=True)``: its frames come a second after somebody, in the middle of
anything; and no links are opened but with ``{"previews.enabled": True}``. SQLite finds its schema laid out,
and passwords are hashed cheaply but for ``running(tmp_path, dear_passwords=True)``; a process
(tests/process.py) does both as users have it.
"""

import asyncio
import itertools
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from unittest.mock import patch
from urllib.parse import urlencode

import pytest
import ujson
from tornado.httpclient import HTTPRequest, HTTPResponse
from tornado.simple_httpclient import SimpleAsyncHTTPClient
from tornado.websocket import WebSocketClientConnection, websocket_connect

import server
from actions import passwords
from start.settings import load_config
from tests.databases import migrated_file

PASSWD = "secret123"
#: What hashes cost here, the least that argon2 can.
CHEAP = {"TIME_COST": 1, "MEMORY_KIB": 8}
#: Seconds after which a test gives up waiting for what should have come at once.
PATIENCE = 60

_mobiles = itertools.count(13800000000)


class App:
    """A server on a free port of this process."""

    def __init__(self, services, site, http_server) -> None:
        self.services, self.site, self.server = services, site, http_server
        self.port = http_server.port
        self.url = f"http://127.0.0.1:{self.port}"
        self.stopped = False
        self._clients: list[Client] = []

    def client(self, **headers: str) -> "Client":
        """A new browser with no cookies; `headers` go with its every request."""
        client = Client(self.url, headers)
        self._clients.append(client)
        return client

    async def stop(self, seconds: float = 0.0) -> None:
        """Drains as SIGTERM would; the second time it does nothing."""
        if not self.stopped:
            self.stopped = True
            await server.drain(self.server, self.site, seconds)
        for client in self._clients:
            client.close()


@asynccontextmanager
async def running(
    data: Path,
    settings: Mapping[str, object] = {},
    presence: bool = False,
    dear_passwords: bool = False,
) -> AsyncIterator[App]:
    """The server with its rows and media under `data`, until the block ends."""
    app = start(data, settings, presence, dear_passwords)
    try:
        yield app
    finally:
        await app.stop()


def start(
    data: Path,
    settings: Mapping[str, object] = {},
    presence: bool = False,
    dear_passwords: bool = False,
) -> App:
    """As `running`, for callers that stop it themselves; call it on the loop."""
    given = {"server.port": 0, "server.data": str(data), "limits.enabled": False, "previews.enabled": False}
    given |= settings
    config = load_config(None, {}, given)
    if not config.database.url and not (data / "magpie.db").exists():
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        (data / "magpie.db").write_bytes(migrated_file())
    with nullcontext() if dear_passwords else patch.multiple(passwords, **CHEAP):
        services = server.make_services(config)
    if not presence:
        services.hub.announcer.start(_announce_nobody)
    site = server.make_app(services)
    return App(services, site, server.listen(config, site, server.certificate_of(config)))


async def _announce_nobody(changes: dict[int, int]) -> None:
    """In the place of `actions.presence.announce`."""


@pytest.fixture
def app(io_loop, tmp_path):
    """A running server with nobody registered yet."""

    async def begin() -> App:
        return start(tmp_path / "data")

    running_app = io_loop.run_sync(begin)
    yield running_app
    io_loop.run_sync(running_app.stop)


class Client:
    """A tiny HTTP client: one browser with its cookies, and the user that registered or logged in last."""

    def __init__(
        self, url: str, headers: Mapping[str, str] = {}, ssl_options: ssl.SSLContext | None = None
    ) -> None:
        self.url, self._ssl = url, ssl_options
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.cookies: dict[str, str] = {}
        self.device: dict[str, str] = {}  # the cookie by which its accounts know a browser; opens nothing
        self.user_id: int | None = None
        self.token = ""
        self.mobile = ""
        self._sockets: list[Socket] = []
        self._http = SimpleAsyncHTTPClient(force_instance=True, max_clients=200, max_body_size=1 << 30)

    def close(self) -> None:
        self._http.close()
        for socket in self._sockets:
            socket.close()

    async def register(
        self, nickname: str = "", mobile: str = "", passwd: str = PASSWD, **fields: object
    ) -> "Client":
        """Registers somebody and stays logged in; returns itself."""
        return await self._enter(
            "/user/register", mobile or str(next(_mobiles)), passwd, nickname=nickname, **fields
        )

    async def login(self, mobile: str, passwd: str = PASSWD) -> "Client":
        return await self._enter("/user/login", mobile, passwd)

    async def _enter(self, path: str, mobile: str, passwd: str, **fields: object) -> "Client":
        self.user_id = None
        answer = await self.post(path, mobile=mobile, passwd=passwd, **fields)
        assert answer["code"] == 0, answer
        self.user_id, self.token, self.mobile = answer["data"]["id"], answer["data"]["token"], mobile
        return self

    async def post(self, path: str, **fields: object) -> dict:
        """A form call; the envelope. `userid` is added when somebody is logged in and none is given; a field
        that is None is left out."""
        response = await self.fetch(path, urlencode(self._named(fields)).encode())
        return envelope(response)

    async def post_json(self, path: str, **fields: object) -> dict:
        """As `post`, with a JSON body."""
        body = ujson.dumps(self._named(fields)).encode()
        return envelope(await self.fetch(path, body, **{"Content-Type": "application/json"}))

    async def upload(self, content: bytes, name: str = "file.png", **fields: object) -> dict:
        """One file to /attach/upload; the envelope."""
        boundary = b"magpie-test-boundary"
        head = b'--%s\r\nContent-Disposition: form-data; name="%s"'
        body = [
            head % (boundary, key.encode()) + b"\r\n\r\n%s\r\n" % str(value).encode()
            for key, value in self._named(fields).items()
        ]
        body.append(head % (boundary, b"file") + b'; filename="%s"\r\n' % name.encode())
        body.append(b"Content-Type: application/octet-stream\r\n\r\n%s\r\n--%s--\r\n" % (content, boundary))
        kind = f"multipart/form-data; boundary={boundary.decode()}"
        return envelope(await self.fetch("/attach/upload", b"".join(body), **{"Content-Type": kind}))

    async def get(self, path: str, **headers: str) -> HTTPResponse:
        return await self.fetch(path, method="GET", **headers)

    async def fetch(
        self, path: str, body: bytes | None = None, method: str = "POST", **headers: str
    ) -> HTTPResponse:
        """One request as it is: no redirects followed, no status is an error."""
        sent = {**self.headers, **headers}
        if cookies := self.cookies | self.device:
            sent.setdefault("Cookie", "; ".join(f"{name}={value}" for name, value in cookies.items()))
        request = HTTPRequest(
            self.url + path,
            method,
            sent,
            body,
            follow_redirects=False,
            request_timeout=PATIENCE,
            allow_nonstandard_methods=True,
            decompress_response=False,
            ssl_options=self._ssl,
        )
        response = await self._http.fetch(request, raise_error=False)
        for line in response.headers.get_list("Set-Cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            if name.endswith("im_device"):
                self.device = {name: value}
            elif value in ("", '""'):
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return response

    def socket(self, v: int | None = 2, **headers: str) -> "Socket":
        """A WebSocket of the user, by token: ``async with client.socket() as socket``. `v=None`: a classic
        one."""
        query = {"id": self.user_id, "token": self.token} | ({"v": v} if v else {})
        address = f"{self.url.replace('http', 'ws', 1)}/chat?{urlencode(query)}"
        self._sockets.append(Socket(address, {**self.headers, **headers}, v == 2, self._ssl))
        return self._sockets[-1]

    def _named(self, fields: Mapping[str, object]) -> dict[str, object]:
        if self.user_id is not None and "userid" not in fields and "ownerid" not in fields:
            fields = {"userid": self.user_id, **fields}
        return {name: value for name, value in fields.items() if value is not None}


class Socket:
    """One connection to /chat. `welcome` is the first frame of a v2 node."""

    def __init__(
        self,
        address: str,
        headers: Mapping[str, str],
        welcomed: bool,
        ssl_options: ssl.SSLContext | None = None,
    ) -> None:
        self._request = HTTPRequest(
            address,
            headers=dict(headers),
            connect_timeout=PATIENCE,
            request_timeout=PATIENCE,
            ssl_options=ssl_options,
        )
        self._welcomed = welcomed
        self._connection: WebSocketClientConnection | None = None
        self.welcome: dict | None = None

    async def __aenter__(self) -> "Socket":
        return await self.open()

    async def __aexit__(self, *error: object) -> None:
        self.close()

    async def open(self) -> "Socket":
        """Connects; raises `HTTPClientError` when the handshake is refused."""
        self._connection = await websocket_connect(self._request)
        if self._welcomed:
            self.welcome = await self.receive()
            assert self.welcome["cmd"] == 3, self.welcome
        return self

    async def send(self, frame: dict | str | bytes) -> None:
        """A frame: a dict as JSON, a text as it is, bytes as a binary frame."""
        text = ujson.dumps(frame) if isinstance(frame, dict) else frame
        await self._connection.write_message(text, binary=isinstance(frame, bytes))

    async def receive(self, *cmds: int) -> dict:
        """The next frame, of one of `cmds` if any are given; others are dropped then."""
        while True:
            frame = await self.receive_or_close()
            assert frame is not None, f"closed with {self._connection.close_code}"
            if not cmds or frame["cmd"] in cmds:
                return frame

    async def receive_or_close(self) -> dict | None:
        """The next frame, None when the server closed instead."""
        async with asyncio.timeout(PATIENCE):
            text = await self._connection.read_message()
        return None if text is None else ujson.loads(text)

    async def closed(self) -> int | None:
        """Waits for the server to close; the code."""
        while self._connection.close_code is None and await self.receive_or_close() is not None:
            pass
        self.close()
        return self._connection.close_code

    def close(self) -> None:
        if self._connection:
            self._connection.close()


def envelope(response: HTTPResponse) -> dict:
    """The JSON of an API answer; an error of transport fails the test."""
    assert response.headers.get("Content-Type", "").startswith("application/json"), (
        response.code,
        response.body[:500],
    )
    return ujson.loads(response.body)
