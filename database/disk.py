"""The room on the disk that the rows are on."""

import os
import time
from collections.abc import Callable
from pathlib import Path

#: Seconds for which an answer of the system is good.
_GOOD_S = 0.2
#: Of a small disk this share at most is kept free.
_MOST_KEPT = 1 / 20


class Disk:
    """Keeps `keep_free_bytes` of the file system that `folder` is on, but no more than a twentieth of it,
    from being filled with rows: the rest is for deleting, for SQLite's own files and for others on the
    machine. To be asked in a thread, since a file system may take its time."""

    def __init__(
        self, folder: Path, keep_free_bytes: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._folder, self._keep = folder, keep_free_bytes
        self._clock = clock
        self._asked_at = -1e9
        self._full = False

    def nearly_full(self) -> bool:
        """Whether less is free than is to be kept."""
        now = self._clock()
        if now - self._asked_at >= _GOOD_S:
            self._asked_at = now
            self._full = self._is_full()
        return self._full

    def _is_full(self) -> bool:
        try:
            found = os.statvfs(self._folder)
        except OSError:
            return False  # the database will say what is wrong
        keep = min(self._keep, int(found.f_blocks * found.f_frsize * _MOST_KEPT))
        return found.f_bavail * found.f_frsize < keep
