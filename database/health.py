"""Whether there is any sense in asking the database now: once it is known to be away, or its disk to be full,
callers are refused at once instead of waiting for the deadline one after the other."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

from protocol.errors import DiskFull, TryAgain

logger = logging.getLogger("magpie.database")

P = ParamSpec("P")
T = TypeVar("T")

#: Seconds that a caller waits who tries whether the database is back: it answers in milliseconds then.
_TRY_S = 2.0
#: Seconds between two lines of the log that say the same.
_QUIET_S = 60.0
#: Seconds after which a try is taken for lost.
_LOST_S = 2 * _TRY_S


class Health:
    """Of one way to the database, reading or writing; on the loop.

    It closes when a call has failed and nothing at all has worked since that call began, or when the disk is
    full. Then one caller at a time is let through to try, for a short time, until one succeeds; who comes
    meanwhile is refused. `deadline_s`: what a call may take as a rule.
    """

    def __init__(self, deadline_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._deadline_s = deadline_s
        self.clock = clock
        self.refusal: TryAgain | None = None  #: why not, while it is closed
        self._retry_at = 0.0
        self._worked_at = clock()
        self._quiet_until = 0.0
        self._refused = 0

    def admit(self) -> None:
        """Raises the refusal of the calls before, unless all is well or it is this caller's turn to try."""
        if self.refusal is None:
            return
        now = self.clock()
        if now < self._retry_at:
            self._refused += 1
            raise type(self.refusal)()
        self._retry_at = now + _LOST_S

    async def ask(self, call: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Awaits `call(*args)`, and learns from how it ended."""
        self.admit()
        begun = self.clock()
        try:
            if self.refusal is None:
                result = await call(*args, **kwargs)
            else:
                result = await self._try(call(*args, **kwargs))
        except TryAgain as refusal:
            self.failed(begun, refusal)
            raise
        except Exception:  # a no of the rules, or a fault of ours: the database has answered
            self.worked()
            raise
        self.worked()
        return result

    @property
    def patience_s(self) -> float:
        """How long to wait for a call that begins now."""
        return self._deadline_s if self.refusal is None else min(_TRY_S, self._deadline_s)

    async def _try(self, call: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout(self.patience_s):
                return await call
        except TimeoutError:
            raise TryAgain() from None

    def worked(self) -> None:
        """The database has done something."""
        self._worked_at = self.clock()
        if self.refusal is not None:
            if isinstance(self.refusal, DiskFull):
                logger.info("database: there is room on the disk")
            self.refusal = None

    def failed(self, begun: float, refusal: TryAgain) -> None:
        """A call that began at `begun` (of `clock`) was told `refusal`."""
        full = isinstance(refusal, DiskFull)
        if self._worked_at >= begun and not full:
            return  # the others get through: it was this call, not the database
        if full and self.clock() >= self._quiet_until:
            logger.error("database: the disk is full; nothing is stored until there is room")
            self._quiet_until = self.clock() + _QUIET_S
        self.refusal = refusal
        self._retry_at = 0.0

    def stats(self, name: str) -> dict[str, int]:
        """`away`: 1 while callers are refused, `refused`: how many were since the start."""
        return {f"{name}_away": int(self.refusal is not None), f"{name}_refused": self._refused}
