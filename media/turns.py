"""Who is next: a few jobs at once, one of each caller, and the callers in turn."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager


class Turns:
    """At most `at_once` jobs are under way. A caller has one of them at most, and whoever waits longest for a
    turn gets it: who sends a hundred files delays others by one.

    How many jobs may wait is not bounded here: who lets them in counts them.
    """

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._busy: set[Hashable] = set()  # callers with a job under way
        self._queues: dict[
            Hashable, deque[asyncio.Future[None]]
        ] = {}  # the callers in the order of their turns

    @property
    def waiting(self) -> int:
        return sum(len(queue) for queue in self._queues.values())

    @property
    def running(self) -> int:
        return len(self._busy)

    @asynccontextmanager
    async def turn(self, caller: Hashable, patience_s: float) -> AsyncIterator[None]:
        """Waits for a turn of `caller`, which lasts for the block. `TimeoutError` after `patience_s`."""
        granted = asyncio.get_running_loop().create_future()
        self._queues.setdefault(caller, deque()).append(granted)
        self._grant()
        try:
            async with asyncio.timeout(patience_s):
                await granted
        except BaseException:
            self._leave(caller, granted)
            raise
        try:
            yield
        finally:
            self._end(caller)

    def _grant(self) -> None:
        while self._free:
            caller = next((each for each in self._queues if each not in self._busy), None)
            if caller is None:
                return
            queue = self._queues.pop(caller)
            granted = queue.popleft()
            if queue:
                self._queues[caller] = queue  # behind all others
            self._free -= 1
            self._busy.add(caller)
            granted.set_result(None)

    def _leave(self, caller: Hashable, granted: "asyncio.Future[None]") -> None:
        """Gives up waiting, perhaps in the moment in which the turn has come."""
        if granted.done() and not granted.cancelled():
            self._end(caller)
            return
        queue = self._queues[caller]
        queue.remove(granted)
        if not queue:
            del self._queues[caller]

    def _end(self, caller: Hashable) -> None:
        self._free += 1
        self._busy.discard(caller)
        if caller in self._queues:
            self._queues[caller] = self._queues.pop(caller)  # it was its turn: behind all others
        self._grant()
