"""Audience: who of a channel's listeners is told.

A chat message is for all of them. An event is for v2 connections: a classic page would draw it as a message.
What is worth telling only while somebody watches, who types and who is online, is for those who look.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, NamedTuple

from protocol.messages import SINGLE

if TYPE_CHECKING:
    from hub.connection import Connection


class Look(NamedTuple):
    """What a client has on the screen: a conversation (0, 0 for none), and the list of friends or not."""

    kind: int
    dstid: int
    friends: bool


class Audience:
    """The v2 connections among the listeners. Each process asks its own connections, so that an audience
    travels between processes as the few numbers it is made of."""

    __slots__ = ()

    def includes(self, connection: "Connection") -> bool:
        return connection.v2


#: Every v2 connection. No audience at all, None, is everybody.
V2: Final = Audience()


class Looking(Audience):
    """The v2 connections that have (`kind`, `dstid`) open, with `friends` also those that have the list of
    friends on the screen, and those that never said what they look at. `actor` is who does it, and is told
    none of it."""

    __slots__ = ("kind", "dstid", "actor", "friends")

    def __init__(self, kind: int, dstid: int, actor: int, friends: bool = False) -> None:
        self.kind, self.dstid, self.actor, self.friends = kind, dstid, actor, friends

    def includes(self, connection: "Connection") -> bool:
        look = connection.look
        if not connection.v2 or connection.user_id == self.actor:
            return False
        return (
            look is None
            or (look.kind == self.kind and look.dstid == self.dstid)
            or (look.friends and self.friends)
        )


class Without(Audience):
    """The v2 connections of all users but these."""

    __slots__ = ("user_ids",)

    def __init__(self, user_ids: Iterable[int]) -> None:
        self.user_ids = frozenset(user_ids)

    def includes(self, connection: "Connection") -> bool:
        return connection.v2 and connection.user_id not in self.user_ids


class Watchers:
    """The connections of this process that may show who of their user's friends is online."""

    def __init__(self) -> None:
        self._connections: set[Connection] = set()

    def __len__(self) -> int:
        return len(self._connections)

    def update(self, connection: "Connection") -> None:
        """It came, or looks at something else now."""
        look = connection.look
        if connection.v2 and (look is None or look.friends or look.kind == SINGLE):
            self._connections.add(connection)
        else:
            self._connections.discard(connection)

    def discard(self, connection: "Connection") -> None:
        self._connections.discard(connection)

    def user_ids(self) -> set[int]:
        return {connection.user_id for connection in self._connections}
