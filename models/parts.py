"""Parts of the index: spans of time with about as many messages each, so that what is looked for in one is
found in the same time however much there is in all.

Where one begins is never changed, since the words of each message have the name of its part. So a new one is
announced a little ahead of its time.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from peewee import SQL, fn

from database.base import database
from database.dialect import of_database
from models.index import Place
from models.tables import Conversation, Part, StoredMessage

#: Messages of a part, about.
SIZE = 50_000
#: How far ahead (ms) a new one is announced: nobody writes messages of that time yet, whoever's clock it is.
_AHEAD_MS = 60_000
#: Of each part to be so many messages are looked at, of all together at most so many.
_SAMPLES, _MOST = 20, 4000
#: Messages that are looked up in one statement.
_SLICE = 200

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class Parts:
    """All that there are. `starts`: where each begins."""

    def __init__(self) -> None:
        found = list(Part.select(Part.id, Part.start, Part.size).order_by(Part.start).tuples())
        self.starts: list[int] = [start for _, start, _ in found]
        self._ids: list[int] = [number for number, _, _ in found]
        self._last_size: int = found[-1][2] if found else 0

    def name(self, createat: int) -> str:
        """Of the part that a message of this time (ms) is in."""
        return _name(self._ids[bisect_right(self.starts, createat) - 1])

    def back(self, since: int, below: int) -> Iterator[tuple[str, int]]:
        """The names of those that have something of this time, the last first, each with its start."""
        for number, start, end in zip(
            reversed(self._ids), reversed(self.starts), [below + 1, *reversed(self.starts)]
        ):
            if start <= below and end > since:
                yield _name(number), start

    def note(self, places: Sequence[Place], newest: int, now: int) -> None:
        """That these were put into the index, which has come to `newest`; begins another part if need be."""
        last = self._ids[-1]
        if many := sum(place.createat >= self.starts[-1] for place in places):
            Part.update(size=Part.size + many).where(Part.id == last).execute()
            if self._last_size + many >= SIZE:
                start = max(now, newest, *(place.createat for place in places)) + _AHEAD_MS
                Part.create(id=last + 1, start=start)


def _name(number: int) -> str:
    high, low = divmod(number, 36)
    return f"p{_DIGITS[high // 36 % 36]}{_DIGITS[high % 36]}{_DIGITS[low]}"


def make(starts: Sequence[int]) -> None:
    """The first ones, when there are none."""
    for number, start in enumerate(starts):
        Part.create(id=number, start=start)


def clear() -> None:
    """Removes all."""
    Part.delete().execute()


def plan() -> list[int]:
    """Where parts would have to begin for what is stored, by some of the messages. Walks over all
    conversations."""
    total = int(Conversation.select(fn.COALESCE(fn.SUM(Conversation.seq), 0)).scalar())
    count = total // SIZE
    if not count:
        return [0]
    times = sorted(_times(total / min(count * _SAMPLES, _MOST)))
    wanted = [0, *(times[len(times) * number // count] for number in range(1, count))]
    return [wanted[0], *(later for earlier, later in pairwise(wanted) if later > earlier)]


def _times(step: float) -> Iterator[int]:
    """The times of messages, one of so many."""
    pairs: list[tuple[int, int]] = []
    passed, following = 0, step / 2
    for conversation_id, seq in Conversation.select(Conversation.id, Conversation.seq).tuples().iterator():
        while following < passed + seq:
            pairs.append((conversation_id, int(following - passed) + 1))
            following += step
        passed += seq
    among = of_database(database.obj).pairs_among
    for first in range(0, len(pairs), _SLICE):
        which = SQL(*among("conversation_id, seq", pairs[first : first + _SLICE]))
        for (createat,) in StoredMessage.select(StoredMessage.createat).where(which).tuples():
            yield createat
