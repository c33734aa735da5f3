"""The rates port: what is counted over all processes, because somebody would spread it over them: guesses,
new accounts. It is asked and answers, which the other three ports don't, and so has its own way there."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class RatesAway(Exception):
    """There was no answer. The text says why, in one line and without a secret."""


class Take(NamedTuple):
    """One token out of a bucket. `key`: who takes it, in ASCII without blanks; a bucket of `burst` tokens
    gets a new one every `interval_us` microseconds."""

    action: str
    key: str
    interval_us: int
    burst: int


class Wait(NamedTuple):
    """`take` comes too soon, by so many seconds."""

    take: Take
    seconds: float


class Rates(Protocol):
    """Promised: whatever the processes and whoever asks at the same time, a bucket lets through as many as if
    all had asked one `actions.bucket.Bucket` after the other. Time is that of the one place where it is
    counted. An answer, or `RatesAway`, comes in `ANSWER_S`.

    Not promised: that it is remembered when that place is lost, nor that what got no answer was not counted.
    """

    async def take(self, takes: Sequence[Take]) -> Wait | None:
        """All of `takes`, each of another bucket; or none of them, and for which to wait. Raises
        `RatesAway`."""

    async def give_back(self, takes: Sequence[Take]) -> None:
        """Puts back what was taken. Raises `RatesAway`."""

    async def close(self) -> None:
        """It is asked nothing any more."""


#: Seconds after which there is no answer: a log-in takes a tenth of one.
ANSWER_S = 1.0
#: Seconds by which a bucket may be emptier than it can be, since the clock was put back. Beyond that it is
#: taken for full.
CLOCK_S = 60
