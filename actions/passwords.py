"""Passwords are hashed by argon2id, off the loop and one at a time.

A hash costs 19 MiB and 40 ms of one core. One thread keeps the second core for the loop and the memory
bounded. Who waits takes turns: however much one address asks for, everybody else waits for one hash of
theirs at most. A bounded queue keeps a flood of log-ins from making anyone wait for long.
"""

import asyncio
import secrets
import unicodedata
from collections import Counter
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import argon2

from protocol.errors import TryAgain
from protocol.values import canonical_passwd

#: Done when nobody waits for the answer any more; None where nobody can tell.
Disconnected: TypeAlias = "asyncio.Future[None] | None"

#: What one hash costs, the least that OWASP's Password Storage Cheat Sheet advises for argon2id.
TIME_COST, MEMORY_KIB = 2, 19 * 1024

#: Seconds after which somebody who waits is told to try again: on a slow machine a full queue is longer.
_PATIENCE_S = 10.0


#: Whoever was served lets so many others go first, if there are any.
_ROUND = 8


class Turn(NamedTuple):
    """For whom a password is hashed. `keys`: an address, an account; jobs that share one take turns. `known`:
    they have logged in before, so strangers make room for them. Once `disconnected`, their place is free."""

    keys: tuple[Hashable, ...]
    known: bool = False
    disconnected: Disconnected = None


_NOBODY = Turn(())


class _Job:
    """One place in the queue."""

    __slots__ = ("call", "done", "keys", "known")

    def __init__(self, turn: Turn, call: Callable[[], Any]) -> None:
        self.keys, self.known, self.call = turn.keys, turn.known, call
        self.done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def give_up(self) -> None:
        """Whoever waits for it is told to try again."""
        if not self.done.done():
            self.done.set_exception(TryAgain())
            self.done.exception()  # whoever waited may have left without asking


class PasswordHasher:
    """Hashes and verifies on its own thread; refuses with `TryAgain` when `queue_size` jobs are waiting.

    When it is full, a stranger makes room for somebody who is known, and who has most places in it for
    somebody who has fewer.
    """

    def __init__(self, queue_size: int = 32) -> None:
        self._argon = argon2.PasswordHasher(TIME_COST, MEMORY_KIB, parallelism=1)
        self._thread = ThreadPoolExecutor(1, "passwords")
        self._queue_size = queue_size
        self._jobs: list[_Job] = []  # those that wait, in the order in which they came
        self._running = False
        self._refused = 0
        # Fair queueing with virtual time, which goes on by 1 with each _ROUND jobs: whose keys were served
        # waits until it has come to what stands here.
        self._time = 0.0
        self._next_turn: dict[Hashable, float] = {}
        #: Verified for unknown accounts, so that they take as long as known ones.
        self._nobody = self._argon.hash(secrets.token_urlsafe())

    async def hash(self, passwd: str, turn: Turn = _NOBODY) -> str:
        """The argon2id text to store."""
        stored: str = await self._run(turn, partial(self._argon.hash, canonical_passwd(passwd)))
        return stored

    async def verify(self, passwd: str, stored: str | None, turn: Turn = _NOBODY) -> bool:
        """Whether `passwd` is the one stored, however its letters are composed. None, an account that does
        not exist, is as slow and False."""
        matches = await self._run(turn, partial(self._matches_any, stored or self._nobody, passwd))
        return bool(matches) and stored is not None

    def close(self) -> None:
        """Let the running job end and drop the waiting ones."""
        jobs, self._jobs = self._jobs, []
        for job in jobs:
            job.give_up()
        self._thread.shutdown()

    def stats(self) -> dict[str, int]:
        """`passwords_waiting`: passwords that are being hashed or wait for it; `passwords_refused`: those for
        which there was no place, since the start."""
        return {
            "passwords_waiting": len(self._jobs) + self._running,
            "passwords_refused": self._refused,
        }

    # --- the queue, on the loop ---------------------------------------------------------------------------

    async def _run(self, turn: Turn, call: Callable[[], Any]) -> Any:
        job = _Job(turn, call)
        self._make_room(job)
        self._jobs.append(job)
        if not self._running:
            self._next()
        leave = partial(self._leave, job)
        if turn.disconnected is not None:
            turn.disconnected.add_done_callback(leave)
        try:
            async with asyncio.timeout(_PATIENCE_S):
                return await job.done
        except TimeoutError:
            self._refused += 1
            raise TryAgain() from None
        finally:
            self._leave(job)
            if turn.disconnected is not None:
                turn.disconnected.remove_done_callback(leave)

    def _leave(self, job: _Job, _disconnected: object = None) -> None:
        """Takes a job that has not begun out of the queue."""
        if job in self._jobs:
            self._jobs.remove(job)
        job.give_up()

    def _make_room(self, job: _Job) -> None:
        """Returns when there is a place for the job, if need be another's."""
        if len(self._jobs) + self._running < self._queue_size:
            return
        self._refused += 1
        held = Counter(key for other in self._jobs for key in other.keys)

        def most(other: _Job) -> tuple[bool, int]:
            return not other.known, max((held[key] for key in other.keys), default=0)

        last = max(reversed(self._jobs), key=most, default=None)  # the first of equals, so the latest
        strange, places = most(job)
        if last is None or (strange, places + 1) >= most(last):
            raise TryAgain()
        self._leave(last)

    def _next(self) -> None:
        """Begins the job whose keys have waited longest for a turn; of equals, the one that came first."""
        self._running = bool(self._jobs)
        if not self._jobs:
            return
        job = min(self._jobs, key=self._turn_of)
        self._jobs.remove(job)
        turn = self._turn_of(job)
        self._next_turn.update(dict.fromkeys(job.keys, turn + 1))
        self._time = turn + 1 / _ROUND
        self._next_turn = {key: due for key, due in self._next_turn.items() if due > self._time}
        running = asyncio.get_running_loop().run_in_executor(self._thread, job.call)
        running.add_done_callback(partial(self._done, job))

    def _turn_of(self, job: _Job) -> float:
        return max((self._next_turn.get(key, self._time) for key in job.keys), default=self._time)

    def _done(self, job: _Job, running: "asyncio.Future[Any]") -> None:
        error = None if running.cancelled() else running.exception()
        if not job.done.done():
            if error is not None:
                job.done.set_exception(error)
            elif not running.cancelled():
                job.done.set_result(running.result())
        self._next()

    # --- in the thread ------------------------------------------------------------------------------------

    def _matches_any(self, stored: str, passwd: str) -> bool:
        """Hashes are made of the canonical form today. Older rows have what some keyboard once sent, as it
        was: composed or decomposed."""
        decomposed = unicodedata.normalize("NFD", passwd)
        forms = dict.fromkeys((canonical_passwd(passwd), passwd, decomposed))
        return any(self._matches(stored, form) for form in forms)

    def _matches(self, stored: str, passwd: str) -> bool:
        try:
            return self._argon.verify(stored, passwd)
        except (argon2.exceptions.VerifyMismatchError, argon2.exceptions.InvalidHashError):
            return False  # InvalidHashError: a row brought over from elsewhere, with another kind of hash
