"""Media on the local disk.

A file appears under its name only when it is whole and on the disk: it is written beside,
synced, renamed, and the directory entry is synced too. Everything that can wait for a disk
runs in this storage's own threads.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar

from protocol.errors import TryAgain
from protocol.media import is_name, missing

from .base import Blob, Storage

P = ParamSpec("P")
T = TypeVar("T")

INCOMING = ".incoming"
STALE_SECONDS = 3600  # no write takes an hour, so an older temporary file is a crash's leftover


class LocalStorage(Storage):
    def __init__(self, root: Path, threads: int = 4):
        """Keep objects below `root`, which is made when missing. Raises ValueError if it can't be."""
        self._root = Path(root).absolute()
        self._incoming = self._root / INCOMING
        try:
            self._incoming.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ValueError(f"storage.path {str(self._root)!r}: {error.strerror}") from None
        self._sweep()
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="storage")
        self._waiting = self._calls = self._failed = 0

    async def put(self, key: str, path: str, mime: str, inline: bool, name: str = "") -> None:
        await self._run(self._write, self._path(key), path)

    async def open(self, key: str) -> Blob:
        return await self._run(self._open, self._path(key))

    async def delete(self, key: str) -> None:
        await self._run(self._remove, self._path(key))

    def stats(self) -> dict[str, int]:
        return {
            "storage_waiting": self._waiting,
            "storage_calls": self._calls,
            "storage_failed": self._failed,
        }

    async def close(self) -> None:
        await asyncio.to_thread(self._threads.shutdown)

    # -- in a thread -----------------------------------------------------------------------

    def _write(self, target: Path, source: str) -> None:
        temporary = self._incoming / target.name
        try:
            with open(source, "rb") as reader, open(temporary, "wb") as writer:
                shutil.copyfileobj(reader, writer, 1 << 20)
                writer.flush()
                os.fsync(writer.fileno())
            self._make_folder(target.parent)
            os.replace(temporary, target)
            _sync_folder(target.parent)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

    def _make_folder(self, folder: Path) -> None:
        """`root/2026/11`, each new level synced into the one above."""
        for path in (folder.parent, folder):
            with suppress(FileExistsError):
                path.mkdir()
                _sync_folder(path.parent)

    def _open(self, path: Path) -> LocalBlob:
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        except FileNotFoundError:
            raise missing() from None
        try:
            return LocalBlob(self, path, os.fstat(descriptor))
        finally:
            os.close(descriptor)

    @staticmethod
    def _read(path: Path, offset: int, length: int) -> bytes:
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        except FileNotFoundError:
            return b""
        try:
            return os.pread(descriptor, length, offset)
        finally:
            os.close(descriptor)

    def _remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    def _sweep(self) -> None:
        """Drop what a crash left half written. Young files may be another process's work."""
        for path in self._incoming.iterdir():
            if time.time() - path.stat().st_mtime > STALE_SECONDS:
                path.unlink(missing_ok=True)

    # -- helpers ---------------------------------------------------------------------------

    def _path(self, key: str) -> Path:
        if not is_name(key):
            raise missing()
        return self._root / key

    async def _run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        work = partial(call, *args, **kwargs)
        self._waiting += 1
        self._calls += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except OSError as error:
            self._failed += 1
            raise TryAgain("文件暂时无法读写，请稍后再试", "Storage is unavailable, try again") from error
        finally:
            self._waiting -= 1


class LocalBlob(Blob):
    """A file, open only while it is read: a thousand readers who take their time hold no descriptor. An
    object never changes, so each read meets the same one, or none after a delete."""

    def __init__(self, storage: LocalStorage, path: Path, status: os.stat_result):
        self.size = status.st_size
        self.modified = status.st_mtime
        self._path = path
        self._storage = storage

    async def read(self, offset: int, length: int) -> bytes:
        data = await self._storage._run(self._storage._read, self._path, offset, length)
        if len(data) != length:
            raise TryAgain("文件暂时无法读取，请稍后再试", "The file cannot be read, try again")
        return data

    async def close(self) -> None:
        """Nothing stays open."""


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
