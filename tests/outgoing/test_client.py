"""One exchange with a machine that a user named, which may answer as it likes."""

import asyncio
import gzip
from contextlib import asynccontextmanager

import pytest

from outgoing.addresses import Addresses, Forbidden
from outgoing.client import Client, Unreachable


@asynccontextmanager
async def answering(*pieces: bytes, pause: float = 0):
    """A machine that says this to whoever connects. Yields its address, a client that may speak to it, and
    what it heard."""
    heard = []

    async def answer(reader, writer):
        heard.append(await reader.read(65536))
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    addresses = Addresses([f"127.0.0.1:{port}"])
    try:
        yield f"http://127.0.0.1:{port}", Client(addresses), heard
    finally:
        addresses.close()
        server.close()


def ok(body: bytes, *lines: bytes) -> bytes:
    head = [b"HTTP/1.1 200 OK", b"Content-Length: %d" % len(body), *lines, b"", b""]
    return b"\r\n".join(head) + body


async def test_in_pieces():
    """An answer that comes in pieces is put together."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with answering(head, b"3\r\nabc\r\n", b"0\r\n\r\n") as (url, client, heard):
        reply = await client.exchange("GET", url + "/p?q=1", limit=10, seconds=10)
        assert (reply.status, reply.body, reply.whole) == (200, b"abc", True)
        assert heard[0].startswith(b"GET /p?q=1 HTTP/1.1\r\nHost: 127.0.0.1:")


async def test_what_is_sent():
    """Headers and body arrive as they were given."""
    async with answering(ok(b"")) as (url, client, heard):
        await client.exchange("POST", url, {"TTL": "5"}, b"body", limit=10, seconds=10)
        assert heard[0].endswith(b"TTL: 5\r\nContent-Length: 4\r\n\r\nbody")


async def test_no_more_than_was_asked_for():
    """An answer without an end is cut where it was to be."""
    async with answering(b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 65536] * 100, pause=0.001) as (url, client, _):
        reply = await client.exchange("GET", url, limit=1000, seconds=10)
        assert (reply.body, reply.whole) == (b"x" * 1000, False)


async def test_packed():
    """What was packed is unpacked, and no further than asked for, however much it would be."""
    bomb = gzip.compress(b"0" * 50_000_000)
    async with answering(ok(bomb, b"Content-Encoding: gzip")) as (url, client, _):
        reply = await client.exchange("GET", url, limit=1000, seconds=10)
        assert (reply.body, reply.whole) == (b"0" * 1000, False)
    async with answering(ok(gzip.compress("你好".encode()), b"Content-Encoding: gzip")) as (url, client, _):
        assert (await client.exchange("GET", url, limit=1000, seconds=10)).body.decode() == "你好"


async def test_leads_nowhere_else():
    """A redirection is an answer like any other, and not followed."""
    head = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    async with answering(head) as (url, client, _):
        reply = await client.exchange("GET", url, limit=10, seconds=10)
        assert (reply.status, reply.headers["location"]) == (302, "http://127.0.0.1:1/")


@pytest.mark.parametrize(
    "pieces",
    [
        [],
        [b"SSH-2.0-OpenSSH\r\n"],
        [b"HTTP/1.1 200 OK\r\nA"],
        [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"],
        [b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 10_000],
        [ok(b"no gzip", b"Content-Encoding: gzip")],
    ],
)
async def test_no_answer(pieces):
    """What is no HTTP, or ends before its end, is no answer."""
    async with answering(*pieces) as (url, client, _):
        with pytest.raises(Unreachable):
            await client.exchange("GET", url, limit=100, seconds=10)


async def test_one_byte_at_a_time():
    """An answer that drips does not hold the server longer than any other."""
    async with answering(*[bytes([byte]) for byte in ok(b"x" * 100)], pause=0.05) as (url, client, _):
        with pytest.raises(Unreachable):
            await client.exchange("GET", url, limit=100, seconds=0.5)


async def test_not_even_connected_to():
    """A machine of the own network hears nothing at all."""
    async with answering(ok(b"secret")) as (url, _, heard):
        addresses = Addresses()
        for host in (url, url.replace("127.0.0.1", "localhost"), url.replace("127.0.0.1", "0x7f.1")):
            with pytest.raises(Forbidden):
                await Client(addresses).exchange("GET", host, limit=100, seconds=5)
        addresses.close()
        assert heard == []


async def test_nobody_listens():
    """A place where nobody listens is told as such."""
    addresses = Addresses(["127.0.0.1:1"])
    with pytest.raises(Unreachable):
        await Client(addresses).exchange("GET", "http://127.0.0.1:1/", limit=100, seconds=5)
    addresses.close()
