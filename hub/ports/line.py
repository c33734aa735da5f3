"""The line between processes: what carries their letters. Redis and PostgreSQL are two; who has said what,
and what was lost, is `hub.ports.peers`' business."""

from collections.abc import Callable
from typing import Protocol


class LineError(Exception):
    """The line can't be had. The text says why, in one line and without a secret."""


class Line(Protocol):
    """Promised: what one process sends reaches every process, itself included, in the order in which it was
    sent; `send` never waits. Not promised: that it arrives, or arrives once."""

    def listen(
        self, heard: Callable[[bytes], None], opened: Callable[[bool], None], closed: Callable[[str], None]
    ) -> None:
        """Called once, before anything else; all three are called on the loop. `heard` is given each letter.
        `opened(kept)`: from now on all that is sent is heard; `kept` says that nothing of the time between
        was lost on the way. `closed(why)`: nothing is heard now; the line tries to open again by itself."""

    async def open(self) -> None:
        """Opens it for the first time. Raises `LineError` when it refuses, or can't be reached."""

    def send(self, letter: bytes) -> bool:
        """False when there is no room for it: it is lost."""

    def reset(self, why: str) -> None:
        """Nothing comes back over it, though nothing says that it is closed: it is closed and opened anew."""

    async def close(self) -> None:
        """The end; what was sent before still goes out, if it can do so soon."""

    def stats(self) -> dict[str, int]:
        """Of each line its own numbers."""
