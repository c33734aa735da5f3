"""Traffic: who sends what where, at a rate or with so many messages outstanding.

A `TrafficShare` goes in; calls of `send` come out, each with the time at which its message was due.
"""

import asyncio
import time
from collections.abc import Callable, Iterable

from bench.clients.histogram import Histogram
from bench.clients.lines import Route, TrafficShare

#: Messages sent in one go at most, when a rate has fallen behind, so that reading goes on.
_BURST = 64
#: ns until a window is tried again whose senders are all away, and between two looks at a rate.
_RETRY_NS, _STEP_NS = 10_000_000, 1_000_000


class TrafficSource:
    """Sends along its routes in turn. With a `rate` (messages a second) it is an open loop: a message that is
    sent late counts from when it was due. With a `window` it is a closed one: a message is over when all its
    deliveries to this process's clients have arrived; on several processes each has its share of the window.

    `send(source, route, due_ns)` sends, or says False when the route's sender is away.
    """

    def __init__(
        self, number: int, share: TrafficShare, send: Callable[["TrafficSource", Route, int], bool]
    ) -> None:
        self.number, self.name = number, share.name
        self.sent = self.acked = self.refused = self.expected = 0
        self.ack_latency = Histogram()
        self._routes, self._rate, self._window, self._limit = (
            share.routes,
            share.rate,
            share.window,
            share.limit,
        )
        self._send = send
        self._turn = 0
        self._left: dict[int, int] = {}  # of a window's messages, by due: deliveries still to come
        self._begin = self._latest = 0
        self._stopped = True
        self._timer: asyncio.TimerHandle | None = None

    def start(self, at_ns: int) -> None:
        """`at_ns`: monotonic, of the first message."""
        self._stopped = not self._routes
        self._begin = at_ns
        self._later(at_ns)

    def stop(self) -> None:
        self._stopped = True
        if self._timer is not None:
            self._timer.cancel()

    @property
    def over(self) -> bool:
        """Nothing more will be sent."""
        return self._stopped

    def landed(self, dues: Iterable[int]) -> None:
        """A delivery of each of these messages has arrived at one of this process's clients."""
        if not self._window:
            return
        left = self._left
        for due in dues:
            count = left.get(due, 0)
            if count > 1:
                left[due] = count - 1
            elif count:
                del left[due]
        if len(left) < self._window:
            self._pump()

    def forget(self, due: int) -> None:
        """The message was refused: nobody waits for it."""
        self._left.pop(due, None)
        self.landed(())

    def _pump(self) -> None:
        if self._stopped:
            return
        now = time.monotonic_ns()
        if self._window:
            while len(self._left) < self._window and not self._stopped:
                if not self._send_one(max(time.monotonic_ns(), self._latest + 1)):
                    self._later(now + _RETRY_NS)
                    return
            return
        for _ in range(_BURST):
            due = self._due()
            if due > now or self._stopped or not self._send_one(due):
                break
        self._later(max(self._due(), now + _STEP_NS))

    def _send_one(self, due: int) -> bool:
        for _ in range(len(self._routes)):
            route = self._routes[self._turn % len(self._routes)]
            self._turn += 1
            if self._send(self, route, due):
                self.sent += 1
                self.expected += route.fanout
                if self._window:
                    self._left[due], self._latest = max(1, route.local), due
                if self._limit and self.sent >= self._limit:
                    self.stop()
                return True
        return False

    def _due(self) -> int:
        return self._begin + int(self.sent / self._rate * 1e9)

    def _later(self, at: int) -> None:
        if not self._stopped:
            seconds = max(0.0, (at - time.monotonic_ns()) / 1e9)
            self._timer = asyncio.get_running_loop().call_later(seconds, self._pump)
