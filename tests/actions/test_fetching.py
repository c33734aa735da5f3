"""Nobody makes this server speak to its own network by a link, whatever is tried, and no page harms it."""

import asyncio
import gzip
from contextlib import asynccontextmanager

import pytest

from actions import fetching, previews
from models.tables import Attachment
from outgoing import addresses
from outgoing.addresses import Addresses, Forbidden
from outgoing.client import Client, Unreachable
from tests import samples
from tests.handlers.http.test_previews import linked, quiet
from tests.handlers.people import friends
from tests.handlers.socket.test_changes import said
from tests.website import answer, html, moved, website

# fmt: off
#: `{port}`: where somebody on this machine listens.
TRICKS = [
    "http://127.0.0.1:{port}/", "http://127.1:{port}/", "http://127.0.1:{port}/", "http://2130706433:{port}/",
    "http://0x7f000001:{port}/", "http://0x7f.0.0.1:{port}/", "http://0177.0.0.1:{port}/",
    "http://017700000001:{port}/", "http://0.0.0.0:{port}/", "http://0:{port}/", "http://localhost:{port}/",
    "http://LOCALHOST:{port}/", "http://localhost.:{port}/", "http://127.0.0.2:{port}/",
    "http://[::1]:{port}/", "http://[::]:{port}/", "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/", "http://[0:0:0:0:0:ffff:7f00:0001]:{port}/",
    "http://[::127.0.0.1]:{port}/", "http://[64:ff9b::7f00:1]:{port}/", "http://[2002:7f00:1::]:{port}/",
    "http://[fe80::1%25lo]:{port}/", "http://①②⑦.⓪.⓪.①:{port}/", "http://１２７.０.０.１:{port}/",
    "http://127。0。0。1:{port}/", "http://user@127.0.0.1:{port}/", "http://user:pass@127.0.0.1:{port}/",
    "http://example.com@127.0.0.1:{port}/", "http://127.0.0.1:{port}#@example.com/",
    "http://example.com\\@127.0.0.1:{port}/", "http://127.0.0.1:{port}\\.example.com/",
    "https://127.0.0.1:{port}/", "HTTP://127.0.0.1:{port}/", "http://169.254.169.254/latest/meta-data/",
    "http://100.100.100.200/latest/meta-data/", "http://[fd00:ec2::254]/", "http://10.0.0.1/",
    "ftp://127.0.0.1:{port}/", "file:///etc/passwd", "gopher://127.0.0.1:{port}/_GET",
    "dict://127.0.0.1:{port}/", "javascript:alert(1)", "//127.0.0.1:{port}/", "http:127.0.0.1:{port}/",
    "http://127.0.0.1:{port}/%0d%0aHost:%20a/", "http://inside.test:{port}/", "http://both.test:{port}/",
]
# fmt: on

NAMES = {"inside.test": ["127.0.0.1"], "both.test": ["93.184.215.14", "127.0.0.1"]}


@pytest.fixture
def names(monkeypatch):
    """Names that lead into the own network; and which addresses were connected to."""
    real = addresses._look_up
    monkeypatch.setattr(addresses, "_look_up", lambda host, port: NAMES.get(host) or real(host, port))


@pytest.fixture
def connected(monkeypatch):
    """The addresses to which a connection was asked for; nobody is there."""
    found = []

    async def connect(address, port, **more):
        found.append(address)
        raise OSError("nobody there")

    monkeypatch.setattr("outgoing.client.asyncio.open_connection", connect)
    return found


@pytest.mark.parametrize("ports", [None, previews.PORTS])
async def test_tricks(app, monkeypatch, names, ports):
    """However a link spells this machine or its network, nobody there hears a word; the port is no way in,
    either."""
    monkeypatch.setattr(previews, "PORTS", ports)
    async with website() as victim:
        port = victim.place.rpartition(":")[2]
        client = Client(Addresses((), ports))
        for trick in TRICKS:
            with pytest.raises((Forbidden, Unreachable)):
                await fetching.look(app.services, client, trick.format(port=port))
        assert victim.connections == 0


