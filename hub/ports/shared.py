"""The three ports of one process among several, on a line that carries what they have to say.

What is said here is done here at once; the others hear of it in the same order, whichever port said it.
"""

import time
from collections.abc import Callable, Iterable, Sequence

from hub.ports import Ports
from hub.ports.bus import Publication
from hub.ports.control import Order as Command
from hub.ports.line import Line
from hub.ports.order import Order
from hub.ports.outbox import Outbox, Send
from hub.ports.packing import (
    Came,
    Hello,
    Here,
    Item,
    Moved,
    Revoked,
    Said,
    Took,
    Went,
    items_of,
    order_of,
    publication_of,
)
from hub.ports.peers import Peers

#: Users that are named in one item.
_USERS = 4000


class Shared:
    """One process's end of the line. `open` before anything is published."""

    def __init__(
        self, line: Line, clock: Callable[[], float] = time.monotonic, outbox: Send | None = None
    ) -> None:
        """`outbox`: how letters get into a transaction of the log, where the broker is the database."""
        self.peers = Peers(line, self, clock)
        self._outbox = Outbox(self.peers.process, outbox) if outbox else None
        self._line = line
        self.bus = SharedBus(self.peers, clock)
        self.control = SharedControl(self.peers)
        self.presence = SharedPresence(self.peers)

    @property
    def ports(self) -> Ports:
        return Ports(self.bus, self.presence, self.control, self.open, self._outbox)

    async def open(self) -> None:
        """Returns once what is said is heard. Raises `hub.ports.line.LineError`."""
        await self.peers.open()

    # --- the ear of `Peers` -------------------------------------------------------------------------------

    def received(self, process: int, items: Sequence[Item]) -> None:
        publications: list[Publication] = []
        for item in items:
            if isinstance(item, Said):
                publications.append(publication_of(item))
                continue
            changes = (range(item.first, item.last + 1),) if isinstance(item, Took) else ()
            if publications or changes:
                self.bus.hear(publications, changes)
                publications = []
            if isinstance(item, (Revoked, Moved)):
                self.control.hear(order_of(item))
            elif not isinstance(item, Took):
                self.presence.hear(process, item)
        if publications:
            self.bus.hear(publications)

    def found(self, process: int) -> None:
        self.presence.ask(process)

    def missed(self, why: str) -> None:
        self.bus.miss(why)

    def gone(self, process: int) -> None:
        self.presence.forget(process)

    def line_changed(self, up: bool) -> None:
        self.bus.order.hold(up)
        if up:
            self.presence.ask(0)
            self.presence.show()


class SharedBus:
    """A `hub.ports.bus.Bus`."""

    def __init__(self, peers: Peers, clock: Callable[[], float]) -> None:
        self._peers = peers
        self._receive: Callable[[Sequence[Publication]], None] = lambda items: None
        self._missed: Callable[[str], None] = lambda why: None
        self._missing: Callable[[Sequence[range]], None] = lambda changes: None
        self._subscribed: dict[str, None] = {}
        self._counts = {"published": 0, "received": 0, "missed": 0}
        self.order = Order(self._deliver, self._miss_some, clock)

    def listen(
        self,
        receive: Callable[[Sequence[Publication]], None],
        missed: Callable[[str], None],
        missing: Callable[[Sequence[range]], None],
    ) -> None:
        self._receive, self._missed, self._missing = receive, missed, missing

    def subscribe(self, channel: str) -> None:
        self._subscribed[channel] = None

    def unsubscribe(self, channel: str) -> None:
        self._subscribed.pop(channel, None)

    def publish(
        self, items: Sequence[Publication], changes: Sequence[range] = (), told: bool = False
    ) -> None:
        self._counts["published"] += len(items)
        if not told:
            self._peers.say(items_of(items, changes))
        self.order.take(items, changes)

    def hear(self, items: Sequence[Publication], changes: Sequence[range] = ()) -> None:
        """Another process has published this."""
        wanted = [item for item in items if any(channel in self._subscribed for channel in item.channels)]
        self._counts["received"] += len(wanted)
        self.order.take(wanted, changes)

    def miss(self, why: str) -> None:
        """Nothing that is held is waited for any more: it may be what was lost."""
        self._counts["missed"] += 1
        self.order.release()
        self._missed(why)

    def _deliver(self, items: Sequence[Publication]) -> None:
        self._receive(items)

    def _miss_some(self, changes: Sequence[range]) -> None:
        self._missing(changes)

    async def close(self) -> None:
        self.order.close()
        await self._peers.close()

    def stats(self) -> dict[str, int]:
        counts = {"subscribed": len(self._subscribed), **self._counts, **self.order.stats()}
        return counts | {f"line_{name}": number for name, number in self._peers.stats().items()}


