"""When it is worth telling that somebody came or went. Who is where is `hub.ports.presence`'s business.

A phone that changes its network, a page that is loaded anew: most people who go are back in a moment. So
going is announced after a delay, coming back within it not at all, and whatever is due is announced together,
at most once a second. Each process announces what happens in any of them, to those who watch in its own.
Nobody is asked anything here: whose friends they are is looked up once for all of them, by `announce`.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Container, Sized
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
    online. `watchers`: who would be told here; while there are none nothing is announced. Who is `unseen`
    comes and goes unannounced."""

    def __init__(self, delay_s: float, watchers: Sized, clock: Callable[[], float] = time.monotonic) -> None:
        self._delay_s = delay_s
        self._unseen: Callable[[], Container[int]] = tuple
        self._watchers = watchers
        self._clock = clock
        self._switched: dict[int, int] = {}  # who is seen from now on (1), or no longer
        self._came: dict[int, None] = {}  # user ids in the order they came
        self._went: dict[int, float] = {}  # and when each is gone, soonest first
        self._announce: Announce | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._announced = 0

    def start(self, announce: Announce, unseen: Callable[[], Container[int]] = tuple) -> None:
        """`announce` is never called while an earlier one is under way, nor when nobody watches."""
        self._announce, self._unseen = announce, unseen

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
        if user_id in self._unseen():
            return
        if not here:
            self._went[user_id] = self._clock() + self._delay_s
        elif self._went.pop(user_id, None) is None:
            self._came[user_id] = None
        else:
            return
        self._schedule()

    def switched(self, user_id: int, online: bool) -> None:
        """From now on the user is seen, and is `online` or not; or is not seen, which looks like being gone.
        Announced at once."""
        self._came.pop(user_id, None)
        if not online:
            self._went.pop(user_id, None)
        self._switched[user_id] = int(online)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._schedule(0.0)

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
        if self._came or self._went or self._switched:
            self._schedule()

    def _schedule(self, delay_s: float | None = None) -> None:
        if self._timer is None and self._announce is not None:
            wait = _PERIOD_S if delay_s is None else delay_s
            self._timer = asyncio.get_running_loop().call_later(wait, self.tick)

    def _due(self) -> dict[int, int]:
        """Takes out who is to be announced now; all of them when nobody is going to hear it."""
        changes, self._switched = self._switched, {}
        most = _MOST if self._watchers else len(self._came) + len(self._went)
        for user_id in list(self._came)[: max(0, most - len(changes))]:
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
