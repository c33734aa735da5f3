"""When it is worth telling that somebody came or went. Who is where is `hub.ports.presence`'s business.

A phone that changes its network, a page that is loaded anew: most people who go are back in a moment. So
going is announced after a delay, coming back within it not at all, and whatever is due is announced together,
at most once a second. Each process announces what happens in any of them, to those who watch in its own.
Nobody is asked anything here: whose friends they are is looked up once for all of them, by `announce`.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sized
from typing import TypeAlias

logger = logging.getLogger("magpie.presence")

#: Seconds between two announcements.
_PERIOD_S = 1.0

#: People in one announcement; more wait for the next. All who come back after a restart come in a few
#: seconds, and the friends of a thousand are about as many rows as a second should be asked for.
_MOST = 1000

#: Given {user id: 1 who is online now, 0 who is gone}.
Announce: TypeAlias = Callable[[dict[int, int]], Awaitable[None]]


class Announcer:
    """`delay_s`: seconds after which somebody without a connection counts as gone. Until then they are
    online. `watchers`: who would be told here; while there are none nothing is announced."""

    def __init__(self, delay_s: float, watchers: Sized, clock: Callable[[], float] = time.monotonic) -> None:
        self._delay_s = delay_s
        self._watchers = watchers
        self._clock = clock
        self._came: dict[int, None] = {}  # user ids in the order they came
        self._went: dict[int, float] = {}  # and when each is gone, soonest first
        self._announce: Announce | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._announced = 0

    def start(self, announce: Announce) -> None:
        """`announce` is never called while an earlier one is under way, nor when nobody watches."""
        self._announce = announce

    async def close(self) -> None:
        """Announces nothing any more."""
        self._announce = None
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def changed(self, user_id: int, here: bool) -> None:
        """The user's first connection has opened, or their last has ended, wherever it was."""
        if not here:
            self._went[user_id] = self._clock() + self._delay_s
        elif self._went.pop(user_id, None) is None:
            self._came[user_id] = None
        else:
            return
        self._schedule()

    def lingers(self, user_id: int) -> bool:
        """Whether somebody who has no connection was not announced as gone yet."""
        return user_id in self._went

    def stats(self) -> dict[str, int]:
        """`coming`, `going`: users who wait to be announced now; `announced`: users since the start."""
        return {"coming": len(self._came), "going": len(self._went), "announced": self._announced}

    def tick(self) -> None:
        """What is due is announced; called once a period while there is anything to wait for."""
        self._timer = None
        if self._task is None:
            changes = self._due()
            if changes and self._watchers and self._announce is not None:
                self._announced += len(changes)
                self._task = asyncio.get_running_loop().create_task(self._tell(self._announce, changes))
        if self._came or self._went:
            self._schedule()

    def _schedule(self) -> None:
        if self._timer is None and self._announce is not None:
            self._timer = asyncio.get_running_loop().call_later(_PERIOD_S, self.tick)

    def _due(self) -> dict[int, int]:
        """Takes out who is to be announced now; all of them when nobody is going to hear it."""
        changes: dict[int, int] = {}
        most = _MOST if self._watchers else len(self._came) + len(self._went)
        for user_id in list(self._came)[:most]:
            del self._came[user_id]
            changes[user_id] = 1
        now = self._clock()
        for user_id, end in list(self._went.items()):
            if end > now or len(changes) >= most:
                break
            del self._went[user_id]
            changes[user_id] = 0
        return changes

    async def _tell(self, announce: Announce, changes: dict[int, int]) -> None:
        try:
            await announce(changes)
        except Exception:
            logger.exception("announcing %d people", len(changes))
        finally:
            self._task = None
