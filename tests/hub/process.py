"""One process for tests of the hub: a hub whose connections' sockets can be read, alone or on an exchange."""

import asyncio
from collections.abc import Callable

from hub.connection import Connection
from hub.hub import Hub
from hub.ports.memory import Exchange
from tests.hub.sockets import RecordingSocket


class Clock:
    """Time that a test moves on. Called, it tells the time in seconds."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Process:
    """A hub and what is connected to it; `announced`: what it had to announce."""

    def __init__(
        self,
        exchange: Exchange | None = None,
        delay_s: float = 5.0,
        queue_bytes: int = 1 << 20,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self.ports = (exchange or Exchange(self.clock)).join()
        self.hub = Hub(self.ports, delay_s, queue_bytes, self.clock)
        self.sockets: dict[Connection, RecordingSocket] = {}
        self.announced: list[dict[int, int]] = []
        self.free = asyncio.Event()  # whether an announcement is over at once
        self.free.set()
        self.hub.announcer.start(self._announce)

    async def _announce(self, changes: dict[int, int]) -> None:
        self.announced.append(changes)
        await self.free.wait()

    def register(self, user_id: int, session: int = 0, v2: bool = True) -> Connection:
        """A connection in the door."""
        socket = RecordingSocket()
        connection = self.hub.register(user_id, session or user_id, v2, "zh", socket)
        self.sockets[connection] = socket
        return connection

    def connect(self, user_id: int, *groups: int, session: int = 0, v2: bool = True) -> Connection:
        """An open connection in these groups."""
        connection = self.register(user_id, session, v2)
        assert self.hub.enter(connection, groups, self.hub.journal.mark)
        return connection

    def disconnect(self, *connections: Connection) -> None:
        for connection in connections:
            self.hub.unregister(connection)

    def texts(self, connection: Connection) -> list[str]:
        """What a connection was sent so far."""
        return self.sockets[connection].texts

    async def got(self, *connections: Connection) -> list[list[str]]:
        """What each was sent, after this turn of the loop."""
        for _ in range(3):
            await asyncio.sleep(0)
        return [self.texts(connection) for connection in connections]

    def closed_with(self, *connections: Connection) -> list[int | None]:
        return [self.sockets[connection].close_code for connection in connections]

    async def second(self, seconds: float = 1.0) -> list[dict[int, int]]:
        """What is announced when the next period has passed, `seconds` later."""
        self.clock.now += seconds
        self.announced.clear()
        self.hub.announcer.tick()
        for _ in range(3):
            await asyncio.sleep(0)
        return list(self.announced)
