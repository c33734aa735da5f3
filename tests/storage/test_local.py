"""Media on the local disk, and what a crash leaves."""

import os
import time

import pytest

from protocol.errors import TryAgain
from storage import LocalStorage, open_storage
from tests.storage.settings import storage_settings

KEY = "2026/11/AAAAAAAAAAAAAAAAAAAAAA.png"


@pytest.fixture
def local(io_loop, tmp_path):
    storage = LocalStorage(tmp_path / "media")
    yield storage
    io_loop.run_sync(storage.close)


async def test_media_lives_in_the_data_directory(tmp_path, picture):
    """With no storage setting, uploads are found under data/media."""
    storage = open_storage(storage_settings(), tmp_path)
    await storage.put(KEY, str(picture), "image/png", True)
    assert (tmp_path / "media" / KEY).read_bytes() == picture.read_bytes()
    assert storage.url_for(KEY) is None
    await storage.close()


def test_an_impossible_path_is_named(tmp_path):
    """A media path that cannot be a folder stops the start with a line that names the setting."""
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match=r"^storage\.path .*file"):
        open_storage(storage_settings(path=str(tmp_path / "file")), tmp_path)


async def test_a_failed_write_leaves_nothing(local, tmp_path, picture, monkeypatch):
    """When the disk is full the sender is told to try again, and no half picture is ever shown."""

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TryAgain):
        await local.put(KEY, str(picture), "image/png", True)
    assert [path for path in (tmp_path / "media").rglob("*") if path.is_file()] == []
    assert local.stats() == {"storage_waiting": 0, "storage_calls": 1, "storage_failed": 1}


def test_a_crash_leaves_no_litter(tmp_path, io_loop):
    """Half-written files of a crash go at a later start; those of a neighbour at work stay."""
    incoming = tmp_path / "media" / ".incoming"
    incoming.mkdir(parents=True)
    (incoming / "old.png").touch()
    (incoming / "young.png").touch()
    os.utime(incoming / "old.png", (time.time() - 4000,) * 2)
    storage = LocalStorage(tmp_path / "media")
    assert [path.name for path in incoming.iterdir()] == ["young.png"]
    io_loop.run_sync(storage.close)


async def test_links_are_not_followed(local, tmp_path):
    """A symbolic link among the media leads nowhere."""
    (tmp_path / "secret").write_text("secret")
    target = tmp_path / "media" / KEY
    target.parent.mkdir(parents=True)
    target.symlink_to(tmp_path / "secret")
    with pytest.raises(TryAgain):
        await local.open(KEY)


async def test_readers_hold_no_descriptor(local, picture):
    """However many people take their time over a file, the server does not run out of descriptors; who reads
    one that is deleted meanwhile is told."""
    await local.put(KEY, str(picture), "image/png", True)
    before = len(os.listdir("/proc/self/fd"))
    blobs = [await local.open(KEY) for _ in range(20)]
    assert [await blob.read(250, 250) for blob in blobs] == [bytes(range(250))] * 20
    assert len(os.listdir("/proc/self/fd")) <= before
    await local.delete(KEY)
    with pytest.raises(TryAgain):
        await blobs[0].read(0, 250)
