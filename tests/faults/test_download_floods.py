"""A flood of downloads that nobody reads: what it holds, and what others notice."""

import asyncio
import re
from pathlib import Path

from tests import samples
from tests.faults.bystander import Bystanders
from tests.handlers.http.test_slow_downloads import SlowReader
from tests.process import process

READERS = 150


def memory(pid: int) -> int:
    """Bytes that the process has in memory."""
    return int(re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())[1]) * 1024


async def test_downloads_that_nobody_reads(tmp_path):
    """Many downloads that are never read hold neither files nor much memory, and friends go on writing to
    each other."""
    async with process(tmp_path, IM_LIMITS_ENABLED="true") as server, Bystanders(server) as friends:
        picture = samples.picture("PNG", (780, 780), "RGB", None)
        url = (await friends.ann.upload(picture + bytes(6 << 20)))["data"]
        calm = await friends.during(asyncio.sleep(1))
        folder = Path(f"/proc/{server.child.pid}/fd")
        before, readers = memory(server.child.pid), []

        async def flood() -> None:
            readers.extend([await SlowReader(server, url).ask() for _ in range(READERS)])
            await asyncio.sleep(2)

        (await friends.during(flood())).compare(calm)
        media_files = [link for link in folder.iterdir() if "/media/" in str(_target(link))]
        assert media_files == []
        assert memory(server.child.pid) - before < READERS * 150_000
        for reader in readers:
            reader.close()


def _target(link: Path) -> Path:
    try:
        return link.readlink()
    except FileNotFoundError:
        return Path()
