"""What has to be tidied now and then: each process looks after its own, and one of them after what all
share.

Nobody is appointed. When it is time, whoever is first to write so into the database has the round, and says
now and then that it goes on; when that stops, with its process, the next one is another's.

Who deletes what is too old has to believe the clock: a machine that wakes up in the wrong year must not end
all sessions and collect the pictures that were sent a minute ago."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from actions import contacts, forwards, leaving, media, packets, previews, qr, resets, reviews, sessions
from actions.services import Services
from models import rates, state
from models import sessions as session_rows
from protocol.clock import now_ms
from protocol.errors import TryAgain

log = logging.getLogger("magpie.housekeeping")

#: Seconds between two rounds.
PERIOD_S = 300.0
#: A round is begun when so much of the period has passed since the last one began; each process has a time of
#: its own.
_DUE = 0.9
#: How often in a period it is said that a round goes on.
_SIGNS = 3
#: How far (ms) the clock may have moved ahead of the time that has passed; one that is kept right moves by
#: less.
_JUMP_MS = 60_000
#: How long (ms) a clock is doubted that has jumped ahead and stays there: long enough for somebody to see it.
_DOUBT_MS = 86_400_000


async def keep_house(app: Services) -> None:
    """Round after round, until it is cancelled."""
    guard = ClockGuard()
    # Open sockets keep their sessions in use from round to round.
    period_s = min(PERIOD_S, app.config.auth.idle_days * 86400 / 4)
    while True:
        if await guard.believes(app):
            await look_after_own(app)
            if await guard.agrees(app):
                await tidy(app, period_s, alone=not app.config.broker.url)
        await asyncio.sleep(period_s)


async def look_after_own(app: Services) -> None:
    """What every process does in its round: says which sessions are in use, looks whether they are still
    there, and sweeps its machine's spool."""
    await _each(app, media.sweep_spool, sessions.keep_in_use)
    app.hub.recovery.doubt()


async def tidy(app: Services, period_s: float = PERIOD_S, alone: bool = False) -> bool:
    """What all processes share; whether it was this one's turn. It always is of one that is alone, also when
    it has just been started again. A failure is logged, and the next round tries again."""
    began = now_ms()
    pause = 0 if alone else int(period_s * 1000 * _DUE)
    try:
        if not await app.db.write_always(state.begin_round, began, pause):
            return False
    except TryAgain as refusal:
        log.warning("housekeeping: %s", refusal)
        return False
    signs = asyncio.create_task(_give_signs(app, began, period_s / _SIGNS))
    try:
        await _each(
            app,
            forwards.collect_unused,
            previews.forget,
            media.collect_unattached,
            sessions.forget_expired,
            sessions.forget_devices,
            resets.forget_expired,
            qr.forget_expired,
            leaving.let_go,
            forget_rates,
            reviews.forget,
            contacts.forget_requests,
            packets.give_back_expired,
        )
    finally:
        signs.cancel()
    return True


async def _each(app: Services, *tidies: Callable[[Services], Awaitable[int | None]]) -> None:
    for tidying in tidies:
        try:
            if count := await tidying(app):
                log.info("housekeeping: %s: %d", tidying.__name__, count)
        except TryAgain as refusal:
            log.warning("housekeeping: %s: %s", tidying.__name__, refusal)
        except Exception:
            log.exception("housekeeping: %s", tidying.__name__)


async def _give_signs(app: Services, began: int, pause_s: float) -> None:
    """Says that the round goes on, as long as it is this process's."""
    said = began
    while True:
        await asyncio.sleep(pause_s)
        now = now_ms()
        try:
            if not await app.db.write_always(state.go_on, said, now):
                return
            said = now
        except TryAgain as refusal:
            log.debug("housekeeping goes on unsaid: %s", refusal)


async def forget_rates(app: Services) -> int:
    """Deletes what was counted long ago."""
    return await app.db.write(rates.forget_full, now_ms())


def passed_ms() -> int:
    """Milliseconds since the machine was started, with those in which it slept where the system counts
    them."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime_ns(clock) // 1_000_000


class ClockGuard:
    """Holds the clock of the wall against the time that has passed, and at the start against the newest that
    is stored. The one of a server that was off for a day is doubted, too: then nothing is deleted for
    another."""

    def __init__(self, wall: Callable[[], int] = now_ms, passed: Callable[[], int] = passed_ms) -> None:
        self._wall, self._passed = wall, passed
        self._start: int | None = None  # where the clock stood when the machine was started, as we believe it
        self._doubted_since: int | None = None
        self._disagrees = False

    async def believes(self, app: Services) -> bool:
        """Whether what is too old by the clock is too old."""
        try:
            newest = await app.db.read(_newest) if self._start is None else 0
        except Exception as error:
            log.warning("nothing is deleted before it is known what is stored: %s", error)
            return False
        return self.look(newest)

    async def agrees(self, app: Services) -> bool:
        """Whether it is not ahead of the database's, by which several processes have one time: what is too
        old for one of them must not be young for another."""
        if not app.config.broker.url:
            return True
        try:
            ahead = self._wall() - await app.db.read(state.clock)
        except TryAgain:
            return False
        if abs(ahead) <= _JUMP_MS:
            self._disagrees = False
        elif not self._disagrees:
            self._disagrees = True
            log.warning("the clock is %d s ahead of the database's; set both right", round(ahead / 1000))
        return ahead <= _JUMP_MS

    def look(self, newest: int) -> bool:
        """`newest`: the latest time that is stored (ms), 0 for none; only the first one counts."""
        wall, passed = self._wall(), self._passed()
        start = wall - passed
        if self._start is None:
            self._start = newest - passed if 0 < newest < wall - _DOUBT_MS else start
        if start - self._start <= _JUMP_MS:
            self._start, self._doubted_since = start, None  # a clock that is put back deletes nothing
            return True
        if self._doubted_since is None:
            self._doubted_since = passed
            days = (start - self._start) / 86_400_000
            log.warning("the clock is %.2f days ahead of what was stored; nothing is deleted for a day", days)
        if passed - self._doubted_since < _DOUBT_MS:
            return False
        self._start, self._doubted_since = start, None
        return True


def _newest() -> int:
    return max(state.newest(), session_rows.newest())
