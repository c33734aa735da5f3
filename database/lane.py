"""A few threads, each with a connection of its own, and callers on the loop who wait for them, not for
ever."""

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import TypeVar

from protocol.errors import TryAgain

T = TypeVar("T")

#: Seconds in which all threads of a lane meet to close their connections.
_CLOSING_S = 30.0


class Lane:
    """`threads` threads for one sort of calls, so that another sort never stands before them.

    `deadline_s`: seconds after which a caller is told to try again, whatever the thread is doing. Then
    `interrupt(thread id)` is called, if the call had begun, and a call that had not begun never does.

    Its threads are plain ones with a queue, and one timer watches over all deadlines: an executor and a timer
    for each call cost as much again as the way to a thread and back.
    """

    def __init__(self, name: str, threads: int, deadline_s: float, interrupt: Callable[[int], None]) -> None:
        self._name = name
        self._many = threads
        self._deadline_s = deadline_s
        self._interrupt = interrupt
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._given = 0  # calls that they have, or that wait for one
        self._pending: dict[_Job, None] = {}  # in the order of their deadlines
        self._loop: asyncio.AbstractEventLoop | None = None  # of the timer
        self._timer: asyncio.TimerHandle | None = None
        self._expired = 0
        self._busy: set[int] = set()  # the threads at work, also for callers who have gone

    async def run(self, call: Callable[..., T], *args: object) -> T:
        """`call(*args)` in one of the threads. Raises what it raises, `TryAgain` after the deadline."""
        loop = asyncio.get_running_loop()
        job = _Job(call, args, loop)
        self._pending[job] = None
        job.due = loop.time() + self._deadline_s
        if self._timer is None or self._loop is not loop:
            self._loop, self._timer = loop, loop.call_at(job.due, self._expire, loop)
        self._give(job)
        try:
            return await job.answer  # type: ignore[return-value]
        finally:
            self._pending.pop(job, None)

    async def close(self, leave: Callable[[], None]) -> None:
        """Calls `leave` once in each thread, and ends them."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        meeting = threading.Barrier(max(1, len(self._threads)))

        def meet() -> None:
            leave()
            meeting.wait(_CLOSING_S)  # keeps this thread busy, so that each gets exactly one of these

        loop = asyncio.get_running_loop()
        jobs = [_Job(meet, (), loop) for _ in self._threads]
        for job in jobs:
            self._given += 1
            self._queue.put(job)  # no thread is begun for it
        await asyncio.gather(*(job.answer for job in jobs))
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join()
        self._threads = []

    def stats(self) -> dict[str, int]:
        """`waiting`: calls that are being made or wait for a thread; `expired`: those given up since the
        start; `threads`, and how many are `busy`, also with calls that were given up."""
        counts = {"waiting": len(self._pending), "expired": self._expired}
        counts |= {"threads": self._many, "busy": len(self._busy)}
        return {f"{self._name}_{what}": count for what, count in counts.items()}

    def _give(self, job: "_Job") -> None:
        # As few threads as will do: each warms a connection and its pages of its own.
        if self._given >= len(self._threads) < self._many:
            name = f"{self._name}_{len(self._threads)}"
            thread = threading.Thread(target=self._work, name=name, daemon=True)
            self._threads.append(thread)
            thread.start()
        self._given += 1
        self._queue.put(job)

    def _back(self, job: "_Job") -> None:
        """A thread is done with it."""
        self._given -= 1
        job.tell()

    def _work(self) -> None:
        """What each thread does."""
        thread_id = threading.get_ident()
        while (job := self._queue.get()) is not None:
            if not job.answer.done():  # or else it was given up
                job.thread_id = thread_id
                self._busy.add(thread_id)
                job.make()
                job.thread_id = None
                self._busy.discard(thread_id)
            try:
                job.loop.call_soon_threadsafe(self._back, job)
            except RuntimeError:  # the loop has ended: nobody waits any more
                pass
            del job  # until the next comes nothing of it is kept

    def _expire(self, loop: asyncio.AbstractEventLoop) -> None:
        """Gives up those whose deadline has come."""
        now, self._timer = loop.time(), None
        for job in list(self._pending):
            if job.due > now:
                self._timer = loop.call_at(job.due, self._expire, loop)
                return
            del self._pending[job]
            if not job.answer.done():
                self._expired += 1
                job.answer.set_exception(TryAgain())
                if (thread_id := job.thread_id) is not None:
                    self._interrupt(thread_id)


class _Job:
    """One call; `thread_id` once it has begun, until it ends."""

    __slots__ = ("_args", "_call", "_error", "_result", "answer", "due", "loop", "thread_id")

    def __init__(
        self, call: Callable[..., object], args: tuple[object, ...], loop: asyncio.AbstractEventLoop
    ) -> None:
        self._call, self._args, self.loop = call, args, loop
        self._result: object = None
        self._error: BaseException | None = None
        self.answer: asyncio.Future[object] = loop.create_future()
        self.due = 0.0
        self.thread_id: int | None = None

    def make(self) -> None:
        """In a thread."""
        try:
            self._result = self._call(*self._args)
        except BaseException as error:  # the caller's, whatever it is
            self._error = error

    def tell(self) -> None:
        """On the loop: its answer, to the caller."""
        error, self._error = self._error, None
        if self.answer.done():  # the caller has gone
            return
        if error is not None:
            self.answer.set_exception(error)
        else:
            self.answer.set_result(self._result)
