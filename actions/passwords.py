"""Passwords are hashed by argon2id, off the loop and one at a time.

A hash costs 19 MiB and 40 ms of one core. One thread keeps the second core for the loop and the memory
bounded; a bounded queue keeps a flood of log-ins from making everyone wait for minutes.
"""

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

import argon2

from protocol.errors import TryAgain

P = ParamSpec("P")
T = TypeVar("T")


class PasswordHasher:
    """Hashes and verifies on its own thread; refuses with `TryAgain` when `queue_size` jobs are waiting."""

    def __init__(self, queue_size: int = 64) -> None:
        self._argon = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._thread = ThreadPoolExecutor(1, "passwords")
        self._queue_size = queue_size
        self._waiting = self._refused = 0
        #: Verified for unknown accounts, so that they take as long as known ones.
        self._nobody = self._argon.hash(secrets.token_urlsafe())

    async def hash(self, passwd: str) -> str:
        """The argon2id text to store."""
        return await self._run(self._argon.hash, passwd)

    async def verify(self, passwd: str, stored: str | None) -> bool:
        """Whether `passwd` is the one stored. None, an account that does not exist, is as slow and False."""
        matches = await self._run(self._matches, stored or self._nobody, passwd)
        return matches and stored is not None

    def close(self) -> None:
        """Let the running job end and drop the waiting ones."""
        self._thread.shutdown(cancel_futures=True)

    def stats(self) -> dict[str, int]:
        """`passwords_waiting`: passwords that are being hashed or wait for it; `passwords_refused`: those for
        which the queue was full, since the start."""
        return {"passwords_waiting": self._waiting, "passwords_refused": self._refused}

    async def _run(self, job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self._waiting >= self._queue_size:
            self._refused += 1
            raise TryAgain()
        self._waiting += 1
        running = asyncio.get_running_loop().run_in_executor(self._thread, partial(job, *args, **kwargs))
        running.add_done_callback(self._done)  # called when the waiter was cancelled, too
        return await running

    def _done(self, _job: object) -> None:
        self._waiting -= 1

    def _matches(self, stored: str, passwd: str) -> bool:
        try:
            return self._argon.verify(stored, passwd)
        except (argon2.exceptions.VerifyMismatchError, argon2.exceptions.InvalidHashError):
            return False  # InvalidHashError: a row brought over from elsewhere, with another kind of hash
