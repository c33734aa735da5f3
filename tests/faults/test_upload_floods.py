"""Floods of uploads: what they may take of the disk and of the loop, and what others notice."""

import asyncio
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.faults.bystander import Bystanders, Flow
from tests.handlers.http.connection import Connection
from tests.handlers.http.multipart_body import END, field, file
from tests.process import Process, process

MIB = 1 << 20
CONNECTIONS = 30


async def pour(server: Process, body: bytes, token: str = "") -> None:
    """Sends an upload on many connections at once, and keeps them open for a while."""
    async with AsyncExitStack() as stack:
        connections = [await stack.enter_async_context(Connection(server)) for _ in range(CONNECTIONS)]

        async def one(connection: Connection) -> None:
            try:
                await connection.begin_upload(body, length=len(body) + 1000, token=token)
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
            pouring = pour(server, before + file(bytes(4 * MIB))[:-2])
            seen, flooded = await beside(friends, tmp_path, pouring)
            flooded.compare(calm)
            assert seen <= 10 * 2 * MIB
        await nothing_stays(tmp_path)


@pytest.mark.parametrize(
    ("setting", "value", "most"), [("SPOOL_BYTES", 30 * MIB, 31 * MIB), ("UPLOADS", 3, 3 * 4 * MIB)]
)
async def test_ones_own_bytes(tmp_path, setting, value, most):
    """Who is logged in and sends on many connections at once has so many files under way, and so many bytes
    on the disk, and no more."""
    limits = {
        "IM_LIMITS_ENABLED": "true",
        "IM_UPLOADS_MAX_BYTES": str(20 * MIB),
        "IM_LIMITS_UPLOAD_RATE": "100",
    }
    limits |= {"IM_LIMITS_UPLOADS_MOST": "100", f"IM_LIMITS_{setting}_MOST": str(value)}
    async with process(tmp_path, **limits) as server, Bystanders(server) as friends:
        eve = await server.client().register()
        calm = await friends.during(asyncio.sleep(1))
        seen, flooded = await beside(friends, tmp_path, pour(server, file(bytes(4 * MIB))[:-2], eve.token))
        flooded.compare(calm)
        assert 4 * MIB <= seen <= most
        await nothing_stays(tmp_path)


async def beside(friends: Bystanders, data: Path, flood: Awaitable[None]) -> tuple[int, Flow]:
    """The most that was on the disk during a flood, and what the friends noticed."""
    seen = 0

    async def watch() -> None:
        nonlocal seen
        while True:
            seen = max(seen, most_spooled(data))
            await asyncio.sleep(0.02)

    watching = asyncio.create_task(watch())
    flooded = await friends.during(flood)
    watching.cancel()
    return seen, flooded


async def nothing_stays(data: Path) -> None:
    async with asyncio.timeout(20):
        while any(data.glob("spool/*")):
            await asyncio.sleep(0.05)


async def test_bodies_of_many_parts(tmp_path):
    """Bodies of a hundred thousand parts hold nobody up."""
    part = file(b"").replace(b'name="file"', b'name="x"')
    body = part * 30_000
    async with process(tmp_path, IM_LIMITS_ENABLED="true") as server, Bystanders(server) as friends:
        calm = await friends.during(asyncio.sleep(1))
        (await friends.during(pour(server, body + END))).compare(calm)
