"""Floods of uploads: what they may take of the disk and of the loop, and what others notice."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from tests.faults.bystander import Bystanders
from tests.handlers.http.connection import Connection
from tests.handlers.http.multipart_body import END, field, file
from tests.process import Process, process

MIB = 1 << 20
CONNECTIONS = 30


async def pour(server: Process, body: bytes) -> None:
    """Sends an upload on many connections at once, and keeps them open for a while."""
    async with AsyncExitStack() as stack:
        connections = [await stack.enter_async_context(Connection(server)) for _ in range(CONNECTIONS)]

        async def one(connection: Connection) -> None:
            try:
                await connection.begin_upload(body, length=len(body) + 1000)
            except ConnectionError:
                pass  # cut off, which is right, too

        await asyncio.gather(*(one(connection) for connection in connections))
        await asyncio.sleep(1)


def most_spooled(data: Path) -> int:
    return sum(path.stat().st_size for path in data.glob("spool/*/upload"))


async def test_nobodys_bytes(tmp_path):
    """Many connections that send large files without a session, with an invented token or none, put next to
    nothing on the disk; friends go on writing to each other, and nothing stays."""
    async with process(tmp_path, IM_LIMITS_ENABLED="true") as server, Bystanders(server) as friends:
        calm = await friends.during(asyncio.sleep(1))
        for before in (b"", field("token", "invented"), field("userid", 1)):
            seen = 0

            async def watch() -> None:
                nonlocal seen
                while True:
                    seen = max(seen, most_spooled(tmp_path))
                    await asyncio.sleep(0.02)

            watching = asyncio.create_task(watch())
            flooded = await friends.during(pour(server, before + file(bytes(4 * MIB))[:-2]))
            watching.cancel()
            flooded.compare(calm)
            assert seen <= 10 * 2 * MIB
        async with asyncio.timeout(20):
            while any(tmp_path.glob("spool/*")):
                await asyncio.sleep(0.05)


async def test_bodies_of_many_parts(tmp_path):
    """Bodies of a hundred thousand parts hold nobody up."""
    part = file(b"").replace(b'name="file"', b'name="x"')
    body = part * 30_000
    async with process(tmp_path, IM_LIMITS_ENABLED="true") as server, Bystanders(server) as friends:
        calm = await friends.during(asyncio.sleep(1))
        (await friends.during(pour(server, body + END))).compare(calm)
