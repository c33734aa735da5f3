"""What is done when something from other processes may be lost: once at a time, and again when more is lost
meanwhile. What has to be read is read by whoever started it; the hub knows no rows."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from protocol.errors import Refusal

logger = logging.getLogger("magpie.hub")

#: Seconds until the next try when the database did not answer.
PAUSE_S = 1.0
#: Seconds between two looks at what is committed: about the time after which a command has taken effect.
LOOK_S = 1.0
#: Holes that are read one by one; of more everybody catches up.
_MOST_HOLES = 500

#: Reads what may have changed for all who are connected; given True, has them catch up, too.
CatchUp = Callable[[bool], Awaitable[None]]
#: Reads what was said under these change numbers, and delivers it.
Heal = Callable[[Sequence[range]], Awaitable[None]]
#: Asks what is committed that nobody may have told of here.
Look = Callable[[], Awaitable[None]]


class Recovery:
    """Nothing is done before `start`."""

    def __init__(self) -> None:
        self._catch_up: CatchUp | None = None
        self._heal: Heal | None = None
        self._doubted = self._lost = False
        self._missing: list[range] = []
        self._task: asyncio.Task[None] | None = None
        self._looking: asyncio.Task[None] | None = None
        self._counts = {"catch_ups": 0, "healed": 0}

    def start(self, catch_up: CatchUp, heal: Heal, look: Look | None = None) -> None:
        """`look` is done again and again. A process that dies between its COMMIT and telling of it leaves a
        number that nobody else would miss before the next; and a command tells by the database alone."""
        self._catch_up, self._heal = catch_up, heal
        if look is not None:
            self._looking = asyncio.get_running_loop().create_task(self._look_again(look))

    def missed(self) -> None:
        """Nobody knows what was lost."""
        self._doubted = self._lost = True
        self._begin()

    def doubt(self) -> None:
        """Sessions or memberships may have ended and nobody been told: a process has died, or some time has
        passed. What was said is known to be missing or is not."""
        self._doubted = True
        self._begin()

    def missing(self, changes: Sequence[range]) -> None:
        """It is known what was not told."""
        self._missing += changes
        if len(self._missing) > _MOST_HOLES:
            self._missing.clear()
            self._lost = True
        self._begin()

    async def close(self) -> None:
        self._catch_up = self._heal = None
        if tasks := [task for task in (self._task, self._looking) if task is not None]:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    def stats(self) -> dict[str, int]:
        """`recovering`: 1 while something is read again. Since the start, `catch_ups`: how often clients were
        told to catch up; `healed`: change numbers that were read because nobody told of them."""
        return {"recovering": int(self._task is not None), **self._counts}

    def _begin(self) -> None:
        if self._task is None and self._catch_up is not None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        try:
            while (self._doubted or self._missing) and self._catch_up is not None:
                try:
                    await self._round()
                except Refusal:  # the database is away: what is lost is still lost
                    await asyncio.sleep(PAUSE_S)
        except Exception:
            logger.exception("recovering")
        finally:
            self._task = None

    @staticmethod
    async def _look_again(look: Look) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await look()
            except Refusal:
                pass  # the database is away
            except Exception:
                logger.exception("looking for what is committed")

    async def _round(self) -> None:
        assert self._catch_up is not None and self._heal is not None
        if missing := self._missing:
            self._missing = []
            try:
                await self._heal(missing)
            except Refusal:
                self._missing = missing + self._missing
                raise
            self._counts["healed"] += sum(map(len, missing))
        if self._doubted:
            lost, self._doubted, self._lost = self._lost, False, False
            try:
                await self._catch_up(lost)
            except Refusal:
                self._doubted, self._lost = True, lost or self._lost
                raise
            self._counts["catch_ups"] += lost
