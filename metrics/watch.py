"""What no part can see of itself: how late the loop comes round, and how long collections of garbage take."""

import asyncio
import gc
import time
from collections.abc import Callable
from typing import Any

from metrics.histogram import Histogram

#: Seconds between two looks at the loop. What holds it for longer is always seen, what is shorter in
#: proportion to its length.
PERIOD_S = 0.1
#: Collections are of the youngest objects, of the middle ones, or of all.
_GENERATIONS = 3


class LoopWatch:
    """A timer that notes how late it is called."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._due = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self.lag = Histogram()  #: seconds

    def start(self) -> None:
        self._due = self._clock() + PERIOD_S
        self._timer = asyncio.get_running_loop().call_later(PERIOD_S, self.look)

    def look(self) -> None:
        """It is, or was, time to."""
        now = self._clock()
        self.lag.observe(max(0.0, now - self._due))
        self.start()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class GarbageWatch:
    """Pauses by garbage collections, in whichever thread they come up: Python runs one at a time, and all
    threads stand still meanwhile."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._begun = 0.0
        self.pauses = [Histogram() for _ in range(_GENERATIONS)]  #: seconds, by generation

    def start(self) -> None:
        gc.callbacks.append(self.collecting)

    def collecting(self, phase: str, info: dict[str, Any]) -> None:
        """Called by Python at the beginning and the end of a collection."""
        if phase == "start":
            self._begun = self._clock()
        elif self._begun:
            self.pauses[info["generation"]].observe(self._clock() - self._begun)
            self._begun = 0.0

    def stop(self) -> None:
        if self.collecting in gc.callbacks:
            gc.callbacks.remove(self.collecting)
