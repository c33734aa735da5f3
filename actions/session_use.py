"""What is kept of sessions beside their rows: who is in use, and when an open socket has to end."""

import asyncio
import time
from collections.abc import Callable, Iterable

from database.door import Database
from hub.hub import Hub
from models import sessions
from protocol.clock import now_ms
from protocol.errors import TryAgain

#: Rows of one UPDATE; databases bound the number of parameters.
_BATCH = 1000
#: Seconds between two looks for sessions whose time is over: one look at all of them costs a millisecond.
_PAUSE_S = 1.0
#: Seconds after which a session that was looked up has its socket, or has none.
_OPENING_S = 60.0


class SessionUse:
    """Writes `last_seen` together and in the background, so that nobody who logs in, calls or opens a socket
    waits for it; and closes the sockets of a session at the moment at which it ends."""

    def __init__(self, db: Database, hub: Hub, clock: Callable[[], float] = time.monotonic) -> None:
        self._db, self._hub, self._clock = db, hub, clock
        self._seen: set[int] = set()
        self._writing: asyncio.Task[None] | None = None
        self._ends: dict[int, tuple[float, float]] = {}  # by session: when it ends, when it was looked up
        self._timer: asyncio.TimerHandle | None = None
        self._due = float("inf")  # of the timer

    # --- in use -------------------------------------------------------------------------------------------

    def seen(self, session_ids: Iterable[int]) -> None:
        """These are in use now, which prolongs their idle time."""
        self._seen.update(session_ids)
        if self._seen and (self._writing is None or self._writing.done()):
            self._writing = asyncio.get_running_loop().create_task(self._write())

    async def flush(self) -> None:
        """Returns once what was seen before is written."""
        while self._writing is not None and not self._writing.done():
            await asyncio.wait([self._writing])

    async def _write(self) -> None:
        while self._seen:
            batch = [self._seen.pop() for _ in range(min(_BATCH, len(self._seen)))]
            try:
                await self._db.write(sessions.touch_sessions, batch, now_ms())
            except TryAgain:  # on a full disk people can still read; they are seen again
                return

    # --- the end of open sockets --------------------------------------------------------------------------

    def opened(self, session_id: int, expires: int) -> None:
        """The session, which ends at `expires` (ms), gets a socket here. However the clock is set afterwards,
        it lasts as long as it should."""
        now = self._clock()
        ends = now + (expires - now_ms()) / 1000
        self._ends[session_id] = (ends, now)
        self._wake_at(ends)

    def forget_closed(self) -> None:
        """Sessions without a socket need not be watched."""
        connected, now = set(self._hub.sessions), self._clock()
        self._ends = {
            session_id: (ends, begun)
            for session_id, (ends, begun) in self._ends.items()
            if session_id in connected or now - begun < _OPENING_S
        }

    def _wake_at(self, due: float) -> None:
        if due < self._due:
            if self._timer is not None:
                self._timer.cancel()
            self._due = due
            pause = min(max(due - self._clock(), 0.0), 86400.0)
            self._timer = asyncio.get_running_loop().call_later(pause, self._end)

    def _end(self) -> None:
        now = self._clock()
        ended = [session_id for session_id, (ends, _) in self._ends.items() if ends <= now]
        for session_id in ended:
            del self._ends[session_id]
        self._hub.close_sessions(ended)
        self._timer, self._due = None, float("inf")
        if self._ends:
            self._wake_at(max(min(ends for ends, _ in self._ends.values()), now + _PAUSE_S))

    # --- ending -------------------------------------------------------------------------------------------

    async def close(self) -> None:
        """Writes what is left."""
        if self._timer is not None:
            self._timer.cancel()
        await self.flush()

    def stats(self) -> dict[str, int]:
        """`sessions_seen`: those whose use is not written yet; `sessions_watched`: those whose sockets end
        with them."""
        return {"sessions_seen": len(self._seen), "sessions_watched": len(self._ends)}
