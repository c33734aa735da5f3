"""Clients that take their time over a file: how many, and for how long."""

import asyncio
import os
import socket

import pytest

from handlers.http import listener, media, streams
from tests.app import App, running
from tests.process import Process

MIB = 1 << 20
LARGE = b"\1" * (7 * MIB)  # more than the kernel keeps for a connection


class SlowReader:
    """Asks for a file and reads nothing until it is told to."""

    def __init__(self, server: App | Process, url: str) -> None:
        self._port, self._url = int(server.url.rpartition(":")[2]), url
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.setblocking(False)

    async def ask(self) -> "SlowReader":
        loop = asyncio.get_running_loop()
        await loop.sock_connect(self._socket, ("127.0.0.1", self._port))
        await loop.sock_sendall(self._socket, f"GET {self._url} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        return self

    async def read(self, size: int) -> bytes:
        """So many bytes, fewer when the server ended the connection before."""
        found = b""
        async with asyncio.timeout(20):
            while len(found) < size:
                try:
                    piece = await asyncio.get_running_loop().sock_recv(self._socket, 65536)
                except ConnectionResetError:
                    break
                if not piece:
                    break
                found += piece
        return found

    def close(self) -> None:
        self._socket.close()


async def until(condition) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


def held(app: App) -> int:
    return app.services.budget.stats()["slow_downloads"]["held"]


@pytest.fixture
def hasty(monkeypatch):
    """A second is long."""
    monkeypatch.setattr(media, "PATIENCE_S", 0.05)
    monkeypatch.setattr(streams, "PIECE_SECONDS", 1)
    monkeypatch.setattr(listener, "LOOK_SECONDS", 0.2)


async def test_who_reads_nothing(app, hasty):
    """Who asks for a file and takes nothing of it is cut off, and holds nothing any more."""
    ann = await app.client().register()
    url = (await ann.upload(LARGE))["data"]
    files = len(os.listdir("/proc/self/fd"))
    readers = [await SlowReader(app, url).ask() for _ in range(10)]
    await until(lambda: held(app) == 10)
    assert len(os.listdir("/proc/self/fd")) <= files + 20  # both ends of ten connections, and no file
    await until(lambda: held(app) == 0)
    for reader in readers:
        assert len(await reader.read(len(LARGE))) < len(LARGE)
        reader.close()


async def test_who_reads_slowly(app, hasty, monkeypatch):
    """Who takes a file slowly but steadily gets all of it."""
    monkeypatch.setattr(streams, "PIECE_SECONDS", 20)
    ann = await app.client().register()
    url = (await ann.upload(LARGE))["data"]
    reader = await SlowReader(app, url).ask()
    await until(lambda: held(app) == 1)
    head = await reader.read(MIB)
    await asyncio.sleep(0.5)
    rest = await reader.read(len(LARGE) + head.index(b"\r\n\r\n") + 4 - len(head))
    assert (head + rest).endswith(LARGE)
    await until(lambda: held(app) == 0)
    reader.close()


async def test_many_of_one_address(tmp_path, hasty, monkeypatch):
    """Of one address so many clients may take their time; who is quick is never counted."""
    monkeypatch.setattr(streams, "PIECE_SECONDS", 20)
    async with running(tmp_path, {"limits.enabled": True, "limits.slow_downloads_most": 3}) as app:
        ann = await app.client().register()
        url = (await ann.upload(LARGE))["data"]
        readers = [await SlowReader(app, url).ask() for _ in range(3)]
        await until(lambda: held(app) == 3)
        one_more = await SlowReader(app, url).ask()
        await until(lambda: app.services.budget.stats()["slow_downloads"]["refused"] == 1)
        assert len(await one_more.read(len(LARGE))) < len(LARGE)
        assert (await ann.get(url)).body == LARGE
        for reader in (*readers, one_more):
            reader.close()
        await until(lambda: held(app) == 0)


async def test_a_file_that_goes_while_it_is_read(app):
    """When a file cannot be read any more the connection ends: nobody takes half of it for the whole."""
    ann = await app.client().register()
    url = (await ann.upload(LARGE))["data"]
    reader = await SlowReader(app, url).ask()
    head = await reader.read(1000)
    await app.services.storage.delete(url.removeprefix("/mnt/"))
    rest = await reader.read(len(LARGE))
    assert b"200 OK" in head and len(head + rest) < len(LARGE)
    reader.close()
