"""The control port: what every process must do at once. One more thing to do is one more tuple here."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol, TypeAlias


class SessionRevoked(NamedTuple):
    """A session has ended: its connections are closed."""

    session_id: int


class MembershipChanged(NamedTuple):
    """A user came into a group, or left it or was removed: the connections they have open listen to it from
    now on, or get nothing that is published to it from now on. It is told after the commit; what somebody who
    was removed is to hear of it is told to them as a user. `change`: the number that this took; of two that
    reach a process in another order than they were made, from other processes, the later one holds. 0: as it
    comes."""

    user_id: int
    group_id: int
    joined: bool
    change: int = 0


class SettingsChanged(NamedTuple):
    """Whether a user is seen online (1) or not, and how far they have read, is decided anew."""

    user_id: int
    online: int
    read: int


class UserMuted(NamedTuple):
    """An operator lets a user say nothing until a time (ms), 0: no longer. Of two about one user the one with
    the greater `number` was decided later, in whatever order they come."""

    user_id: int
    until: int
    number: int


class ContactChanged(NamedTuple):
    """What is between two users is another thing: whether they are `friends`, and whether `user_id` blocks
    the other one."""

    user_id: int
    other_id: int
    friends: bool
    blocks: bool


class GroupChanged(NamedTuple):
    """Whether the members of a group may write there is decided anew, of all of them at once."""

    group_id: int


class LooksAsked(NamedTuple):
    """One process wants to know which of these somebody elsewhere has on the screen: of each a user, and kind
    and dstid of the conversation as they see it. Every other process answers, under the same `number`."""

    number: int
    looks: tuple[tuple[int, int, int], ...]


class LooksTold(NamedTuple):
    """The answer: the places of those that are looked at in this process."""

    number: int
    places: tuple[int, ...]


class Shown(NamedTuple):
    """A message of this conversation (by its own id) was pushed to a user: once they have read it somewhere,
    what shows it can be closed."""

    user_id: int
    conversation_id: int


Order: TypeAlias = (
    SessionRevoked
    | MembershipChanged
    | SettingsChanged
    | ContactChanged
    | UserMuted
    | GroupChanged
    | LooksAsked
    | LooksTold
    | Shown
)


class Control(Protocol):
    """Promised: as the bus does, every process has one's orders in the order in which they were given, each
    at most once, and in order with what it publishes (`hub.ports.Ports`); the process that gives them has
    done them when `tell` returns.

    Not promised: that they reach the others. An order is given after the commit of what it is about, and
    where one may be lost the bus's `missed` is told: then sessions and memberships have to be read again."""

    def listen(self, obey: Callable[[Order], None]) -> None:
        """`obey` is called on the loop with each order, given here or elsewhere; several may listen, and are
        called in the order in which they came. It gives no orders itself."""

    def tell(self, orders: Sequence[Order], told: bool = False) -> None:
        """To every process; `told`: the others have it by another way. Never blocks, never raises for what is
        the matter elsewhere."""

    async def close(self) -> None:
        """Nothing is heard any more."""

    def stats(self) -> dict[str, int]:
        """Since the start, `given`: orders from here; `received`: orders from other processes."""
