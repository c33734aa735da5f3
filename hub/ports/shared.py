"""The three ports of one process among several, on a line that carries what they have to say.

What is said here is done here at once; the others hear of it in the same order, whichever port said it.
"""

import asyncio
import time
from collections.abc import Callable, Sequence

from hub.ports import Ports
from hub.ports.bus import Publication, address_of
from hub.ports.control import Order as Command
from hub.ports.line import Line
from hub.ports.order import Order
from hub.ports.outbox import Outbox, Send
from hub.ports.packing import (
    Item,
    Ordered,
    Said,
    Took,
    items_of,
    order_of,
    publication_of,
)
from hub.ports.peers import BEAT_S, Peers
from hub.ports.shared_presence import SharedPresence

#: Seconds for which others' messages are waited for when the line has ended: most often it is there again in
#: some hundredths, with all that was said.
_GRACE_S = 1.0


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
        self._grace: asyncio.TimerHandle | None = None

    @property
    def ports(self) -> Ports:
        return Ports(self.bus, self.presence, self.control, self.open, self._outbox, self.peers.processes)

    async def open(self) -> None:
        """Returns once what is said is heard. Raises `hub.ports.line.LineError`."""
        await self.peers.open()

    # --- the ear of `Peers` -------------------------------------------------------------------------------

    def received(self, process: int, items: Sequence[Item]) -> None:
        publications: list[Publication] = []
        for item in items:
            if isinstance(item, Said):
                if self.bus.wants(item):
                    publications.append(publication_of(item))
                continue
            changes = (range(item.first, item.last + 1),) if isinstance(item, Took) else ()
            if publications or changes:
                self.bus.hear(publications, changes)
                publications = []
            if isinstance(item, Ordered):
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

    def died(self, process: int) -> None:
        self.bus.bury()

    def line_opened(self) -> None:
        """What comes now may be from before: it is put in order, too."""
        self._hold_for_now()

    def line_changed(self, up: bool) -> None:
        self._hold_for_now()
        if up:
            self._end_grace()
            self.presence.ask(0)
            self.presence.show()
            if self.bus.order.skipped():
                self.missed("what others said while the line was away was not waited for")

    def close(self) -> None:
        self._end_grace()

    def _hold_for_now(self) -> None:
        self._end_grace()
        self.bus.order.hold(True)
        self._grace = asyncio.get_running_loop().call_later(_GRACE_S, self.bus.order.hold, False)

    def _end_grace(self) -> None:
        if self._grace is not None:
            self._grace.cancel()


class SharedBus:
    """A `hub.ports.bus.Bus`."""

    def __init__(self, peers: Peers, clock: Callable[[], float]) -> None:
        self._peers, self._clock = peers, clock
        self._receive: Callable[[Sequence[Publication]], None] = lambda items: None
        self._missed: Callable[[str], None] = lambda why: None
        self._missing: Callable[[Sequence[range]], None] = lambda changes: None
        self._died: Callable[[], None] = lambda: None
        self._users: set[int] = set()  # who is subscribed to, and which groups
        self._groups: set[int] = set()
        self._counts = {"published": 0, "received": 0, "missed": 0}
        self.order = Order(self._deliver, self._miss_some, clock)

    def listen(
        self,
        receive: Callable[[Sequence[Publication]], None],
        missed: Callable[[str], None],
        missing: Callable[[Sequence[range]], None],
        died: Callable[[], None],
    ) -> None:
        self._receive, self._missed, self._missing, self._died = receive, missed, missing, died

    def subscribe(self, channel: str) -> None:
        of_group, number = address_of(channel)
        (self._groups if of_group else self._users).add(number)

    def unsubscribe(self, channel: str) -> None:
        of_group, number = address_of(channel)
        (self._groups if of_group else self._users).discard(number)

    def publish(
        self, items: Sequence[Publication], changes: Sequence[range] = (), told: bool = False
    ) -> None:
        self._counts["published"] += len(items)
        if not told:
            self._peers.say(items_of(items, changes))
        self.order.take(items, changes)

    def heal(self, items: Sequence[Publication], changes: Sequence[range]) -> None:
        self.order.take(items, changes)

    def committed(self, change: int) -> None:
        # Who was held up, or is not heard, has a backlog to read first.
        if self._peers.up and self._peers.echoed(self._clock() - 2 * BEAT_S):
            self.order.expect(change)

    def wants(self, item: Said) -> bool:
        """Whether somebody here listens to it."""
        return item.group in self._groups if item.group else not self._users.isdisjoint(item.users)

    def hear(self, items: Sequence[Publication], changes: Sequence[range] = ()) -> None:
        """Another process has published this; `items` are those that are wanted here."""
        self._counts["received"] += len(items)
        self.order.take(items, changes)

    def miss(self, why: str) -> None:
        """Nothing that is held is waited for any more: it may be what was lost."""
        self._counts["missed"] += 1
        self.order.release()
        self._missed(why)

    def bury(self) -> None:
        """Another process is dead."""
        self._died()

    def _deliver(self, items: Sequence[Publication]) -> None:
        self._receive(items)

    def _miss_some(self, changes: Sequence[range]) -> None:
        self._missing(changes)

    async def close(self) -> None:
        await self._peers.close()
        self.order.close()

    def stats(self) -> dict[str, int]:
        counts = {"subscribed": len(self._users) + len(self._groups), **self._counts, **self.order.stats()}
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