async def test_tricks_in_messages(tmp_path, names):
    """The same links in messages are delivered, and no preview comes of them."""
    async with website() as victim, linked(tmp_path, **{"previews.allow": []}) as (app, _):
        ann, bob = await friends(app)
        port = victim.place.rpartition(":")[2]
        for trick in TRICKS:
            await said(ann, bob, f"look {trick.format(port=port)} here")
        await quiet(app)
        stats = app.services.previews.stats()
        assert victim.connections == stats["previews_shown"] == 0
        assert stats["previews_forbidden"] > 30
        await quiet(app)


async def test_a_name_that_changes(app, monkeypatch, connected):
    """A name is asked for once: what it answers afterwards leads nowhere."""
    answers = [["93.184.215.14"], ["127.0.0.1"]]
    monkeypatch.setattr(addresses, "_look_up", lambda host, port: answers.pop(0))
    client = Client(Addresses((), previews.PORTS))
    for expected in (Unreachable, Forbidden):
        with pytest.raises(expected):
            await fetching.look(app.services, client, "http://changing.test/")
    assert connected == ["93.184.215.14"]


@pytest.mark.parametrize("port", [22, 25, 6379, 3306, 8080, 8443])
async def test_other_ports(app, connected, port):
    """Only the two ports of the web are spoken to: a link scans nobody."""
    with pytest.raises(Forbidden):
        await fetching.look(app.services, Client(Addresses((), previews.PORTS)), f"http://1.1.1.1:{port}/")
    assert connected == []


@asynccontextmanager
async def looking(app):
    """A website that may be looked at, and how: the preview of one of its paths."""
    async with website() as site:
        client = Client(Addresses([site.place], previews.PORTS))
        yield site, lambda path: fetching.look(app.services, client, site.url + path)


@pytest.mark.parametrize(
    "to", ["http://{place}/", "//{place}/", "http://localhost:{port}/", "http://2130706433:{port}/",
           "http://[::ffff:127.0.0.1]:{port}/", "http://inside.test:{port}/", "file:///etc/passwd", "http://[",
           "http://a@{place}/", "http://169.254.169.254/"],
)  # fmt: skip
async def test_led_inside(app, names, to):
    """A page of the public network cannot lead into this one, nor can its picture."""
    async with website() as victim, looking(app) as (site, look):
        to = to.format(place=victim.place, port=victim.place.rpartition(":")[2])
        site.pages["/"] = moved(to)
        with pytest.raises((Forbidden, Unreachable)):
            await look("/")
        site.pages["/page"] = html(f'<title>Page</title><meta property="og:image" content="{to}">')
        site.pages["/moved"] = html('<title>Page</title><meta property="og:image" content="/">')
        for path in ("/page", "/moved"):
            assert await look(path) == {"url": site.url + path, "title": "Page"}
        assert victim.connections == 0


async def test_led_on(app):
    """Three redirections are followed, a fourth is not, and a circle ends."""
    async with looking(app) as (site, look):
        site.pages |= {
            "/3": moved("/2"),
            "/2": moved("/1"),
            "/1": moved("/0"),
            "/0": html("<title>0</title>"),
        }
        site.pages |= {"/4": moved("/3"), "/round": moved("/round")}
        assert await look("/3") == {"url": f"{site.url}/3", "title": "0"}
        for path in ("/4", "/round"):
            with pytest.raises(Unreachable):
                await look(path)
        assert site.asked["/round"] == 4


NOTHING = {
    "no page": answer(b"{}", "application/json"),
    "a picture": answer(b"<title>t</title>", "image/png"),
    "an error": answer(b"<title>t</title>", status="500 Oh"),
    "without a kind": b"HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n<title>t</title>",
    "no title": html("<meta name=description content=d>"),
    "an empty one": html("<title> \u200b\u202e </title>"),
    "a bomb": answer(gzip.compress(b"0" * 50_000_000), Content_Encoding="gzip"),
}
LOST = {
    "huge head": b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 100_000,
    "broken": answer(b"<title>t</title>", Content_Encoding="gzip"),
    "packed otherwise": answer(b"<title>t</title>", Content_Encoding="br"),
    "not HTTP": b"220 mail.example ESMTP\r\n",
}


