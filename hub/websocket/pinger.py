"""Pings: how a connection is found out whose other end is gone without a word."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import Protocol


class Pinged(Protocol):
    """What the pinger asks of a transport."""

    kind: str  #: of the transport
    unanswered: bool  #: nothing has come since the last ping
    seat: "set[Pinged] | None"  #: the pinger's own

    @property
    def paused(self) -> bool:
        """The socket is not read now: silence means nothing."""

    def ping(self) -> None: ...

    def cut(self) -> None: ...


class Pinger:
    """Finds connections whose other end is gone without a word: each is pinged once in `interval` seconds and
    cut off when nothing came for `timeout` seconds after. One timer for all; 0 pings nobody. Iterating gives
    all transports."""

    def __init__(self, interval: float, timeout: float) -> None:
        self._seats: list[set[Pinged]] = [set() for _ in range(max(1, round(interval)))]
        self._timeout = min(round(timeout), len(self._seats) - 1)
        self._tick = 0
        self._task = asyncio.get_running_loop().create_task(self._run()) if interval else None
        self.pings = 0  #: sent so far
        self.timed_out = 0  #: cut off so far
        self.kinds: Counter[str] = Counter()  #: of transports, how many there are of each

    def __iter__(self) -> Iterator[Pinged]:
        return (transport for seat in self._seats for transport in seat)

    def add(self, transport: Pinged) -> None:
        """Connections that come in one second are pinged in one second."""
        transport.seat = self._seats[self._tick % len(self._seats)]
        transport.seat.add(transport)
        self.kinds[transport.kind] += 1

    def discard(self, transport: Pinged) -> None:
        if transport.seat is not None:
            transport.seat.discard(transport)
            self.kinds[transport.kind] -= 1
            transport.seat = None

    def close(self) -> None:
        """Pings no more and cuts off all that are left."""
        if self._task is not None:
            self._task.cancel()
        for transport in list(self):
            transport.cut()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(1)
            self.tick()

    def tick(self) -> None:
        """One second has passed: cuts off who has not answered, pings who is due."""
        self._tick += 1
        for transport in list(self._seats[(self._tick - self._timeout) % len(self._seats)]):
            if transport.unanswered and not transport.paused:
                self.timed_out += 1
                transport.cut()
        for transport in list(self._seats[self._tick % len(self._seats)]):
            self.pings += 1
            transport.ping()
