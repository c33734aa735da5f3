"""Who listens to which channel in this process, and what the bus is to bring here."""

from collections.abc import Iterable

from hub.connection import Connection
from hub.ports.bus import Bus, group_channel, user_channel


class _Group:
    """A group that somebody listens to. `id` is one number object for all listeners: there are many."""

    __slots__ = ("id", "listeners")

    def __init__(self, group_id: int) -> None:
        self.id = group_id
        self.listeners: dict[Connection, None] = {}  # in the order they came


class Channels:
    """Every connection listens to its user's channel, and to those of the groups it is told to. The bus is
    subscribed to a channel exactly while somebody here listens to it."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        # A connection costs as little as it can: nearly every user has one or two, a group many.
        self.users: dict[int, tuple[Connection, ...]] = {}  #: by user id
        self.sessions: dict[int, tuple[Connection, ...]] = {}  #: by session id
        self.groups: dict[int, _Group] = {}  #: by group id

    def add(self, connection: Connection) -> None:
        if connection.user_id not in self.users:
            self._bus.subscribe(user_channel(connection.user_id))
        _add(self.users, connection.user_id, connection)
        _add(self.sessions, connection.session_id, connection)

    def remove(self, connection: Connection) -> None:
        """The connection listens to nothing any more."""
        self.leave(connection, connection.groups)
        _remove(self.users, connection.user_id, connection)
        _remove(self.sessions, connection.session_id, connection)
        if connection.user_id not in self.users:
            self._bus.unsubscribe(user_channel(connection.user_id))

    def listeners(self, group_id: int) -> dict[Connection, None]:
        group = self.groups.get(group_id)
        return group.listeners if group is not None else {}

    def join(self, connection: Connection, group_ids: Iterable[int]) -> None:
        """The connection listens to these groups, too. To those it does already nothing changes."""
        new = []
        for group_id in group_ids:
            group = self.groups.get(group_id)
            if group is None:
                group = self.groups[group_id] = _Group(group_id)
                self._bus.subscribe(group_channel(group_id))
            if connection not in group.listeners:
                group.listeners[connection] = None
                new.append(group.id)
        connection.groups += tuple(new)

    def leave(self, connection: Connection, group_ids: Iterable[int]) -> None:
        """The connection listens to these groups no longer."""
        gone = set()
        for group_id in group_ids:
            listeners = self.listeners(group_id)
            if connection in listeners:
                gone.add(group_id)
                del listeners[connection]
                if not listeners:
                    del self.groups[group_id]
                    self._bus.unsubscribe(group_channel(group_id))
        if gone:
            connection.groups = tuple(group_id for group_id in connection.groups if group_id not in gone)


def _add(connections_by: dict[int, tuple[Connection, ...]], key: int, connection: Connection) -> None:
    connections_by[key] = (*connections_by.get(key, ()), connection)


def _remove(connections_by: dict[int, tuple[Connection, ...]], key: int, connection: Connection) -> None:
    rest = tuple(other for other in connections_by[key] if other is not connection)
    if rest:
        connections_by[key] = rest
    else:
        del connections_by[key]
