"""What several processes publish, in the order in which it was committed.

Process A commits a message, B the next one of the same conversation, and B may publish first: of a busy
group 1–11 % of the messages came after a later one (docs/decisions/0060). Each message says by change numbers
which one of its conversation was `before` it. When that has not come it is held, `HOLD_S` at most; nothing
else waits. Numbers follow commits in all processes, so what is missing is known exactly: a hole in the
numbers is what a process committed and did not publish, and it is named to whoever can read it.
"""

import asyncio
import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from heapq import heapify, heappop, heappush

from hub.ports.bus import Publication
from hub.ports.passed import Passed

#: Seconds that something is held. The 99th percentile of what had to wait was 4–54 ms on a busy machine.
HOLD_S = 0.25


class _Span:
    """Numbers from `first` to `last` that have come, beyond a hole; `at` is when. One that is empty says that
    all before it are committed."""

    __slots__ = ("at", "first", "last")

    def __init__(self, first: int, last: int, at: float) -> None:
        self.first, self.last, self.at = first, last, at


class Order:
    """`deliver` is given what is in order; `missing` the change numbers that did not come in time. Nothing is
    held before `hold(True)`."""

    def __init__(
        self,
        deliver: Callable[[Sequence[Publication]], None],
        missing: Callable[[Sequence[range]], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._receive, self._missing, self._clock = deliver, missing, clock
        self._holds = False
        self._mark = 0  # all numbers up to it have come, or were passed over; 0: none is known yet
        self._spans: list[_Span] = []  # beyond it, ascending
        self._passed = Passed(clock)
        self._held: dict[int, list[Publication]] = {}  # by what they wait for
        self._waiting: set[int] = set()  # the numbers of those that are held
        self._skipped = False
        self._timer: asyncio.TimerHandle | None = None
        self._counts = {"held": 0, "holes": 0, "late": 0, "again": 0}

    def take(self, items: Sequence[Publication], changes: Sequence[range] = ()) -> None:
        """Some publications, and the numbers of which all has been said with these. What was read because it
        was missing comes this way, too."""
        ready: list[Publication] = []
        mark = -1 if self._spans else self._mark  # without spans nothing beyond it has come
        for item in items:
            if not item.change or item.after <= mark < item.change or self._may_go(item):
                ready.append(item)
            elif item.ack and item.change not in self._waiting:  # others have it from the log by now
                ready.append(Publication("", origin=item.origin, ack=item.ack))
        if changes:
            for numbers in changes:
                self._note(numbers.start, numbers.stop - 1)
            if self._held:
                self._free(ready)
        if ready:
            self._deliver(ready)

    def expect(self, number: int) -> None:
        """All up to this one are committed: what of them has not come soon is missing."""
        if self._holds and number > (self._spans[-1].last if self._spans else self._mark):
            self._note(number + 1, number)

    def hold(self, holds: bool) -> None:
        """Whether the others are heard. What is held when they no longer are goes out."""
        self._holds = holds
        if not holds:
            self._passed.watch()
            self.release()

    def release(self) -> None:
        """Something was lost, which is told otherwise: nothing is waited for any more."""
        for span in self._spans:
            self._pass_over(span.first)
            self._mark = max(self._mark, span.last)
        self._spans.clear()
        items = [item for waiting in self._held.values() for item in waiting]
        self._held.clear()
        self._waiting.clear()
        if items:
            self._deliver(sorted(items, key=lambda item: item.change))

    def skipped(self) -> bool:
        """Whether something was passed over, and not named as missing, since it was asked last."""
        skipped, self._skipped = self._skipped, False
        return skipped

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def stats(self) -> dict[str, int]:
        """`holding`: publications now. Since the start, `held`: those that had to wait; `holes`: how often
        something did not come in time; `late`: what came after that; `again`: what came twice, or after it
        was read from the log."""
        return {"holding": sum(map(len, self._held.values())), **self._counts}

    def _deliver(self, items: Sequence[Publication]) -> None:
        if self._passed:
            self._passed.note(items, keep=not self._holds)
        self._receive(items)

    # --- whose turn it is ---------------------------------------------------------------------------------

    def _may_go(self, item: Publication) -> bool:
        """False when it is held, or must not be delivered any more."""
        change, after = item.change, item.after
        if change <= self._mark or (self._spans and self._has_come(change)):
            return self._may_still_go(item)
        if after <= self._mark or not self._holds or not self._mark:
            return True
        if after not in self._waiting and self._has_come(after):
            return True
        self._held.setdefault(after, []).append(item)
        self._waiting.add(change)
        self._counts["held"] += 1
        return False

    def _may_still_go(self, item: Publication) -> bool:
        """It comes after its time: twice, or late, and then something later may have been there before."""
        if item.change not in self._passed:
            self._counts["again"] += 1
            return False
        self._counts["late"] += 1
        return not self._passed.is_overtaken(item)

    def _has_come(self, number: int) -> bool:
        index = bisect_right(self._spans, number, key=lambda span: span.first) - 1
        return index >= 0 and number <= self._spans[index].last

    def _free(self, ready: list[Publication]) -> None:
        """Adds to `ready` what has waited for what is there now, and what waited for that."""
        turns = [number for number in self._held if number not in self._waiting and self._here(number)]
        heapify(turns)  # in the order of the numbers, so in that of each conversation
        while turns:
            for item in self._held.pop(heappop(turns)):
                ready.append(item)
                if item.change in self._waiting:
                    self._waiting.discard(item.change)
                    if item.change in self._held and self._here(item.change):
                        heappush(turns, item.change)

    def _here(self, number: int) -> bool:
        return number <= self._mark or self._has_come(number)

    # --- which numbers have come --------------------------------------------------------------------------

    def _note(self, first: int, last: int) -> None:
        if first <= self._mark:
            self._passed.strike(first, last)
        elif first == self._mark + 1:
            self._mark = max(self._mark, last)
            if self._spans:
                self._join()
        elif self._holds and self._mark:
            index = bisect_right(self._spans, first, key=lambda span: span.first)
            self._spans.insert(index, _Span(first, last, self._clock()))
            self._watch()
        else:
            self._skipped |= self._mark > 0
            self._pass_over(first)
            self._mark = max(self._mark, last)

    def _join(self) -> None:
        """The mark goes over what has come already."""
        joined = 0
        for span in self._spans:
            if span.first > self._mark + 1:
                break
            self._mark = max(self._mark, span.last)
            joined += 1
        del self._spans[:joined]

    def _pass_over(self, first: int) -> range:
        """What is missing before `first` is not waited for any more."""
        hole = range(self._mark + 1, first)
        if hole:
            self._passed.add(hole)
            self._mark = first - 1
        return hole

    # --- what does not come -------------------------------------------------------------------------------

    def _watch(self) -> None:
        if self._timer is None and self._spans:
            wait = max(0.0, min(span.at for span in self._spans) + HOLD_S - self._clock())
            self._timer = asyncio.get_running_loop().call_later(wait, self.look)

    def look(self) -> None:
        """Goes past every hole of which something later has waited for long enough: one at a time would take
        seconds after the death of a process."""
        self._timer = None
        now, holes = self._clock(), []
        while self._spans and min(span.at for span in self._spans) + HOLD_S <= now + 0.005:
            holes.append(self._pass_over(self._spans[0].first))
            self._join()
        self._watch()
        if not holes:
            return
        self._counts["holes"] += len(holes)
        ready: list[Publication] = []
        self._free(ready)
        if ready:
            self._deliver(ready)
        self._missing(holes)
