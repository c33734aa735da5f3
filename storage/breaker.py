"""A circuit breaker: after some failures in a row, say no at once for a while."""

from __future__ import annotations

import time
from collections.abc import Callable


class Breaker:
    """Spares a service that is down, and its callers the wait for it.

    After `failures` failures in a row it opens: `allow` is false for `pause` seconds. Then one
    caller in each further `pause` is let through to try, until one succeeds. The try needs no
    "finished" message: its turn simply passes, so a caller that vanishes blocks nobody.
    """

    def __init__(self, failures: int = 5, pause: float = 10.0, clock: Callable[[], float] = time.monotonic):
        self._limit = failures
        self._pause = pause
        self._clock = clock
        self._failures = 0
        self._retry_at = 0.0
        self._refused = 0

    @property
    def is_open(self) -> bool:
        return self._failures >= self._limit

    def allow(self) -> bool:
        """Whether to try now. True while closed; while open, once in each pause."""
        if not self.is_open:
            return True
        now = self._clock()
        if now < self._retry_at:
            self._refused += 1
            return False
        self._retry_at = now + self._pause
        return True

    def success(self) -> None:
        self._failures = 0

    def failure(self) -> None:
        self._failures += 1
        if self.is_open:
            self._retry_at = self._clock() + self._pause

    def stats(self) -> dict[str, int]:
        """`storage_breaker_open`: 1 while it is open, else 0; `storage_breaker_failures`: failures in a row
        until now; `storage_breaker_refused`: how often it said no since the start."""
        return {
            "storage_breaker_open": int(self.is_open),
            "storage_breaker_failures": self._failures,
            "storage_breaker_refused": self._refused,
        }
