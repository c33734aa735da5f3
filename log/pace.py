"""How soon a commit follows another."""

from collections.abc import Callable

#: Seconds from the beginning of a commit of many entries to that of the next. A message costs a third less
#: CPU in a commit of what 5 ms bring at 4,000 messages a second than of what 2 ms bring; nobody sees 5 ms.
PERIOD_S = 0.005
#: The same where other processes write, too: so much at most.
MOST_PERIOD_S = 0.012
#: So many entries in one commit are many. A few people who write to each other never wait.
MANY = 6


class Pace:
    """After a commit of `MANY` entries the next begins no sooner than `PERIOD_S` after that one began: what
    comes meanwhile goes with it. Never when the log was idle, and never when a full batch waits.

    Of several processes each has a part of the entries. Together they commit as often as one would: each for
    one of so many times `PERIOD_S`, up to `MOST_PERIOD_S`, after so much smaller a part of `MANY`. A part
    leaves the log idle for moments in the middle of it all, which is no rest then.

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

    def rests(self) -> None:
        """Nothing waits: with one process, whatever comes next begins at once."""
        if self._processes() == 1:
            self._earliest = 0.0

    def wait_s(self) -> float:
        """Seconds that a commit which is not full is to wait, 0 for none."""
        wait_s = self._earliest - self._clock() if self._earliest else 0.0
        if wait_s <= 0:
            return 0.0
        self.waits += 1
        return wait_s
