"""The hub: this process's connections, the channels they listen to, and getting frames to them.

It knows no rows and asks nobody: who belongs to which group is told to it when a connection comes and when
a membership changes.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Iterable, Sequence

from hub.audience import V2, Audience, Look, Looking, Watchers, Without
from hub.channels import Channels
from hub.connection import Connection
from hub.fanout import Fanout, GroupFrame
from hub.membership import Journal
from hub.ports import Ports
from hub.ports.bus import Publication
from hub.ports.control import MembershipChanged, Order, SessionRevoked
from hub.presence import Announcer
from hub.recovery import Recovery
from hub.websocket import Transport, text_frame
from hub.writing import Writing
from metrics.histogram import Histogram, Measures
from protocol.frames import CloseCode

logger = logging.getLogger("magpie.hub")


class Hub:
    """`offline_delay_s`: seconds after which who has no connection counts as gone; `queue_bytes`: what may
    wait for one connection before it is closed with 4008."""

    def __init__(
        self,
        ports: Ports,
        offline_delay_s: float,
        queue_bytes: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.ports = ports
        self._bus, self._presence = ports.bus, ports.presence
        self._queue_bytes = queue_bytes
        self._connections: dict[int, Connection] = {}  # by id
        self._channels = Channels(ports.bus)
        self._users, self._groups = self._channels.users, self._channels.groups
        self.clock = clock
        self.acks = Histogram()  #: seconds from a message's frame to the write of its ack
        self._fanout = Fanout(self._channels.ways, self.acks, clock)
        self._told_people = 0  # frames given to connections
        writing = Writing()
        self._schedule_connection = writing.schedule  # one bound method for all connections
        #: Writes what is queued now, for a caller who knows that it was all: a turn of the loop may be long.
        self.flush = writing.flush
        self.journal = Journal()
        self.watchers = Watchers()
        self.announcer = Announcer(offline_delay_s, self.watchers, clock)
        self.recovery = Recovery()
        ports.bus.listen(self.deliver, self._missed, self.recovery.missing, self.recovery.doubt)
        ports.presence.listen(self.announcer.changed)
        ports.control.listen(self._obey)

    # --- who is here --------------------------------------------------------------------------------------

    @property
    def connections(self) -> int:
        return len(self._connections)

    def all_connections(self) -> list[Connection]:
        """Those of this process, now."""
        return list(self._connections.values())

    @property
    def sessions(self) -> list[int]:
        """The sessions that have a connection here."""
        return list(self._channels.sessions)

    def online(self, user_id: int) -> bool:
        """Whether the user has a connection, in any process, or had one a moment ago."""
        return (
            user_id in self._users
            or self.announcer.lingers(user_id)
            or bool(self._presence.online((user_id,)))
        )

    def register(
        self, user_id: int, session_id: int, v2: bool, lang: str, transport: Transport
    ) -> Connection:
        """A new connection. It listens to its user's channel; `enter` adds groups and lets it be written
        to."""
        connection = Connection(
            user_id, session_id, v2, lang, transport, self._schedule_connection, self._queue_bytes
        )
        self._connections[connection.id] = connection
        self._channels.add(connection)
        return connection

    def enter(
        self, connection: Connection, group_ids: Iterable[int], mark: int, welcome: bytes | None = None
    ) -> bool:
        """The connection listens to these groups and is written to from now on; `welcome` is the first frame
        it gets.

        Groups and session were read from the database after the journal's `mark` was taken: what changed
        since is made up for here. False when too much has changed to know, and they have to be read
        again."""
        user_id = connection.user_id
        standing = self.journal.standing(user_id, connection.session_id, group_ids, mark)
        if standing is None:
            return False
        if standing.revoked:
            self.end(connection)
        if connection.id in self._connections:
            self._set_groups(connection, standing.group_ids)
            self._presence.come(user_id)
            self.watchers.update(connection)
            connection.begin(welcome)
        return True

    def enter_again(self, connection: Connection, group_ids: Iterable[int], mark: int) -> bool:
        """The same for an open connection, when it may have missed a change of its groups."""
        standing = self.journal.standing(connection.user_id, connection.session_id, group_ids, mark)
        if standing is None:
            return False
        if standing.revoked:
            self.end(connection)
        if connection.begun and connection.id in self._connections:
            self._set_groups(connection, standing.group_ids)
        return True

    def end(self, connection: Connection) -> None:
        """Its session has ended."""
        self._close(connection, CloseCode.REVOKED, "session revoked")

    def _set_groups(self, connection: Connection, group_ids: Iterable[int]) -> None:
        self._channels.leave(connection, set(connection.groups).difference(group_ids))
        self._channels.join(connection, group_ids)

    def unregister(self, connection: Connection) -> None:
        """The connection has ended. Calling it again does nothing."""
        if connection.id not in self._connections:
            return
        user_id = connection.user_id
        del self._connections[connection.id]
        self._channels.remove(connection)
        connection.closed = True
        self.watchers.discard(connection)
        if connection.begun and not any(other.begun for other in self._users.get(user_id, ())):
            self._presence.go(user_id)

    def step(self, connection: Connection) -> None:
        """The way to its socket has become longer or shorter (`hub.websocket.Receiver.on_step`)."""
        self._channels.step(connection)

    def look(self, connection: Connection, look: Look) -> None:
        """What the client has on its screen from now on."""
        connection.look = look
        self.watchers.update(connection)

    def looks(self, user_id: int, kind: int, dstid: int) -> bool:
        """Whether one of the user's v2 connections here has said that it has this conversation open."""
        looks = (connection.look for connection in self._users.get(user_id, ()) if connection.v2)
        return any(look is not None and look[:2] == (kind, dstid) for look in looks)

    # --- publishing ---------------------------------------------------------------------------------------

    def publish(
        self, items: Sequence[Publication], changes: Sequence[range] = (), told: bool = False
    ) -> None:
        """To listeners in every process. `changes`: the change numbers of which all is said with these.
        `told`: the other processes have it already."""
        self._bus.publish(items, changes, told)

    def order(self, orders: Sequence[Order], told: bool = False) -> None:
        """What every process does at once. `told`: the others have it already."""
        self.ports.control.tell(orders, told)

    def tell_users(
        self, user_ids: Iterable[int], text: str | bytes, audience: Audience | None = V2, origin: int = 0
    ) -> None:
        """A frame to some users; as it stands, an event to all their v2 connections but `origin`."""
        users = tuple(dict.fromkeys(user_ids))
        self._bus.publish((Publication(text, users=users, origin=origin, audience=audience),))

    def tell_group(
        self, group_id: int, text: str | bytes, audience: Audience | None = V2, origin: int = 0
    ) -> None:
        """A frame to who listens to a group; as it stands, an event to all v2 connections but `origin`."""
        self._bus.publish((Publication(text, group=group_id, origin=origin, audience=audience),))

    def close_sessions(self, session_ids: Iterable[int]) -> None:
        """The sessions were revoked: their sockets, in every process, are closed with 4401."""
        if orders := [SessionRevoked(session_id) for session_id in session_ids]:
            self.order(orders)

    # --- delivering ---------------------------------------------------------------------------------------

    def deliver(self, items: Sequence[Publication]) -> None:
        """To the listeners in this process only; each frame is encoded once for all of them."""
        sent = 0
        for item in items:
            origin = self._connections.get(item.origin) if item.origin else None
            if item.group:
                if origin is not None or item.group in self._groups:
                    self._deliver_to_group(item, origin)
            else:
                sent += self._deliver_to_users(item, origin)
        self._told_people += sent

    def _deliver_to_group(self, item: Publication, origin: Connection | None) -> None:
        ack = text_frame(item.ack) if item.ack and origin is not None else b""
        audience = item.audience
        chosen = audience if isinstance(audience, (Looking, Without)) else None
        v2_only = audience is not None and chosen is None
        since = item.since if ack else 0.0
        self._fanout.add(item.group, GroupFrame(item.frame(), origin, ack, v2_only, chosen, since))

    def _deliver_to_users(self, item: Publication, origin: Connection | None) -> int:
        """How many connections got it, or its ack."""
        sent = 0
        if origin is not None and item.ack:
            origin.send(text_frame(item.ack))
            sent = 1
        users, audience = item.users, item.audience
        for user_id in users if len(users) < 2 else dict.fromkeys(users):
            for connection in self._users.get(user_id, ()):
                if connection is not origin and (audience is None or audience.includes(connection)):
                    connection.send(item.frame())
                    sent += 1
        return sent

    def _obey(self, order: Order) -> None:
        """What every process does at once: to the connections that are open, and noted for those that are
        being opened."""
        if not self.journal.note(order):
            pass  # overtaken
        elif isinstance(order, SessionRevoked):
            for connection in self._channels.sessions.get(order.session_id, ()):
                self.end(connection)
        elif isinstance(order, MembershipChanged):
            change = self._channels.join if order.joined else self._channels.leave
            for connection in self._users.get(order.user_id, ()):
                change(connection, (order.group_id,))

    def _missed(self, why: str) -> None:
        """Something from other processes may be lost. A connection that is being opened has its session and
        groups read again, and so have all that are open; then clients are told to catch up."""
        logger.warning("something may be missed: %s", why)
        self.journal.forget()
        self.recovery.missed()

    # --- ending -------------------------------------------------------------------------------------------

    async def close_all(self, code: CloseCode, seconds: float) -> None:
        """Closes every connection here, spread over `seconds` so that not all come back at once."""
        connections = list(self._connections.values())
        random.shuffle(connections)
        start = (loop := asyncio.get_running_loop()).time()
        for i, connection in enumerate(connections):
            due = start + seconds * i / len(connections)
            if due > loop.time():
                await asyncio.sleep(due - loop.time())
            self._close(connection, code, "server restarts")

    async def close(self) -> None:
        """Announces nothing any more and leaves the other processes."""
        await self.announcer.close()
        await self.recovery.close()
        await self.ports.close()

    def _close(self, connection: Connection, code: CloseCode, reason: str) -> None:
        connection.close(code, reason)
        self.unregister(connection)

    def stats(self) -> dict[str, dict[str, int]]:
        """Of each part its own numbers. `hub`, now: `connections`; `users`, `groups` and `sessions` that have
        one here; `watchers`: connections that may show who is online; and since the start `frames_to_people`:
        frames given to connections one by one."""
        return {
            "hub": {
                "connections": len(self._connections),
                "users": len(self._users),
                "groups": len(self._groups),
                "sessions": len(self._channels.sessions),
                "watchers": len(self.watchers),
                "frames_to_people": self._told_people,
            },
            "fanout": self._fanout.stats(),
            "announcer": self.announcer.stats(),
            "recovery": self.recovery.stats(),
            "bus": self._bus.stats(),
            "presence": self._presence.stats(),
            "control": self.ports.control.stats(),
        }

    def measures(self) -> Measures:
        """`hub_ack_seconds`: from a message's frame to the write of its ack."""
        return {"hub_ack_seconds": self.acks}
