"""What all processes count together, as the budget asks it: while there is no answer, nobody is refused for
that, and each process counts for itself."""

import logging
import time
from collections.abc import Callable, Sequence

from hub.ports.rates import Rates, RatesAway, Take, Wait

logger = logging.getLogger("magpie.rates")

#: Seconds after a question without an answer in which none is asked: callers should not wait for it one after
#: the other.
PAUSE_S = 1.0


class SharedRates:
    """`rates`: where it is counted. `clock` in seconds."""

    def __init__(self, rates: Rates, clock: Callable[[], float] = time.monotonic) -> None:
        self._rates, self._clock = rates, clock
        self._away = False
        self._retry_at = 0.0
        self._counts = {"asked": 0, "unanswered": 0}

    async def take(self, takes: Sequence[Take]) -> tuple[bool, Wait | None]:
        """Whether all of `takes` are counted, or for which to wait; neither when there is no answer."""
        if not self._worth_asking():
            return False, None
        try:
            wait = await self._rates.take(takes)
        except RatesAway as error:
            self._unanswered(error)
            return False, None
        self._answered()
        return wait is None, wait

    async def give_back(self, takes: Sequence[Take]) -> None:
        """Puts back what was counted; without an answer it comes back by itself, as time passes."""
        if not self._worth_asking():
            return
        try:
            await self._rates.give_back(takes)
        except RatesAway as error:
            self._unanswered(error)
        else:
            self._answered()

    async def close(self) -> None:
        await self._rates.close()

    def stats(self) -> dict[str, int]:
        """`away`: 1 while there is no answer. Since the start, `asked`: questions; `unanswered`: those
        without an answer."""
        return {"away": int(self._away), **self._counts}

    def _worth_asking(self) -> bool:
        """While there is no answer somebody tries once a second."""
        if self._away:
            now = self._clock()
            if now < self._retry_at:
                return False
            self._retry_at = now + PAUSE_S
        self._counts["asked"] += 1
        return True

    def _unanswered(self, error: RatesAway) -> None:
        self._counts["unanswered"] += 1
        self._retry_at = self._clock() + PAUSE_S
        if not self._away:
            self._away = True
            logger.warning("each process counts log-ins for itself: %s", error)

    def _answered(self) -> None:
        if self._away:
            self._away = False
            logger.info("all processes count log-ins together again")