@pytest.mark.parametrize("page", NOTHING.values(), ids=NOTHING)
async def test_nothing_to_show(app, page):
    """What is no page, or says nothing of itself, gives no preview."""
    async with looking(app) as (site, look):
        site.pages["/"] = page
        assert await look("/") is None


@pytest.mark.parametrize("page", LOST.values(), ids=LOST)
async def test_no_answer(app, page):
    """What is no answer, neither."""
    async with looking(app) as (site, look):
        site.pages["/"] = page
        with pytest.raises(Unreachable):
            await look("/")


async def test_one_byte_at_a_time(app, monkeypatch):
    """A page that drips is given up when its time is over, and so are redirections that drip together."""
    monkeypatch.setattr(fetching, "SECONDS", 0.3)
    async with looking(app) as (site, look):
        site.pause_s = 0.05
        site.pages["/"] = [bytes([byte]) for byte in html("<title>t</title>")]
        site.pages["/on"] = [b"", b"", moved("/")]
        for path in ("/", "/on"):
            with pytest.raises(Unreachable):
                await look(path)


async def test_cut(app):
    """Long texts are cut, and without what turns or hides what stands beside them."""
    head = f"<title>{'长' * 200}</title><meta name=description content='a\u202eb\u0007\n {'d' * 300}'>"
    async with looking(app) as (site, look):
        site.pages["/"] = html(head)
        told = await look("/")
        assert told["title"] == "长" * 119 + "…"
        assert told["desc"] == "ab " + "d" * 236 + "…"
        site.pages["/10M"] = html(f"<title>{'t' * 10_000_000}</title>")
        assert await look("/10M") == {"url": f"{site.url}/10M", "title": "t" * 119 + "…"}


PICTURES = {
    "SVG": answer(b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "image/svg+xml"),
    "HTML": html("<title>t</title>"),
    "broken": answer(samples.picture("PNG")[:60], "image/png"),
    "too large": answer(samples.picture("PNG") + b"0" * (2 << 20), "image/png"),
    "not there": answer(samples.picture("PNG"), "image/png", "404 Not Found"),
    "a film": answer(b"\0\0\0\x20ftypisom" + b"\0" * 100, "video/mp4"),
}


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)
async def test_no_picture(app, picture):
    """What is no picture, or too much of one, is left out, and nothing of it is kept."""
    async with looking(app) as (site, look):
        site.pages["/"] = html('<title>t</title><meta name="twitter:image" content="p">')
        site.pages["/p"] = picture
        assert await look("/") == {"url": f"{site.url}/", "title": "t"}
        assert site.asked["/p"] == 1
        assert await app.services.db.read(Attachment.select().count) == 0


@pytest.mark.parametrize(("form", "size"), [("JPEG", (3000, 2000)), ("PNG", (20, 20)), ("GIF", (300, 200))])
async def test_a_picture(app, form, size):
    """A picture is copied small and drawn anew, whatever it was; it stands still."""
    async with looking(app) as (site, look):
        site.pages["/"] = html('<title>t</title><meta name="twitter:image" content="p">')
        frames = {"frames": 3} if form == "GIF" else {}
        original = samples.picture(form, size, **frames)
        site.pages["/p"] = answer(original, "image/png")
        told = await look("/")
        assert max(told["w"], told["h"]) == min(640, max(size))
        got = await app.client().get(told["pic"])
        assert got.body != original and got.headers["Content-Type"] in ("image/jpeg", "image/webp")


async def test_who_asks(app):
    """The page hears who asks and in which languages, and nothing about anybody."""
    async with looking(app) as (site, look):
        site.pages["/"] = html("<title>t</title>")
        await look("/?q=1")
        lines = site.heads[0].split("\r\n")
        names = {line.partition(":")[0].lower() for line in lines[1:] if line}
        assert names == {
            "host", "accept", "accept-encoding", "accept-language", "connection", "user-agent"
        }  # fmt: skip
    await asyncio.sleep(0)
