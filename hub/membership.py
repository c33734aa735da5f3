"""What changed lately about who may hear what.

A connection's session and groups are read from the database before the hub knows it. What happens in between
is looked up here when it arrives: nothing is missed, and nothing has to be asked twice.
"""

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from hub.ports.control import LooksAsked, LooksTold, MembershipChanged, Order, SessionRevoked, Shown

#: Changes that are remembered. A handshake takes some milliseconds; one that saw more go by asks again.
_SIZE = 4096


class Standing(NamedTuple):
    """What somebody who has been read from the database may hear now."""

    revoked: bool  #: the session has ended since
    group_ids: Iterable[int]


class Journal:
    def __init__(self) -> None:
        self._changes: deque[Order] = deque(maxlen=_SIZE)
        #: (user, group) -> the number of the latest change of both, of the latest ones
        self._moved: dict[tuple[int, int], int] = {}
        self.mark = 0  #: how many changes there have been; take it before asking the database

    def note(self, change: Order) -> bool:
        """False for what was overtaken, and does not hold any more."""
        if isinstance(change, (LooksAsked, LooksTold, Shown)):
            return True  # no connection is another one for it
        if isinstance(change, MembershipChanged) and change.change:
            pair = change.user_id, change.group_id
            if self._moved.get(pair, 0) > change.change:
                return False
            self._moved[pair] = change.change
            if len(self._moved) > _SIZE:
                del self._moved[next(iter(self._moved))]
        self._changes.append(change)
        self.mark += 1
        return True

    def forget(self) -> None:
        """Something may have changed that was not noted: who asked the database before now has to ask
        again."""
        self._changes.clear()
        self.mark += 1

    def standing(self, user_id: int, session_id: int, group_ids: Iterable[int], mark: int) -> Standing | None:
        """Session and groups as they were read after `mark` was taken, and what has changed since. None when
        too much has changed to know."""
        count = self.mark - mark
        if count > len(self._changes):
            return None
        revoked, groups = False, dict.fromkeys(group_ids)
        for change in list(self._changes)[len(self._changes) - count :] if count else ():
            if isinstance(change, SessionRevoked):
                revoked = revoked or change.session_id == session_id
            elif isinstance(change, MembershipChanged) and change.user_id == user_id:
                if change.joined:
                    groups[change.group_id] = None
                else:
                    groups.pop(change.group_id, None)
        return Standing(revoked, groups)
