"""The ports in memory: for one process, and for several hubs in one test that share an `Exchange`.

In one process nothing lies between: publishing is delivering, in the same turn of the loop and without a
copy.
"""

import time
from collections.abc import Callable, Iterable, Sequence

from hub.ports import Ports
from hub.ports.bus import Publication
from hub.ports.control import Order

#: Seconds after which the people of a process that died without a word are gone.
EXPIRY_S = 3.5


def alone() -> Ports:
    """The ports of the only process."""
    return Exchange().join()


class Exchange:
    """What lies between several processes, and what can go wrong there. `clock` is in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.processes: list[_Process] = []  #: all whose people count as online
        self.people: dict[int, tuple[_Process, ...]] = {}  #: by user id, where each has a connection

    def join(self) -> Ports:
        """The ports of one more process."""
        process = _Process(self)
        for other in self.processes:
            if other.died_at is None:
                other.others.append(process)
                process.others.append(other)
        self.processes.append(process)
        return Ports(process.bus, process.presence, process.control)

    def cut(self, ports: Ports) -> None:
        """What goes from or to this process is lost from now on, of the bus and of control."""
        self._of(ports).is_cut = True

    def mend(self, ports: Ports) -> None:
        """Its line is back: whoever lost something is told."""
        process = self._of(ports)
        process.is_cut = False
        for one in (process, *process.others):
            one.bus.tell_missed()

    def kill(self, ports: Ports) -> None:
        """This process dies without a word. The others notice by its silence, when it is time to `expire`."""
        process = self._of(ports)
        process.died_at = self._clock()
        process.leave()

    def expire(self) -> None:
        """Who has been silent for long enough takes their people with them."""
        now = self._clock()
        for process in list(self.processes):
            if process.died_at is not None and now - process.died_at >= EXPIRY_S:
                process.presence.forget()
                for other in self.processes:
                    other.bus.bury()

    def _of(self, ports: Ports) -> "_Process":
        return next(process for process in self.processes if process.bus is ports.bus)


class _Process:
    """One process, with its ends of the three ports."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.others: list[_Process] = []  #: whom it reaches while its line is not cut
        self.is_cut = False
        self.died_at: float | None = None
        self.bus, self.presence, self.control = MemoryBus(self), MemoryPresence(self), MemoryControl(self)

    def reaches(self, other: "_Process") -> bool:
        """Whether what it says arrives. What does not is missed there, and told when the line is back."""
        if self.is_cut or other.is_cut:
            other.bus.has_lost = True
            return False
        return True

    def leave(self) -> None:
        """It reaches nobody any more, and nobody it."""
        for other in self.others:
            other.others.remove(self)
        self.others.clear()


class MemoryBus:
    """A `hub.ports.bus.Bus`."""

    def __init__(self, process: _Process) -> None:
        self._process = process
        self._others = process.others
        self._receive: Callable[[Sequence[Publication]], None] = lambda items: None
        self._missed: Callable[[str], None] = lambda why: None
        self._died: Callable[[], None] = lambda: None
        self._subscribed: dict[str, None] = {}  # half of a set's memory
        self._counts = {"published": 0, "received": 0, "missed": 0}
        self.has_lost = False

    def listen(
        self,
        receive: Callable[[Sequence[Publication]], None],
        missed: Callable[[str], None],
        missing: Callable[[Sequence[range]], None],
        died: Callable[[], None],
    ) -> None:
        self._receive, self._missed, self._died = receive, missed, died

    def subscribe(self, channel: str) -> None:
        self._subscribed[channel] = None

    def unsubscribe(self, channel: str) -> None:
        self._subscribed.pop(channel, None)

    def publish(
        self, items: Sequence[Publication], changes: Sequence[range] = (), told: bool = False
    ) -> None:
        self._counts["published"] += len(items)
        self._receive(items)
        for other in self._others:
            other.bus.hear(items, self._process)

    def heal(self, items: Sequence[Publication], changes: Sequence[range]) -> None:
        self._receive(items)  # nothing is ever missing here; whoever brings something knows why

    def committed(self, change: int) -> None:
        pass

    def hear(self, items: Sequence[Publication], publisher: _Process) -> None:
        """Another process has published this."""
        wanted = [item for item in items if any(channel in self._subscribed for channel in item.channels)]
        if wanted and publisher.reaches(self._process):
            self._counts["received"] += len(wanted)
            self._receive(wanted)

    def bury(self) -> None:
        """Another process is dead."""
        self._died()

    def tell_missed(self) -> None:
        if self.has_lost:
            self.has_lost = False
            self._counts["missed"] += 1
            self._missed("the line was cut")

    async def close(self) -> None:
        self._process.leave()

    def stats(self) -> dict[str, int]:
        return {"subscribed": len(self._subscribed), **self._counts}


class MemoryControl:
    """A `hub.ports.control.Control`."""

    def __init__(self, process: _Process) -> None:
        self._process = process
        self._listeners: list[Callable[[Order], None]] = []
        self._counts = {"given": 0, "received": 0}

    def listen(self, obey: Callable[[Order], None]) -> None:
        self._listeners.append(obey)

    def tell(self, orders: Sequence[Order], told: bool = False) -> None:
        self._counts["given"] += len(orders)
        self._obey(orders)
        for other in self._process.others:
            if self._process.reaches(other):
                other.control.hear(orders)

    def hear(self, orders: Sequence[Order]) -> None:
        """Another process has given these."""
        self._counts["received"] += len(orders)
        self._obey(orders)

    def _obey(self, orders: Sequence[Order]) -> None:
        for order in orders:
            for obey in self._listeners:
                obey(order)

    async def close(self) -> None:
        self._process.leave()

    def stats(self) -> dict[str, int]:
        return dict(self._counts)


class MemoryPresence:
    """A `hub.ports.presence.Presence`."""

    def __init__(self, process: _Process) -> None:
        self._process = process
        self._processes, self._people = process.exchange.processes, process.exchange.people
        self._only_here = (process,)  # one tuple for nearly everybody
        self._here = 0  # people
        self._changed: Callable[[int, bool], None] = lambda user_id, here: None

    def listen(self, changed: Callable[[int, bool], None]) -> None:
        self._changed = changed

    def come(self, user_id: int) -> None:
        places = self._people.get(user_id)
        if places is None:
            self._here += 1
            self._people[user_id] = self._only_here
            self._tell(user_id, True)
        elif self._process not in places:
            self._here += 1
            self._people[user_id] = (*places, self._process)

    def go(self, user_id: int) -> None:
        places = self._people.get(user_id, ())
        if self._process in places:
            self._here -= 1
            rest = tuple(process for process in places if process is not self._process)
            if rest:
                self._people[user_id] = rest
            else:
                del self._people[user_id]
                self._tell(user_id, False)

    def online(self, user_ids: Iterable[int]) -> set[int]:
        return {user_id for user_id in user_ids if user_id in self._people}

    def forget(self) -> None:
        """The process is gone, and its people with it."""
        if self._process in self._processes:
            self._processes.remove(self._process)
            for user_id in [user_id for user_id, places in self._people.items() if self._process in places]:
                self.go(user_id)

    def _tell(self, user_id: int, here: bool) -> None:
        for process in self._processes:
            if process.died_at is None:
                process.presence.hear(user_id, here)

    def hear(self, user_id: int, here: bool) -> None:
        """Somebody came or is gone, in whatever process."""
        self._changed(user_id, here)

    async def close(self) -> None:
        self.forget()

    def stats(self) -> dict[str, int]:
        return {"here": self._here, "online": len(self._people), "processes": len(self._processes)}