class SharedControl:
    """A `hub.ports.control.Control`."""

    def __init__(self, peers: Peers) -> None:
        self._peers = peers
        self._listeners: list[Callable[[Command], None]] = []
        self._counts = {"given": 0, "received": 0}

    def listen(self, obey: Callable[[Command], None]) -> None:
        self._listeners.append(obey)

    def tell(self, orders: Sequence[Command], told: bool = False) -> None:
        self._counts["given"] += len(orders)
        if not told:
            self._peers.say(items_of(orders))
        for order in orders:
            self._obey(order)

    def hear(self, order: Command) -> None:
        """Another process has given this."""
        self._counts["received"] += 1
        self._obey(order)

    def _obey(self, order: Command) -> None:
        for obey in self._listeners:
            obey(order)

    async def close(self) -> None:
        await self._peers.close()

    def stats(self) -> dict[str, int]:
        return dict(self._counts)


class SharedPresence:
    """A `hub.ports.presence.Presence`. Each process tells all who is there; whoever comes, or has lost
    something, asks for all of them."""

    def __init__(self, peers: Peers) -> None:
        self._peers = peers
        self._changed: Callable[[int, bool], None] = lambda user_id, here: None
        self._people: dict[int, tuple[int, ...]] = {}  # by user id, the processes
        self._alone: dict[int, tuple[int]] = {}  # one tuple for nearly everybody
        self._told: dict[int, set[int]] = {}  # by process, who is there as far as it has told
        self._telling: dict[int, set[int]] = {}  # a list that has not come to its end
        self._here: dict[int, None] = {}
        self._quiet = self._closed = False

    def listen(self, changed: Callable[[int, bool], None]) -> None:
        self._changed = changed

    def come(self, user_id: int) -> None:
        if user_id not in self._here:
            self._here[user_id] = None
            self._peers.say((Came((user_id,)),))
            self._add(user_id, self._peers.process)

    def go(self, user_id: int) -> None:
        if user_id in self._here:
            del self._here[user_id]
            self._peers.say((Went((user_id,)),))
            self._remove(user_id, self._peers.process)

    def online(self, user_ids: Iterable[int]) -> set[int]:
        return {user_id for user_id in user_ids if user_id in self._people}

    async def close(self) -> None:
        self._closed = True
        await self._peers.close()

    def stats(self) -> dict[str, int]:
        return {"here": len(self._here), "online": len(self._people), "processes": 1 + len(self._peers)}

    # --- between processes --------------------------------------------------------------------------------

    def ask(self, process: int) -> None:
        """Who is there? 0 asks all."""
        self._peers.say((Hello(process),))

    def show(self) -> None:
        """All who are here, in parts."""
        users = list(self._here)
        ends = range(_USERS, len(users) + _USERS, _USERS) if users else (0,)
        parts = [tuple(users[max(0, end - _USERS) : end]) for end in ends]
        self._peers.say([Here(part, i == 0, i == len(parts) - 1) for i, part in enumerate(parts)])

    def hear(self, process: int, item: Item) -> None:
        """Another process has said this."""
        if isinstance(item, Hello):
            if item.at in (0, self._peers.process):
                self.show()
        elif isinstance(item, Here):
            self._hear_part(process, item)
        elif isinstance(item, Came):
            self._update(process, item.user_ids, ())
        elif isinstance(item, Went):
            self._update(process, (), item.user_ids)

    def forget(self, process: int) -> None:
        """A process is gone, and its people with it."""
        self._telling.pop(process, None)
        self._alone.pop(process, None)
        if process in self._told:  # it stays known: when it comes back, so do its people
            self._update(process, (), list(self._told[process]))

    def _hear_part(self, process: int, item: Here) -> None:
        if item.begins:
            self._telling[process] = set()
        telling = self._telling.get(process)
        if telling is None:  # its beginning was lost; it will be asked for again
            return
        telling.update(item.user_ids)
        if item.ends:
            del self._telling[process]
            told = self._told.get(process)
            self._quiet = told is None  # who was here before us has not come now
            self._update(process, telling - (told or set()), (told or set()) - telling)
            self._quiet = False

    def _update(self, process: int, came: Iterable[int], went: Iterable[int]) -> None:
        told = self._told.setdefault(process, set())
        for user_id in came:
            if user_id not in told:
                told.add(user_id)
                self._add(user_id, process)
        for user_id in went:
            if user_id in told:
                told.discard(user_id)
                self._remove(user_id, process)

    def _add(self, user_id: int, process: int) -> None:
        places = self._people.get(user_id, ())
        self._people[user_id] = (*places, process) if places else self._alone.setdefault(process, (process,))
        if not places:
            self._tell(user_id, True)

    def _remove(self, user_id: int, process: int) -> None:
        rest = tuple(other for other in self._people[user_id] if other != process)
        if rest:
            self._people[user_id] = rest
        else:
            del self._people[user_id]
            self._tell(user_id, False)

    def _tell(self, user_id: int, here: bool) -> None:
        if not self._quiet and not self._closed:
            self._changed(user_id, here)
