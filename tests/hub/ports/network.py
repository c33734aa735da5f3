"""Several processes for the contract tests: what each was told by its ports, and what can go wrong between
them."""

from hub.ports import Ports
from hub.ports.bus import Publication
from hub.ports.control import Order
from hub.ports.memory import EXPIRY_S, Exchange
from tests.hub.process import Clock
from tests.hub.sockets import read_frames


class End:
    """One process's ports and what they told it, in `heard` in the order of both bus and control."""

    def __init__(self, ports: Ports) -> None:
        self.ports = ports
        self.heard: list[Publication | Order] = []
        self.missed: list[str] = []
        self.missing: list[range] = []
        self.deaths = 0
        self.changes: list[tuple[int, bool]] = []
        ports.bus.listen(self.heard.extend, self.missed.append, self.missing.extend, self._note_death)
        ports.control.listen(self.heard.append)
        ports.presence.listen(lambda user_id, here: self.changes.append((user_id, here)))

    def _note_death(self) -> None:
        self.deaths += 1

    @property
    def texts(self) -> list[str]:
        """The frames that the bus brought."""
        items = [item for item in self.heard if isinstance(item, Publication)]
        return [text for item in items for text in read_frames(item.frame())]

    @property
    def orders(self) -> list[Order]:
        return [item for item in self.heard if not isinstance(item, Publication)]


class MemoryNetwork:
    """Processes that share an `Exchange`. Another version of the ports has a class like this one, and its
    name in the fixture `network`."""

    def __init__(self) -> None:
        self._clock = Clock()
        self._exchange = Exchange(self._clock)
        self._ends: list[End] = []

    async def join(self) -> End:
        """One more process."""
        self._ends.append(End(self._exchange.join()))
        return self._ends[-1]

    async def settle(self) -> None:
        """Waits until all that was said has arrived."""

    async def cut(self, end: End) -> None:
        """Nothing passes from or to this process any more, and nobody is told so."""
        self._exchange.cut(end.ports)

    async def mend(self, end: End) -> None:
        """Until this; then its line is as it was."""
        self._exchange.mend(end.ports)

    async def kill(self, end: End) -> None:
        """The process dies without a word."""
        self._exchange.kill(end.ports)

    async def expire(self) -> None:
        """The port's expiry passes."""
        self._clock.now += EXPIRY_S
        self._exchange.expire()

    async def close(self) -> None:
        for end in self._ends:
            await end.ports.close()
