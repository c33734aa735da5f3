"""Uploads are streamed: the server's memory does not grow with them."""

import re
from pathlib import Path

from tests.process import process

MIB = 1 << 20


def peak(pid: int) -> int:
    """The most memory, in bytes, that the process ever held."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024


async def test_a_large_upload_is_not_held_in_memory(tmp_path):
    """An upload of 30 MiB costs the server far less than 30 MiB of memory, coming in and going out."""
    async with process(tmp_path / "data") as server:
        ann = await server.client().register()
        await ann.get((await ann.upload(b"x" * 1000))["data"])
        before = peak(server.child.pid)
        answer = await ann.upload(b"\x01" * (30 * MIB))
        assert (answer["code"], answer["bytes"]) == (0, 30 * MIB)
        assert len((await ann.get(answer["data"])).body) == 30 * MIB
        assert peak(server.child.pid) - before < 15 * MIB
