"""The three ports between processes. What every process must hear of goes through one of them: `bus` what is
delivered, `presence` who is where, `control` what has to be done at once.

Beside each port stands what it promises; `tests/hub/ports/` holds every version of it to that. `memory` is
the version for one process, and for several hubs in one test.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from hub.ports.bus import Bus
from hub.ports.control import Control
from hub.ports.outbox import Outbox
from hub.ports.presence import Presence


async def _nothing_to_open() -> None:
    pass


def _alone() -> int:
    return 1


@dataclass(frozen=True, slots=True)
class Ports:
    """One process's ends of the three.

    Promised: what this process gives to the bus and to control reaches each other process in the order in
    which it was given, whichever of the two it was given to. Who has just joined a group gets what is told to
    the group next."""

    bus: Bus
    presence: Presence
    control: Control
    #: Waits until the way to other processes is open. Raises `hub.ports.line.LineError` when it can't be had.
    open: Callable[[], Awaitable[None]] = _nothing_to_open
    #: Where the broker is the database: what the log's transactions tell other processes through.
    outbox: Outbox | None = None
    #: How many processes take part now, this one among them.
    processes: Callable[[], int] = _alone

    async def close(self) -> None:
        """This process takes part no more; its people are gone from it at once. Closing again does
        nothing."""
        await self.control.close()
        await self.bus.close()
        await self.presence.close()
