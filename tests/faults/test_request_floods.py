"""Requests without end, of every kind, from one address: others notice nothing, and the address is slowed
down; and whoever opens a page, or a whole office that does, never is."""

import asyncio
import re
import struct
from pathlib import Path

from tests.app import running
from tests.faults.bystander import Bystanders
from tests.faults.flood import flood
from tests.handlers.people import friends, group, text
from tests.process import process
from tests.raw_socket import RawSocket

STATIC = Path(__file__).resolve().parents[2] / "static"
SOCKET = (
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n"
)
#: (request line, further headers, what a refusal is)
FLOODS = {
    "handshakes": ("GET /chat?id=1&token=invented HTTP/1.1", SOCKET, "429"),
    "missing media": ("GET /mnt/2026/11/AAAAAAAAAAAAAAAAAAAAAA.png HTTP/1.1", "", "429"),
    "unknown": ("GET /nowhere HTTP/1.1", "", "429"),
    "pages": ("GET /user/login.shtml HTTP/1.1", "", "429"),
    "files": ("GET /favicon.ico HTTP/1.1", "", "429"),
    "preflights": ("OPTIONS /user/login HTTP/1.1", "Origin: https://elsewhere.example\r\n", "429"),
    "slashes": ("GET //asset/app HTTP/1.1", "", "429"),
    "probes of others": ("GET /readyz HTTP/1.1", "X-Forwarded-For: 203.0.113.7\r\n", "429"),
}


async def test_floods(tmp_path):
    """Whatever an address without an account asks for, again and again on many connections, friends write to
    each other as before and the address is told to slow down."""
    env = {
        "IM_LIMITS_ENABLED": "true",
        "IM_LIMITS_REQUEST_RATE": "5",
        "IM_LIMITS_REQUEST_BURST": "10",
    }
    async with process(tmp_path, **env) as server, Bystanders(server) as bystanders:
        calm = await bystanders.during(asyncio.sleep(1))
        for kind, (line, headers, refusal) in FLOODS.items():
            said = f"{line}\r\nHost: localhost\r\n{headers}\r\n".encode() * 20
            flow = await bystanders.during(flood(server.url, said, seconds=1))
            flow.compare(calm)
            assert flow.result["statuses"].get(refusal, 0) > 0, (kind, flow.result["statuses"])
            health = await server.client().get("/healthz")
            assert (health.code, health.body) == (200, b'{"status":"alive"}'), kind


async def test_calls_are_refused_in_words(tmp_path):
    """A call that comes too soon is answered as every call, HTTP 200 with -429; a page is a 429 that says
    when to come again."""
    settings = {"limits.enabled": True, "limits.request_rate": 0.01, "limits.request_burst": 2}
    async with running(tmp_path, settings) as app:
        codes = [(await app.client().post("/user/find", id=1))["code"] for _ in range(2)]
        assert codes == [-401, -429]
        page = await app.client().get("/user/login.shtml")
        assert page.code == 429 and int(page.headers["Retry-After"]) > 10
        preflight = await app.client().fetch("/user/find", method="OPTIONS", Origin="https://a.example")
        assert preflight.code == 429 and int(preflight.headers["Retry-After"]) > 10


async def test_who_is_known_counts_by_themselves(tmp_path):
    """Behind one address, whoever has shown a session goes on while a neighbour has used up what the address
    may do: their calls have been their own. Their own limit holds for all their addresses."""
    settings = {"limits.enabled": True, "limits.request_rate": 0.01, "limits.request_burst": 20}
    async with running(tmp_path, settings) as app:
        ann, bob = await friends(app)
        for person in (ann, bob):
            codes = [(await person.post("/contact/loadfriend"))["code"] for _ in range(21)]
            assert codes.count(0) >= 18 and codes[-1] == -429
        assert (await app.client().get("/user/login.shtml")).code in (200, 503)


