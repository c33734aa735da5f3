"""Media bytes: one contract (`base`), two places to keep them (`local`, `oss`)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .base import Blob, Storage
from .local import LocalStorage

if TYPE_CHECKING:
    import config

__all__ = ["Blob", "Storage", "open_storage"]


def open_storage(settings: config.Storage, data: str | Path) -> Storage:
    """The backend that `settings` (section `storage` of the configuration) names.

    `data` is the server's data directory, the default home of local media. Raises
    ValueError with one line that begins with the setting at fault. The OSS SDK takes
    0.6 s to import, so only a server that uses it pays.
    """
    if settings.backend == "oss":
        from .oss import OssStorage

        return OssStorage(settings)
    return LocalStorage(Path(settings.path or Path(data) / "media"))
