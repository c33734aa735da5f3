"""The contract of a place that keeps media bytes.

Keys are made by the caller, never reused and never guessable (`2026/11/<token>.png`), so an
object never changes: whoever has read it once may keep it for ever, and writing it twice
is harmless. That is why every operation here may be repeated after a failure.
"""

from __future__ import annotations

from abc import ABC, abstractmethod


class Blob(ABC):
    """One stored object, open for reading. Close it when done."""

    size: int  # bytes
    modified: float  # seconds since 1970

    @abstractmethod
    async def read(self, offset: int, length: int) -> bytes:
        """Exactly `length` bytes from `offset`. Both must lie inside the object.

        Raises TryAgain when the bytes cannot be had now; never returns fewer.
        """

    @abstractmethod
    async def close(self) -> None: ...


class Storage(ABC):
    """Keeps objects under keys. Used on the loop; never blocks it.

    Promised: when `put` has returned, the object survives a crash of the process and of the
    machine (as far as the disk or the service promises it) and `open` finds all of its bytes.
    A `put` that failed leaves either the whole object or none that can be read.

    Not promised: a listing, a rename, an overwrite that readers see at one moment, or that
    `put` is undone when its caller is cancelled: delete the key, or let it be collected.

    Failures: NotFound for a missing object; TryAgain (-503) for what may pass: a timeout, an
    error of the service, a wrong credential that an operator has to mend. No backend's own
    exception gets out.
    """

    url_seconds: int = 0
    """How long an address of `url_for` works; 0 = for ever."""

    origins: tuple[str, ...] = ()
    """Where addresses of `url_for` lead to, as https://host[:port]."""

    @abstractmethod
    async def put(self, key: str, path: str, mime: str, inline: bool, name: str = "") -> None:
        """Store the file at `path` as `key`. The file stays; it must not change meanwhile.

        `inline` tells whether a browser may show it; otherwise it is only for saving, as `name` where the
        storage hands it out by itself.
        """

    @abstractmethod
    async def open(self, key: str) -> Blob:
        """The object, open for reading. Raises NotFound."""

    @abstractmethod
    async def delete(self, key: str) -> None:
        """Remove the object; one that is not there is no error."""

    def url_for(self, key: str, method: str = "GET", name: str = "", inline: bool = False) -> str | None:
        """Where a browser fetches the object by itself, or None: this server hands it out. With a `name` it
        is shown (`inline`) or saved under that, where an address can say so.

        Raises NotFound for what has not the form of a key. Makes no request, so it does not tell whether the
        object exists.
        """
        return None

    @abstractmethod
    def stats(self) -> dict[str, int]:
        """`storage_waiting`: calls that are being made or wait for a thread. Since the start,
        `storage_calls`: all, and `storage_failed`: those refused with TryAgain. A backend may tell more."""

    async def close(self) -> None:
        """Finish what is under way and let go of threads and connections."""
