"""Writes on a database with one writer at a time: what waits while one COMMIT runs is the next one, as in the
message log."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar, cast

from database.base import TRANSIENT
from database.lane import Lane
from protocol.errors import TryAgain

T = TypeVar("T")

#: Writes of one transaction, so that none waits long for the others.
_MOST = 64


class Write:
    """A function that waits for its turn to write, and what becomes of it. `always`: with the last of the
    disk, too."""

    __slots__ = ("always", "call", "done", "error", "result")

    def __init__(self, call: Callable[[], object], always: bool, done: "asyncio.Future[object]") -> None:
        self.call, self.always, self.done = call, always, done
        self.result: object = None
        self.error: Exception | None = None

    def run_in(self, savepoint: AbstractContextManager[object]) -> None:
        """Its refusal undoes what it did, and nobody else's. Raises what the whole transaction fails by."""
        try:
            with savepoint:
                self.result = self.call()
        except TRANSIENT:
            raise
        except Exception as error:
            self.error = error


class Together:
    """Hands what waits to `run` in the one thread of `lane`, many at a time; `run` gives each its result or
    error."""

    def __init__(self, lane: Lane, run: Callable[[list[Write]], None]) -> None:
        self._lane, self._run = lane, run
        self._waiting: list[Write] = []
        self._busy = False
        self._task: asyncio.Task[None] | None = None

    async def run(self, call: Callable[[], T], always: bool, deadline_s: float) -> T:
        """What `call` returns or raises; `TryAgain` after the deadline."""
        write = Write(call, always, asyncio.get_running_loop().create_future())
        self._waiting.append(write)
        if not self._busy:
            self._next()
        try:
            async with asyncio.timeout(deadline_s):
                return cast(T, await write.done)
        except TimeoutError:
            raise TryAgain() from None

    def __len__(self) -> int:
        return len(self._waiting)

    def _next(self) -> None:
        writes, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
        self._busy = bool(writes)
        if writes:
            self._task = asyncio.get_running_loop().create_task(self._commit(writes))

    async def _commit(self, writes: list[Write]) -> None:
        refusal: Exception | None = None
        try:
            await self._lane.run(self._run, writes)
        except Exception as error:
            refusal = error
        self._next()
        for write in writes:
            if write.done.done():
                continue
            failure = refusal or write.error
            if failure is not None:
                write.done.set_exception(failure)
            else:
                write.done.set_result(write.result)
