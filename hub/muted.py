"""Whom an operator has muted, and until when: known in every process, from memory.

Each message asks, so the database can't be asked each time. All who are muted are read when the process
starts, and again when something may have been missed; who is muted meanwhile is told by an order. A mute ends
by itself: its time is compared with the clock.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from hub.ports.control import Control, Order, UserMuted
from protocol.clock import now_ms
from protocol.errors import Refused


class Mute(NamedTuple):
    """`until`: ms; `number`: the greater, the later it was decided about this user."""

    until: int
    number: int


#: Milliseconds, in the words of both languages, the longest first; what is longer than the first is for ever.
_SPANS = (
    (3_153_600_000_000, "", ""),
    (86_400_000, "天", "days"),
    (3_600_000, "小时", "hours"),
    (60_000, "分钟", "minutes"),
)


def _left(ms: int) -> tuple[str, str]:
    """How long that is, about: a server does not know what clock its reader looks at."""
    for span, zh, en in _SPANS:
        if ms >= span:
            count = ms // span
            return (f"还剩 {count} {zh}", f"{count} {en} left") if zh else ("没有期限", "for good")
    return "还剩不到一分钟", "less than a minute left"


class Muted:
    """`now`: ms."""

    def __init__(self, control: Control, now: Callable[[], int] = now_ms) -> None:
        self._mutes: dict[int, Mute] = {}
        self._now = now
        self.mark = 0  #: how many orders there were; take it before asking the database
        control.listen(self._obey)

    def refuse(self, user_id: int) -> None:
        """Raises why this user may say nothing, with the time in `data.until`."""
        mute = self._mutes.get(user_id)
        if mute is not None and (left_ms := mute.until - self._now()) > 0:
            zh, en = _left(left_ms)
            zh, en = f"你已被管理员禁言，{zh}", f"An operator has muted you, {en}"
            raise Refused(zh, en, {"until": mute.until})

    def read(self, found: Mapping[int, tuple[int, int]], mark: int) -> bool:
        """All who are muted, (until, number) of each, as they were read after `mark` was taken. False when an
        order has come since, and they have to be read again."""
        if mark != self.mark:
            return False
        # Numbers stay, so that an order that is still on its way is known to be an old one.
        ended = {user_id: Mute(0, mute.number) for user_id, mute in self._mutes.items()}
        self._mutes = {**ended, **{user_id: Mute(*mute) for user_id, mute in found.items()}}
        return True

    def stats(self) -> dict[str, int]:
        """`muted_users`: those who may say nothing now."""
        now = self._now()
        return {"muted_users": sum(mute.until > now for mute in self._mutes.values())}

    def _obey(self, order: Order) -> None:
        if not isinstance(order, UserMuted):
            return
        self.mark += 1
        known = self._mutes.get(order.user_id)
        if known is None or order.number > known.number:
            self._mutes[order.user_id] = Mute(order.until, order.number)
