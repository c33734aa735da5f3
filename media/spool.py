"""A folder for one upload on its way: the file that grows in it, and what is made of that."""

import asyncio
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

from protocol.errors import TryAgain

P = ParamSpec("P")
T = TypeVar("T")

STALE_SECONDS = 24 * 3600  # older folders are left over from a crash
#: Bytes between two looks at the room on the disk.
LOOK_BYTES = 1 << 20


class Spool:
    """Open it, `write` pieces as they come, `finish`, use `path`, and `remove` it whatever happened.

    All disk work is done in threads, one step at a time, so that a `remove` meets no write. It ends while the
    disk is `nearly_full`.
    """

    def __init__(self, folder: str, nearly_full: Callable[[], bool] = lambda: False):
        self.folder = folder
        self.path = f"{folder}/upload"
        self.size = 0  #: bytes written
        self._nearly_full = nearly_full
        self._look_at = LOOK_BYTES
        self._file = Path(self.path).open("wb", buffering=0)  # noqa: SIM115 - closed by `finish` or `remove`
        self._lock = threading.Lock()

    @classmethod
    async def open(cls, root: Path, nearly_full: Callable[[], bool] = lambda: False) -> "Spool":
        """A new folder below `root`. TryAgain when its disk is `nearly_full`, asked in a thread."""
        return await _in_thread(cls._make, root, nearly_full)

    async def write(self, data: bytes) -> None:
        """Append `data`. TryAgain when the disk does not take it."""
        await _in_thread(self._write, data)
        self.size += len(data)

    async def finish(self) -> None:
        """The file is whole: nothing more is written."""
        await _in_thread(self._close)

    async def remove(self) -> None:
        """Delete the folder; a write that comes later does nothing."""
        await _in_thread(self._remove)

    @classmethod
    def _make(cls, root: Path, nearly_full: Callable[[], bool]) -> "Spool":
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        if nearly_full():
            raise _no_room()
        return cls(tempfile.mkdtemp(dir=root), nearly_full)

    def _write(self, data: bytes) -> None:
        with self._lock:
            if self.size >= self._look_at:
                self._look_at = self.size + LOOK_BYTES
                if self._nearly_full():
                    raise _no_room()
            rest = memoryview(data)
            while rest and not self._file.closed:
                rest = rest[self._file.write(rest) :]

    def _close(self) -> None:
        with self._lock:
            self._file.close()

    def _remove(self) -> None:
        self._close()
        shutil.rmtree(self.folder, ignore_errors=True)


def sweep(root: Path) -> None:
    """Drop folders of uploads that a crash cut short; several processes may do so at once. Blocking."""
    if root.is_dir():
        for folder in root.iterdir():
            try:
                stale = time.time() - folder.stat().st_mtime > STALE_SECONDS
            except FileNotFoundError:  # an upload that has just ended
                continue
            if stale:
                shutil.rmtree(folder, ignore_errors=True)


def _no_room() -> TryAgain:
    return TryAgain(
        "服务器磁盘空间不足，暂时无法上传", "The server's disk is nearly full, no uploads for now"
    )


async def _in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return await asyncio.to_thread(work, *args, **kwargs)
    except OSError as error:
        raise TryAgain("磁盘暂时无法写入，请稍后再试", "The disk takes no more, try again") from error
