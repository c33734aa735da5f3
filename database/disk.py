"""The room on the disk that the rows are on."""

import os
from pathlib import Path

#: Of a small disk this share at most is kept free.
_MOST_KEPT = 1 / 20


class Disk:
    """Keeps `keep_free_bytes` of the file system that `folder` is on, but no more than a twentieth of it,
    from being filled with rows: the rest is for deleting, for SQLite's own files and for others on the
    machine."""

    def __init__(self, folder: Path, keep_free_bytes: int) -> None:
        self._folder, self._keep = folder, keep_free_bytes

    def nearly_full(self) -> bool:
        """Whether less is free than is to be kept. To be asked in a thread: two microseconds as a rule, but a
        file system may take its time."""
        try:
            found = os.statvfs(self._folder)
        except OSError:
            return False  # the database will say what is wrong
        keep = min(self._keep, int(found.f_blocks * found.f_frsize * _MOST_KEPT))
        return found.f_bavail * found.f_frsize < keep
