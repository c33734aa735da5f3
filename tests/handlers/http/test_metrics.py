"""`/metrics`: who is told, on which address, and nobody else."""

import asyncio
import logging

import pytest
from tornado.httpclient import HTTPClientError

from handlers.http import metrics
from metrics import scraper
from metrics.names import families_of
from start import VERSION
from tests.app import Client, running
from tests.handlers.people import friends, text
from tests.raw_socket import RawSocket
from tests.scrape import OPENMETRICS, TOKEN, scrape, scrape_at
from tests.servers import free_port

BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """Each scrape tells what is so now, however soon it comes after another."""
    monkeypatch.setattr(scraper, "FRESH_S", -1)


async def test_nobody_is_told_as_installed(app):
    """As installed `/metrics` is an address like any that does not exist, with a token or without, and
    nothing is measured for it."""
    unknown = await app.client().get("/nowhere")
    for headers in ({}, BEARER, {"Authorization": "Bearer "}, {"Authorization": "Bearer"}):
        response = await app.client().get("/metrics", **headers)
        assert (response.code, len(response.body)) == (404, len(unknown.body))
    assert not app.services.scraper.tells
    assert app.services.scraper.door is None


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": f"Bearer {TOKEN[:-1]}"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": TOKEN},
        {"Authorization": "Bearer 令牌".encode().decode("latin-1")},
        {"Cookie": f"token={TOKEN}"},
    ],
)
async def test_who_has_not_the_token(tmp_path, caplog, given):
    """Without the token, or with another, the answer is that of an unknown address, whatever the method, and
    the log has no complaint."""
    caplog.set_level(logging.INFO)
    async with running(tmp_path, {"metrics.token": TOKEN}) as app:
        client = app.client(**given)
        unknown = await client.get("/nowhere")
        for method in ("GET", "HEAD", "POST", "PUT"):
            response = await client.fetch("/metrics", method=method)
            other = await client.fetch("/nowhere", method=method)
            assert (response.code, len(response.body)) == (404, len(other.body)), method
        assert set(response.headers) == set(unknown.headers) | set(other.headers)
        assert (await client.get(f"/metrics?token={TOKEN}")).code == 404
    assert all(record.levelno <= logging.INFO for record in caplog.records)
    assert TOKEN not in caplog.text


async def test_who_has_the_token(tmp_path, caplog):
    """Who has the token is told on the server's own address, in the form that they ask for, and leaves no
    line in the log for it."""
    caplog.set_level("INFO", "magpie.access")
    async with running(tmp_path, {"metrics.token": TOKEN}) as app:
        numbers = await scrape(app)
        assert numbers.content_type == "text/plain; version=0.0.4; charset=utf-8"
        opened = await scrape(app, Accept=OPENMETRICS)
        assert opened.content_type == "application/openmetrics-text; version=1.0.0; charset=utf-8"
        assert set(opened) >= set(numbers)
        for accept in ("*/*", "application/openmetrics-text;version=x;q=y", "text/plain;version=,;=,"):
            assert (await scrape(app, Accept=accept))["magpie_connections"] == 0
        head = await app.client(**BEARER).fetch("/metrics", method="HEAD")
        assert (head.code, head.body, int(head.headers["Content-Length"]) > 1000) == (200, b"", True)
        (kind,) = [key for key in numbers if key[0] == "magpie_build_info"]
        assert dict(zip(kind[1::2], kind[2::2])).items() >= {"version": VERSION, "database": "sqlite"}.items()
    assert [record.args[1] for record in caplog.records if record.name == "magpie.access"] == []


async def test_every_number_has_a_name(tmp_path):
    """Whatever a part counts can be read by an operator: each number of a running server is told."""
    async with running(tmp_path, {"metrics.token": TOKEN}) as app:
        ann, bob = await friends(app)
        async with ann.socket() as socket, bob.socket():
            await socket.send(text(bob, "hi", "c1"))
            await socket.receive(1)
            services = app.services
            keys = [*services.stats(), *services.measures()]
            assert [key for key in keys if not families_of(key)] == []
            assert len(set(keys)) == len(keys)
            numbers = await scrape(app)
    families = {family.name for key in keys for family, _ in families_of(key)}
    found = {family.name for family in numbers.families}
    assert {name.removesuffix("_total") for name in families} <= found | {f"{name}_total" for name in found}


