"""Passwords are hashed by argon2id, off the loop and one at a time.

A hash costs 19 MiB and 40 ms of one core. One thread keeps the second core for the loop and the memory
bounded. Who waits takes turns: however much one address asks for, everybody else waits for one hash of
theirs at most. A bounded queue keeps a flood of log-ins from making anyone wait for long.
"""

import asyncio
import secrets
import unicodedata
from collections import deque
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import argon2

from protocol.errors import TryAgain
from protocol.values import canonical_passwd

#: Done when nobody waits for an answer any more; None where nobody can tell.
Gone: TypeAlias = "asyncio.Future[None] | None"

#: Seconds after which somebody who waits is told to try again: on a slow machine a full queue is longer.
_PATIENCE_S = 5.0


class Turn(NamedTuple):
    """For whom a password is hashed. `key`: who has the same takes turns as one. `known`: they have logged
    in before, so strangers make room for them. `gone` is done when nobody waits for the answer any more; the
    place is free then."""

    key: Hashable
    known: bool = False
    gone: Gone = None


_NOBODY = Turn(None)


class _Job:
    """One place in the queue."""

    __slots__ = ("call", "done", "key")

    def __init__(self, turn: Turn, call: Callable[[], Any]) -> None:
        self.key = (turn.known, turn.key)
        self.call = call
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
        self._argon = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._thread = ThreadPoolExecutor(1, "passwords")
        self._queue_size = queue_size
        #: By whether they are known and who they are; whose turn is next comes first.
        self._queues: dict[tuple[bool, Hashable], deque[_Job]] = {}
        self._waiting = self._refused = 0
        self._running = False
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
        queues, self._queues = self._queues, {}
        for queue in queues.values():
            for job in queue:
                job.give_up()
        self._thread.shutdown()

    def stats(self) -> dict[str, int]:
        """`passwords_waiting`: passwords that are being hashed or wait for it; `passwords_refused`: those for
        which there was no place, since the start."""
        return {
            "passwords_waiting": self._waiting + self._running,
            "passwords_refused": self._refused,
        }

    # --- the queue, on the loop ---------------------------------------------------------------------------

    async def _run(self, turn: Turn, call: Callable[[], Any]) -> Any:
        job = _Job(turn, call)
        self._make_room(job)
        self._queues.setdefault(job.key, deque()).append(job)
        self._waiting += 1
        if not self._running:
            self._next()
        leave = partial(self._leave, job)
        if turn.gone is not None:
            turn.gone.add_done_callback(leave)
        try:
            async with asyncio.timeout(_PATIENCE_S):
                return await job.done
        except TimeoutError:
            self._refused += 1
            raise TryAgain() from None
        finally:
            self._remove(job)
            if turn.gone is not None:
                turn.gone.remove_done_callback(leave)

    def _leave(self, job: _Job, _gone: object) -> None:
        self._remove(job)
        job.give_up()

    def _make_room(self, job: _Job) -> None:
        """Returns when there is a place for the job, if need be another's."""
        if self._waiting + self._running < self._queue_size:
            return
        self._refused += 1
        if not self._queues:
            raise TryAgain()
        (known, _), most = max(self._queues.items(), key=lambda entry: (not entry[0][0], len(entry[1])))
        is_known = job.key[0]
        more_than_mine = len(most) > len(self._queues.get(job.key, ())) + 1
        if (known and not is_known) or (known == is_known and not more_than_mine):
            raise TryAgain()
        self._leave(most[-1], None)

    def _remove(self, job: _Job) -> None:
        """Takes a job that has not begun out of the queue."""
        queue = self._queues.get(job.key)
        if queue is None or job not in queue:
            return
        queue.remove(job)
        self._waiting -= 1
        if not queue:
            del self._queues[job.key]

    def _next(self) -> None:
        """Begins the first job of whoever has waited longest for a turn; they are last in line then."""
        self._running = False
        if not self._queues:
            return
        key, queue = next(iter(self._queues.items()))
        del self._queues[key]
        job = queue.popleft()
        if queue:
            self._queues[key] = queue
        self._waiting -= 1
        self._running = True
        running = asyncio.get_running_loop().run_in_executor(self._thread, job.call)
        running.add_done_callback(partial(self._done, job))

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
