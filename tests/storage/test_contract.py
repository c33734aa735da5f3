"""What every backend promises, on local disk and on OSS."""

import asyncio

import pytest

from protocol.errors import NotFound
from protocol.media import is_name

KEY = "2026/11/AAAAAAAAAAAAAAAAAAAAAA.png"


async def read_all(storage, key):
    blob = await storage.open(key)
    try:
        return await blob.read(0, blob.size)
    finally:
        await blob.close()


async def test_what_was_put_is_read(storage, picture):
    """A picture that was uploaded comes back byte for byte."""
    await storage.put(KEY, str(picture), "image/png", True)
    assert await read_all(storage, KEY) == picture.read_bytes()


async def test_calls_are_counted(storage, picture):
    """Whoever watches the server sees how many calls the storage has to do, and that none failed."""
    putting = asyncio.create_task(storage.put(KEY, str(picture), "image/png", True))
    await asyncio.sleep(0)
    assert storage.stats()["storage_waiting"] == 1
    await putting
    assert (storage.stats()["storage_waiting"], storage.stats()["storage_failed"]) == (0, 0)


async def test_the_source_stays(storage, picture):
    """Storing a file leaves the spooled one to its owner."""
    await storage.put(KEY, str(picture), "image/png", True)
    assert picture.stat().st_size == 300_000


async def test_a_part_is_read(storage, picture):
    """A player that asks for the middle of a video gets just that."""
    await storage.put(KEY, str(picture), "image/png", True)
    blob = await storage.open(KEY)
    assert await blob.read(100, 50) == bytes(range(100, 150))
    assert blob.modified > 1_700_000_000
    await blob.close()


async def test_an_empty_file_is_kept(storage, tmp_path):
    """An empty file is a file."""
    (tmp_path / "empty").touch()
    await storage.put(KEY, str(tmp_path / "empty"), "text/plain", False)
    assert await read_all(storage, KEY) == b""


async def test_a_missing_key_is_not_found(storage):
    """An address that names nothing answers that there is no such file."""
    with pytest.raises(NotFound):
        await storage.open(KEY)


async def test_put_again_is_harmless(storage, picture):
    """A repeated store after a lost answer changes nothing."""
    for _ in range(2):
        await storage.put(KEY, str(picture), "image/png", True)
    assert await read_all(storage, KEY) == picture.read_bytes()


async def test_deleted_is_gone(storage, picture):
    """A deleted picture is gone, and deleting it again is no error."""
    await storage.put(KEY, str(picture), "image/png", True)
    for _ in range(2):
        await storage.delete(KEY)
    with pytest.raises(NotFound):
        await storage.open(KEY)


BAD_KEYS = [
    "",
    "../../etc/passwd",
    "2026/11/../../../etc/passwd",
    "/etc/passwd",
    "2026/13/AAAAAAAAAAAAAAAAAAAAAA.png",
    "2026/11/short.png",
    "2026/11/AAAAAAAAAAAAAAAAAAAAAA.PNG",
    "2026/11/AAAAAAAAAAAAAAAAAAAAAA.png\n",
    "2026/11/AAAAAAAAAAAAAAAAAAAAA%2e.png",
    "2026/11/AAAAAAAAAAAAAAAAAAAAAA.png/x",
    "2026\\11\\AAAAAAAAAAAAAAAAAAAAAA.png",
    "２０２６/11/AAAAAAAAAAAAAAAAAAAAAA.png",
]


@pytest.mark.parametrize("key", BAD_KEYS)
async def test_no_way_out_of_the_folder(storage, key):
    """No address, however it is written, reads or removes a file that is not media."""
    assert not is_name(key)
    with pytest.raises(NotFound):
        await storage.open(key)
    with pytest.raises(NotFound):
        await storage.delete(key)


@pytest.mark.parametrize("key", [*BAD_KEYS, "backup/magpie.db"])
async def test_no_address_of_anything_else(make_oss, key):
    """No address is made, signed or not, for what is no media: a bucket may hold backups, too."""
    for public in ("", "https://cdn.example.com"):
        with pytest.raises(NotFound):
            make_oss(oss_public_url=public).url_for(key)