async def test_through_a_proxy(tmp_path):
    """Behind a proxy of ours each client's address has its own limit and share; the proxy itself has none."""
    settings = {
        "limits.enabled": True,
        "limits.request_rate": 0.01,
        "limits.request_burst": 5,
        "limits.guest_connections_most": 2,
        "server.proxies": ["127.0.0.1"],
    }
    async with running(tmp_path, settings) as app:
        first, second = ({"X-Forwarded-For": f"203.0.113.{n}"} for n in (1, 2))
        codes = [(await app.client().get("/nowhere", **first)).code for _ in range(7)]
        assert codes.count(429) >= 1 and codes[0] == 404
        assert (await app.client().get("/nowhere", **second)).code == 404
        lines = [await asyncio.open_connection("127.0.0.1", app.port) for _ in range(10)]
        await asyncio.sleep(0.1)
        assert app.services.stats()["http_connections"] >= 10
        assert (await app.client().get("/nowhere", X_Forwarded_For="203.0.113.3")).code == 404
        for _, writer in lines:
            writer.close()


async def test_an_office_opens_the_page(tmp_path):
    """Fifty people behind one address open the page together: its files, thirty avatars, their calls and a
    socket each; then one of them opens a chat of two hundred pictures. Nobody is told to wait."""
    async with running(tmp_path, {"limits.enabled": True, "limits.register_burst": 50}) as app:
        people = [await app.client().register() for _ in range(50)]
        room = await group(*people[:1])
        files = [f"/asset/{path.relative_to(STATIC)}" for path in sorted(STATIC.rglob("*")) if path.is_file()]
        seen = set()

        async def come(person) -> None:
            for path in ("/chat/index.shtml", *files[:15], "/favicon.ico"):
                seen.add((await person.get(path)).code)
            for _ in range(2):
                assert (await person.post("/contact/loadfriend"))["code"] == 0
                assert (await person.post("/message/conversations"))["code"] == 0
            socket = await RawSocket.of(person)
            socket.close()

        await asyncio.gather(*(come(person) for person in people))
        for _ in range(230):
            seen.add((await people[0].get("/mnt/2026/11/AAAAAAAAAAAAAAAAAAAAAA.png")).code)
        answer = await people[0].post_json("/message/send", **text(room, "hi", cmd=11))
        assert answer["code"] == 0
        assert seen <= {200, 404, 503}, seen  # 503: where the page is not built


async def test_gone_in_the_door(tmp_path, caplog):
    """Clients that hang up while their socket is being opened are no crash and take no place: neither of
    their user's nor of the server's."""
    settings = {"limits.enabled": True, "limits.sockets_most": 5, "limits.request_burst": 1000}
    async with running(tmp_path, settings) as app:
        ann = await app.client().register()
        head = f"GET /chat?id={ann.user_id}&token={ann.token}&v=2 HTTP/1.1\r\nHost: localhost\r\n{SOCKET}\r\n"
        for i in range(200):
            _, writer = await asyncio.open_connection("127.0.0.1", app.port)
            if i % 2:
                linger = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(1, 13, linger)  # SO_LINGER: with a reset
            writer.write(head.encode())
            await asyncio.sleep(0.0005 * (i % 8))
            writer.close()
        async with asyncio.timeout(20):
            while any(app.services.stats()[name] for name in ("http_connections", "hub_connections")):
                await asyncio.sleep(0.05)
        assert app.services.stats()["limit_sockets_held"] == 0
        sockets = [await RawSocket.of(ann) for _ in range(5)]
        for socket in sockets:
            socket.close()
        assert not re.search("crash|Traceback", caplog.text)


async def test_an_undeclared_proxy_is_said(tmp_path, expect_logs):
    """Who has forgotten `server.proxies` finds it in the log, once; and people who are logged in still have
    limits of their own behind it."""
    expect_logs("magpie", "X-Forwarded-For from 127.0.0.1")
    settings = {"limits.enabled": True, "limits.request_rate": 0.01, "limits.request_burst": 20}
    async with running(tmp_path, settings) as app:
        ann, bob = await friends(app)
        for person in (ann, bob):
            person.headers["X-Forwarded-For"] = "203.0.113.5"
            assert [(await person.post("/contact/loadfriend"))["code"] for _ in range(18)] == [0] * 18