async def test_a_port_of_its_own(tmp_path):
    """On a port of its own everybody on this machine is told, and nothing else is there; the server's own
    address tells nobody then."""
    port = free_port()
    async with running(tmp_path, {"metrics.port": port}) as app:
        ann = await app.client().register()
        async with ann.socket():
            assert (await scrape_at(port))["magpie_connections"] == 1
            assert (await scrape_at(port, Accept=OPENMETRICS))["magpie_connections"] == 1
        assert (await app.client(**BEARER).get("/metrics")).code == 404
        client = Client(f"http://127.0.0.1:{port}")
        for path in ("/", "/healthz", "/user/login", "/metrics/", "//metrics", "/chat"):
            response = await client.get(path)
            assert (response.code, response.body) == (404, b""), path
        posted = await client.fetch("/metrics", b"x=1")
        assert (posted.code, posted.body) == (405, b"")
        assert not set(posted.headers) & {"Server", "Etag"}
        client.close()
    with pytest.raises((OSError, HTTPClientError)):  # it ends with the server
        await scrape_at(port)


async def test_a_port_and_a_token(tmp_path, caplog):
    """With both, the port of its own asks for the token as well, and says so."""
    caplog.set_level(logging.INFO)
    port = free_port()
    async with running(tmp_path, {"metrics.port": port, "metrics.token": TOKEN}) as app:
        assert (await scrape(app))["magpie_connections"] == 0
        assert (await scrape_at(port, **BEARER))["magpie_connections"] == 0
        client = Client(f"http://127.0.0.1:{port}")
        for headers in ({}, {"Authorization": "Bearer another-token-1234"}):
            response = await client.get("/metrics", **headers)
            assert (response.code, response.headers["WWW-Authenticate"], response.body) == (
                401,
                "Bearer",
                b"",
            )
        client.close()
    assert all(record.levelno <= logging.INFO for record in caplog.records)


async def test_a_full_server_tells(tmp_path, expect_logs):
    """While the server has no place left, its own port tells how full it is."""
    expect_logs("magpie", "full connections=4")
    port = free_port()
    async with running(tmp_path, {"server.max_connections": 4, "metrics.port": port}) as app:
        ann = await app.client().register()
        sockets = [await RawSocket.of(ann) for _ in range(4)]
        assert (await app.client().get("/user/login.shtml")).code == 503
        numbers = await scrape_at(port)
        assert (numbers["magpie_connections"], numbers["magpie_places"]) == (4, 4)
        assert numbers["magpie_http_full_total"] == 1
        for each in sockets:
            each.close()


async def test_many_at_the_door(tmp_path):
    """Who opens connection after connection to the port of its own takes a few, and others are still told
    when they end."""
    port = free_port()
    async with running(tmp_path, {"metrics.port": port}) as app:
        streams = [await asyncio.open_connection("127.0.0.1", port) for _ in range(metrics.CONNECTIONS)]
        async with asyncio.timeout(30):
            while len(app.services.scraper.door._connections) < metrics.CONNECTIONS:
                await asyncio.sleep(0.01)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert await reader.read() == b""
        writer.close()
        for _, writer in streams:
            writer.close()
        async with asyncio.timeout(30):
            while app.services.scraper.door._connections:
                await asyncio.sleep(0.01)
        assert (await scrape_at(port))["magpie_connections"] == 0


async def test_many_ask_at_once(tmp_path, monkeypatch):
    """Who asks a hundred times in a second gets the same text, which was written once."""
    monkeypatch.setattr(scraper, "FRESH_S", 60)
    async with running(tmp_path, {"metrics.token": TOKEN}) as app:
        answers = await asyncio.gather(*(scrape(app) for _ in range(50)))
        answers.append(await scrape(app))
        assert {numbers["magpie_scrapes_total"] for numbers in answers} == {1}
        assert (await scrape(app, Accept=OPENMETRICS))["magpie_scrapes_total"] == 2


async def test_one_connection_is_enough(tmp_path):
    """A connection that is kept may ask again and again, as Prometheus does."""
    port = free_port()
    async with running(tmp_path, {"metrics.port": port}):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(3):
            writer.write(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            assert " 200 " in head and "connection: close" not in head
            length = int(head.partition("content-length: ")[2].partition("\r")[0])
            assert b"magpie_connections 0\n" in await reader.readexactly(length)
        writer.close()
