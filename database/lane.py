"""A few threads, each with a connection of its own, and callers on the loop who wait for them, not for
ever."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from protocol.errors import TryAgain

T = TypeVar("T")

#: Seconds in which all threads of a lane meet to close their connections.
_CLOSING_S = 30.0


class Lane:
    """`threads` threads for one sort of calls, so that another sort never stands before them.

    `deadline_s`: seconds after which a caller is told to try again, whatever the thread is doing. Then
    `interrupt(thread id)` is called, if the call had begun, and a call that had not begun never does.
    """

    def __init__(self, name: str, threads: int, deadline_s: float, interrupt: Callable[[int], None]) -> None:
        self._name = name
        self._threads = threads
        self._deadline_s = deadline_s
        self._interrupt = interrupt
        self._pool = ThreadPoolExecutor(threads, name)
        self._waiting = 0
        self._expired = 0
        self._busy: set[int] = set()  # the threads at work, also for callers who have gone

    async def run(self, call: Callable[..., T], *args: object) -> T:
        """`call(*args)` in one of the threads. Raises what it raises, `TryAgain` after the deadline."""
        job = _Job(call, args, self._busy)
        running = asyncio.get_running_loop().run_in_executor(self._pool, job)
        self._waiting += 1
        try:
            async with asyncio.timeout(self._deadline_s):
                return await running  # type: ignore[return-value]
        except TimeoutError:
            self._expired += 1
            if job.thread_id is not None:
                self._interrupt(job.thread_id)
            raise TryAgain() from None
        finally:
            self._waiting -= 1

    async def close(self, leave: Callable[[], None]) -> None:
        """Calls `leave` once in each thread, and ends them."""
        meeting = threading.Barrier(self._threads)

        def meet() -> None:
            leave()
            meeting.wait(_CLOSING_S)  # keeps this thread busy, so that each gets exactly one of these

        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(self._pool, meet) for _ in range(self._threads)))
        self._pool.shutdown(wait=True)

    def stats(self) -> dict[str, int]:
        """`waiting`: calls that are being made or wait for a thread; `expired`: those given up since the
        start; `threads`, and how many are `busy`, also with calls that were given up."""
        counts = {"waiting": self._waiting, "expired": self._expired}
        counts |= {"threads": self._threads, "busy": len(self._busy)}
        return {f"{self._name}_{what}": count for what, count in counts.items()}


class _Job:
    """One call; `thread_id` once it has begun, until it ends."""

    __slots__ = ("_args", "_busy", "_call", "thread_id")

    def __init__(self, call: Callable[..., object], args: tuple[object, ...], busy: set[int]) -> None:
        self._call, self._args, self._busy = call, args, busy
        self.thread_id: int | None = None

    def __call__(self) -> object:
        self.thread_id = thread_id = threading.get_ident()
        self._busy.add(thread_id)
        try:
            return self._call(*self._args)
        finally:
            self.thread_id = None
            self._busy.discard(thread_id)
