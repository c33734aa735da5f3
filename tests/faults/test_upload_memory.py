"""Uploads are streamed: the server's memory does not grow with them."""

import asyncio
import gc
import re
from pathlib import Path

from handlers.http.multipart import MultipartReader
from tests.app import envelope, running
from tests.handlers.http.multipart_body import CONTENT_TYPE, END, field, file
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


REFUSED = {
    "too large": file(bytes(2 * MIB)) + END,
    "two files": file(bytes(60_000)) * 2 + END,
    "a field too long": field("x", "y" * 9000) + file(bytes(60_000)) + END,
    "a broken body": b"nonsense" * 9000,
    "not ended": file(bytes(60_000)),
    "another's": field("userid", 99) + file(bytes(60_000)) + END,
}


async def test_nothing_is_left_of_an_upload(tmp_path):
    """Whatever became of an upload, its memory is free when it is over, not when cycles are collected."""
    async with running(tmp_path, {"uploads.max_bytes": MIB}) as app:
        ann = await app.client().register()
        await ann.upload(bytes(60_000))
        gc.collect()
        gc.disable()
        try:
            assert (await ann.upload(bytes(60_000)))["code"] == 0
            assert (await ann.upload(b"GIF89a<script>"))["type"] == "file"
            for name, body in REFUSED.items():
                answer = envelope(await ann.fetch("/attach/upload", body, **CONTENT_TYPE))
                assert answer["code"] < 0, name
            await asyncio.sleep(0.1)
            left = [kept for kept in gc.get_objects() if isinstance(kept, MultipartReader)]
        finally:
            gc.enable()
        assert len(left) <= 1, "the last one's connection is still open"
