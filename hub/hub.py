"""The hub: this process's nodes, the channels they listen to, and getting frames to them.

It knows no rows and asks nobody: who belongs to which room is told to it when a node comes and when a user
joins.
"""

import asyncio
import random
import sys
from collections.abc import Iterable, Sequence

from hub.broker import Broker, Joined, Publication
from hub.fanout import Fanout, RoomFrame
from hub.journal import Journal, Revoked
from hub.node import Look, Node
from hub.presence import Presence
from hub.websocket import Transport, text_frame
from protocol.frames import CloseCode

_USER, _ROOM = "u", "g"


def user_channel(user_id: int) -> str:
    return f"{_USER}{user_id}"


def room_channel(room_id: int) -> str:
    return f"{_ROOM}{room_id}"


class Hub:
    """`queue_bytes`: what may wait for one node before it is closed with 4008."""

    def __init__(self, broker: Broker, presence: Presence, queue_bytes: int) -> None:
        self._broker = broker
        self._queue_bytes = queue_bytes
        # A node costs as little as it can: nearly every user has one or two, a room many.
        self._nodes: dict[int, Node] = {}  # by id
        self._users: dict[str, tuple[Node, ...]] = {}  # by user channel
        self._rooms: dict[str, dict[Node, None]] = {}  # by room channel, in the order they came
        self._sessions: dict[int, tuple[Node, ...]] = {}
        self._fanout = Fanout(lambda channel: self._rooms.get(channel, ()))
        self._dirty: list[Node] = []
        self._schedule_node = self._schedule  # one bound method for all nodes
        self.journal = Journal()
        self.presence = presence
        broker.listen(self._deliver)

    # --- who is here --------------------------------------------------------------------------------------

    @property
    def connections(self) -> int:
        return len(self._nodes)

    @property
    def sessions(self) -> list[int]:
        """The sessions that have a node here."""
        return list(self._sessions)

    def online(self, user_id: int) -> bool:
        """Whether the user has a node in this process, or had one a moment ago."""
        return user_channel(user_id) in self._users or self.presence.lingers(user_id)

    def register(self, user_id: int, session_id: int, v2: bool, lang: str, transport: Transport) -> Node:
        """A new connection. It listens to its user's channel; `enter` adds rooms and lets it be written
        to."""
        node = Node(user_id, session_id, v2, lang, transport, self._schedule_node, self._queue_bytes)
        self._nodes[node.id] = node
        _add(self._users, user_channel(user_id), node)
        _add(self._sessions, session_id, node)
        return node

    def enter(self, node: Node, room_ids: Iterable[int], mark: int, welcome: str | None = None) -> bool:
        """The node listens to these rooms and is written to from now on; `welcome` is the first frame it
        gets.

        Rooms and session were read from the database after the journal's `mark` was taken: what changed since
        is made up for here. False when too much has changed to know, and they have to be read again."""
        changes = self.journal.since(mark)
        if changes is None:
            return False
        if Revoked(node.session_id) in changes:
            self._close(node, CloseCode.REVOKED, "session revoked")
        if node.id in self._nodes:
            joined = [c.room_id for c in changes if isinstance(c, Joined) and c.user_id == node.user_id]
            self._listen(node, (*room_ids, *joined))
            if not self._is_here(node.user_id):
                self.presence.came(node.user_id)
            self.presence.watch(node)
            node.begin(welcome)
        return True

    def unregister(self, node: Node) -> None:
        """The connection has ended. Calling it again does nothing."""
        if node.id not in self._nodes:
            return
        del self._nodes[node.id]
        _remove(self._users, user_channel(node.user_id), node)
        _remove(self._sessions, node.session_id, node)
        for channel in node.channels:
            listeners = self._rooms[channel]
            del listeners[node]
            if not listeners:
                del self._rooms[channel]
        node.channels = ()
        node.closed = True
        self.presence.watching.discard(node)
        if node.begun and not self._is_here(node.user_id):
            self.presence.went(node.user_id)

    def look(self, node: Node, look: Look) -> None:
        """What the client has on its screen from now on."""
        node.look = look
        self.presence.watch(node)

    def _is_here(self, user_id: int) -> bool:
        return any(node.begun for node in self._users.get(user_channel(user_id), ()))

    def _listen(self, node: Node, room_ids: Iterable[int]) -> None:
        channels = dict.fromkeys(
            sys.intern(room_channel(room_id)) for room_id in room_ids
        )  # one text for all nodes
        new = tuple(channel for channel in channels if channel not in node.channels)
        for channel in new:
            self._rooms.setdefault(channel, {})[node] = None
        node.channels += new

    # --- publishing ---------------------------------------------------------------------------------------

    def publish(self, items: Sequence[Publication | Joined]) -> None:
        """To listeners in every process."""
        self._broker.publish(items)

    def tell(self, user_ids: Iterable[int], text: str) -> None:
        """An event to all v2 nodes of some users."""
        channels = tuple(dict.fromkeys(map(user_channel, user_ids)))
        self.publish([Publication(channels, text, v2_only=True)])

    def join(self, user_id: int, room_id: int) -> None:
        """The user came into the room: the nodes they have open listen to it from now on."""
        self.publish([Joined(user_id, room_id)])

    def _deliver(self, items: Sequence[Publication | Joined]) -> None:
        """Hands what was published to the local listeners; each frame is encoded once for all of them."""
        for item in items:
            if isinstance(item, Joined):
                self.journal.note(item)
                for node in self._users.get(user_channel(item.user_id), ()):
                    self._listen(node, (item.room_id,))
                continue
            origin = self._nodes.get(item.origin)
            if origin is not None or any(c in self._users or c in self._rooms for c in item.channels):
                self._deliver_frame(item, origin)

    def _deliver_frame(self, item: Publication, origin: Node | None) -> None:
        frame, ack = text_frame(item.text), text_frame(item.ack) if item.ack else b""
        if item.channels[0][0] == _ROOM:
            self._fanout.add(item.channels[0], RoomFrame(frame, origin, ack, item.v2_only, item.sight))
            return
        if origin is not None and ack:
            origin.send(ack)
        for node in self._listeners(item.channels):
            if (
                node is not origin
                and (node.v2 or not item.v2_only)
                and (item.sight is None or node.sees(item.sight))
            ):
                node.send(frame)

    def _listeners(self, channels: tuple[str, ...]) -> Iterable[Node]:
        """The nodes of some users, each once."""
        if len(channels) == 1:
            return self._users.get(channels[0], ())
        return dict.fromkeys(node for channel in channels for node in self._users.get(channel, ()))

    # --- writing ------------------------------------------------------------------------------------------

    def _schedule(self, node: Node) -> None:
        """All nodes that were sent something in this turn of the loop are written in the next."""
        if not self._dirty:
            asyncio.get_running_loop().call_soon(self.flush)
        self._dirty.append(node)

    def flush(self) -> None:
        """Writes what is queued now, for a caller who knows that it was all: a turn of the loop is up to some
        milliseconds when rooms are busy."""
        dirty, self._dirty = self._dirty, []
        for node in dirty:
            node.flush()

    # --- ending -------------------------------------------------------------------------------------------

    def close_session(self, session_id: int) -> None:
        """The session was revoked: its sockets are closed with 4401."""
        self.journal.note(Revoked(session_id))
        for node in self._sessions.get(session_id, ()):
            self._close(node, CloseCode.REVOKED, "session revoked")

    async def close_all(self, code: CloseCode, seconds: float) -> None:
        """Closes every node, spread over `seconds` so that not all come back at once."""
        nodes = list(self._nodes.values())
        random.shuffle(nodes)
        loop = asyncio.get_running_loop()
        start = loop.time()
        for i, node in enumerate(nodes):
            due = start + seconds * i / len(nodes)
            if due > loop.time():
                await asyncio.sleep(due - loop.time())
            self._close(node, code, "server restarts")

    def _close(self, node: Node, code: CloseCode, reason: str) -> None:
        node.close(code, reason)
        self.unregister(node)


def _add(nodes_by: dict, key: object, node: Node) -> None:
    nodes_by[key] = (*nodes_by.get(key, ()), node)


def _remove(nodes_by: dict, key: object, node: Node) -> None:
    rest = tuple(other for other in nodes_by[key] if other is not node)
    if rest:
        nodes_by[key] = rest
    else:
        del nodes_by[key]
