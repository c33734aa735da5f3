"""Who listens to which channel in this process, and what the bus is to bring here."""

from collections.abc import Callable, Iterable

from hub.connection import Connection
from hub.ports.bus import Bus, group_channel, user_channel

#: One in so many listeners may have left before a group's list is made anew: what that costs is spread over
#: them, a fraction of a microsecond for each.
_LEFT = 8

#: Listeners from which on a group's ways to them are kept from one batch to the next: 16 bytes for each.
_MANY = 256


class Ways:
    """The listeners of a group as of a moment, and for a large one the short way to each, None for who has
    none now. `stale`: some of that has changed since, and the ways have to be asked for one by one."""

    __slots__ = ("connections", "sends", "stale")

    def __init__(self, listeners: list[Connection]) -> None:
        self.connections = tuple(listeners)
        self.sends: list[Callable[[bytes], int] | None] | None = None
        self.stale = False
        if len(listeners) >= _MANY:
            self.sends = [connection.transport.direct for connection in listeners]


class Group:
    """A group that somebody listens to. `id` is one number object for all listeners: there are many."""

    __slots__ = ("id", "_listeners", "_left", "_ways")

    def __init__(self, group_id: int) -> None:
        self.id = group_id
        # A list has a fifth of a dict's memory, and each connection is in many of them. In the order they
        # came, and with those who have left since the list was made.
        self._listeners: list[Connection] = []
        self._left: set[Connection] | None = None
        self._ways: Ways | None = None

    def __len__(self) -> int:
        return len(self._listeners) - len(self._left or ())

    def ways(self) -> Ways:
        """Who listens now."""
        if self._ways is not None:
            return self._ways
        self._clear()
        ways = Ways(self._listeners)
        if ways.sends is not None:
            self._ways = ways
        return ways

    def changed(self) -> None:
        """A listener has another way now, or there is another listener."""
        if self._ways is not None:
            self._ways.stale, self._ways = True, None

    @property
    def latest(self) -> Connection | None:
        """One of the last that came, if they are still here."""
        return self._listeners[-1] if self._listeners else None

    def add(self, connection: Connection) -> None:
        """Somebody who did not listen."""
        if self._ways is not None:
            self.changed()
        if self._left and connection in self._left:
            self._left.discard(connection)
        else:
            self._listeners.append(connection)

    def remove(self, connection: Connection) -> None:
        """Somebody who did."""
        self.changed()
        if self._left is None:
            self._left = set()
        self._left.add(connection)
        if len(self._left) * _LEFT > len(self._listeners):
            self._clear()

    def _clear(self) -> None:
        if left := self._left:
            self._listeners, self._left = [one for one in self._listeners if one not in left], None


class Channels:
    """Every connection listens to its user's channel, and to those of the groups it is told to. The bus is
    subscribed to a channel exactly while somebody here listens to it."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        # A connection costs as little as it can: nearly every user has one or two, a group many.
        self.users: dict[int, tuple[Connection, ...]] = {}  #: by user id
        self.sessions: dict[int, tuple[Connection, ...]] = {}  #: by session id
        self.groups: dict[int, Group] = {}  #: by group id

    def add(self, connection: Connection) -> None:
        if connection.user_id not in self.users:
            self._bus.subscribe(user_channel(connection.user_id))
        alone = (connection,)  # one tuple for both, most often
        for connections_by, key in ((self.users, connection.user_id), (self.sessions, connection.session_id)):
            others = connections_by.get(key)
            connections_by[key] = alone if others is None else others + alone

    def remove(self, connection: Connection) -> None:
        """The connection listens to nothing any more."""
        self.leave(connection, connection.groups)
        _remove(self.users, connection.user_id, connection)
        _remove(self.sessions, connection.session_id, connection)
        if connection.user_id not in self.users:
            self._bus.unsubscribe(user_channel(connection.user_id))

    def ways(self, group_id: int) -> Ways:
        """Who listens to a group now."""
        group = self.groups.get(group_id)
        return group.ways() if group is not None else Ways([])

    def step(self, connection: Connection) -> None:
        """The connection has fallen behind, or is in step again."""
        for group_id in connection.groups:
            self.groups[group_id].changed()

    def join(self, connection: Connection, group_ids: Iterable[int]) -> None:
        """The connection listens to these groups, too. To those it does already nothing changes."""
        before = set(connection.groups)
        new: list[int] = []
        alike: Connection | None = None
        for group_id in dict.fromkeys(group_ids):
            if group_id in before:
                continue
            group = self.groups.get(group_id)
            if group is None:
                group = self.groups[group_id] = Group(group_id)
                self._bus.subscribe(group_channel(group_id))
            alike = alike or group.latest
            group.add(connection)
            new.append(group.id)
        if new:
            groups = (*connection.groups, *new)
            # People who are in the same groups came one after the other, as a class does: one tuple for all.
            connection.groups = alike.groups if alike is not None and alike.groups == groups else groups

    def leave(self, connection: Connection, group_ids: Iterable[int]) -> None:
        """The connection listens to these groups no longer."""
        gone = set(connection.groups).intersection(group_ids)
        for group_id in gone:
            group = self.groups[group_id]
            group.remove(connection)
            if not len(group):
                del self.groups[group_id]
                self._bus.unsubscribe(group_channel(group_id))
        if gone:
            connection.groups = tuple(group_id for group_id in connection.groups if group_id not in gone)


def _remove(connections_by: dict[int, tuple[Connection, ...]], key: int, connection: Connection) -> None:
    rest = tuple(other for other in connections_by[key] if other is not connection)
    if rest:
        connections_by[key] = rest
    else:
        del connections_by[key]
