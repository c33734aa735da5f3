"""How soon a commit follows another."""

from collections.abc import Callable

#: Seconds from the beginning of a commit of many entries to that of the next. At 4,000 messages a second one
#: costs 94 µs of CPU where commits follow as they can, 78 where they are 5 ms apart and 65 with 7; with 9 ms
#: no less, and the slowest ack of a hundred takes more than 15 ms.
PERIOD_S = 0.007
#: The same where other processes write, too: so much at most.
MOST_PERIOD_S = 0.012
#: So many entries in one commit are many. A few people who write to each other never wait.
MANY = 6


class Pace:
    """After a commit of `MANY` entries the next begins no sooner than `PERIOD_S` after that one began: what
    comes meanwhile goes with it. Also when nothing waited for a moment: people do not write at even
    distances, and a commit that begins with the first few of a burst is followed by many small ones. Never
    when a full batch waits, nor after a commit of few.

    Of several processes each has a part of the entries. Together they commit as often as one would: each for
    one of so many times `PERIOD_S`, up to `MOST_PERIOD_S`, after so much smaller a part of `MANY`.

    `clock`: seconds that only rise; `processes`: how many write now, this one among them."""

    def __init__(self, clock: Callable[[], float], processes: Callable[[], int] = lambda: 1) -> None:
        self._clock, self._processes = clock, processes
        self._earliest = 0.0
        self.waits = 0  #: how many commits have waited

    def begins(self, entries: int) -> None:
        """A commit of so many entries begins now."""
        processes = self._processes()
        self._earliest = 0.0
        if entries >= max(2, MANY / processes):
            self._earliest = self._clock() + min(processes * PERIOD_S, MOST_PERIOD_S)

    def wait_s(self) -> float:
        """Seconds that a commit which is not full is to wait, 0 for none."""
        wait_s = self._earliest - self._clock() if self._earliest else 0.0
        if wait_s <= 0:
            return 0.0
        self.waits += 1
        return wait_s
