"""What is to be done at a time, whoever is there: one small worker in each process.

It asks the database when the next thing is due, and sleeps until then, or until it is told of something
earlier. Other processes may have taken something in, and the clock of the wall may have been set: so it never
sleeps for long. Which of them does a thing is decided by its row."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from actions import schedules
from protocol.clock import now_ms
from protocol.errors import TryAgain
from protocol.limits import MAX_INT

if TYPE_CHECKING:
    from actions.services import Services

log = logging.getLogger("magpie.due")

#: Seconds between two looks into the database, at most.
LOOK_S = 10.0
#: What does the things that are due, and says when the next one is.
_DOERS = (schedules.send_due,)


class Due:
    """Begins with `start` and ends with `close`."""

    def __init__(self) -> None:
        self._earlier = asyncio.Event()
        self._next = MAX_INT
        self._task: asyncio.Task[None] | None = None
        self._ends = {"sent": 0, "refused": 0, "put_off": 0}

    def start(self, app: "Services") -> None:
        """Call it on the loop."""
        self._task = asyncio.get_running_loop().create_task(self._work(app))

    async def close(self) -> None:
        """What is due from now on is for others, or for the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    def told(self, due: int) -> None:
        """Something is due at this time (ms)."""
        if due < self._next:
            self._next = due
            self._earlier.set()

    def count(self, end: str) -> None:
        """How a scheduled message has ended, or this try of it: sent, refused, put_off."""
        self._ends[end] += 1

    def stats(self) -> dict[str, int]:
        return {f"due_{end}": number for end, number in self._ends.items()}

    async def _work(self, app: "Services") -> None:
        while True:
            self._earlier.clear()
            self._next = MAX_INT
            found = [await self._do(app, doer) for doer in _DOERS]
            # Who was told of something meanwhile may have been told before it could be found.
            self._next = min(self._next, *found)
            pause_s = min(max(self._next - now_ms(), 0) / 1000, LOOK_S)
            try:
                async with asyncio.timeout(pause_s):
                    await self._earlier.wait()
            except TimeoutError:
                pass

    async def _do(self, app: "Services", doer: "Callable[[Services], Awaitable[int | None]]") -> int:
        """When the next thing is due."""
        try:
            return await doer(app) or MAX_INT
        except TryAgain as refusal:
            log.debug("%s: %s", doer.__name__, refusal)  # the database is away, and says so itself
        except Exception:
            log.exception("%s", doer.__name__)
        return MAX_INT
