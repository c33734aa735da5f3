"""Handshakes: what a socket has to know to open, looked up for all that wait together.

After a restart everybody comes back within seconds. One by one each look-up costs a way to a thread and back,
which is dearer than the look-up; together, as the log commits, it is paid once for many. While one look-up is
under way those who come wait for the next.
"""

import asyncio
from typing import NamedTuple

from actions.session_use import SessionUse
from database.door import Database
from models.sessions import MOST_STARTS, ConnectionStart, connection_starts, touch_ms
from protocol.clock import now_ms


class _Asked(NamedTuple):
    user_id: int
    token: str
    answer: "asyncio.Future[ConnectionStart | None]"


class Handshakes:
    """`idle_ms`: how long a session lives unused."""

    def __init__(self, db: Database, use: SessionUse, idle_ms: int) -> None:
        self._db, self._use, self._idle_ms = db, use, idle_ms
        self._touch_ms = touch_ms(idle_ms)
        self._waiting: list[_Asked] = []
        self._task: asyncio.Task[None] | None = None
        self._asked = self._looks = 0

    async def look_up(self, user_id: int, token: str) -> ConnectionStart | None:
        """What a socket of this user needs to know to open, None when the token opens no session of theirs.
        Raises `TryAgain` when the database is away.

        Opening a socket is use, and so is having it open, of which `sessions.keep_in_use` takes care. It
        is closed when the session ends.
        """
        loop = asyncio.get_running_loop()
        asked = _Asked(user_id, token, loop.create_future())
        self._waiting.append(asked)
        if self._task is None:
            self._task = loop.create_task(self._run())
        start = await asked.answer
        if start is not None:
            self._use.opened(start.session_id, start.expires)
            if now_ms() - start.last_seen >= self._touch_ms:
                self._use.seen((start.session_id,))
        return start

    def stats(self) -> dict[str, int]:
        """`handshakes_waiting`: look-ups that wait now. Since the start, `handshakes_looked_up`, and
        `handshakes_looks`: how often the database was asked for them."""
        return {
            "handshakes_waiting": len(self._waiting),
            "handshakes_looked_up": self._asked,
            "handshakes_looks": self._looks,
        }

    async def _run(self) -> None:
        """Until nobody waits."""
        try:
            while self._waiting:
                together = self._waiting[:MOST_STARTS]
                del self._waiting[:MOST_STARTS]
                await self._ask(together)
        finally:
            self._task = None

    async def _ask(self, together: list[_Asked]) -> None:
        """Whatever comes of it, each gets an answer."""
        self._asked += len(together)
        self._looks += 1
        pairs = [(asked.user_id, asked.token) for asked in together]
        try:
            starts = await self._db.read(connection_starts, pairs, now_ms(), self._idle_ms)
        except Exception as error:
            for asked in together:
                if not asked.answer.done():
                    asked.answer.set_exception(error)
            return
        for asked, start in zip(together, starts):
            if not asked.answer.done():  # nobody waits any more
                asked.answer.set_result(start)
