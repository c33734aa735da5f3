"""Handing an entry to the log, and waiting for its end."""

import asyncio
from collections.abc import Awaitable

from actions.budget import RETRY_S
from log.entries import Entry
from log.log import Log
from protocol.errors import SlowDown


class Waiter:
    """The origin of an entry that a call has made: it waits for the end."""

    __slots__ = ("_done",)

    def __init__(self) -> None:
        self._done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def ended(self) -> None:
        """Returns once the entry is durable; raises its refusal."""
        await self._done

    def tell(self, entry: Entry) -> None:
        if self._done.done():  # nobody waits any more
            return
        if entry.refusal is None:
            self._done.set_result(None)
        else:
            self._done.set_exception(entry.refusal)


async def commit(log: Log, entry: Entry) -> None:
    """Hands in an entry of a call. Returns once it is durable, with its results in it, or raises its refusal:
    `SlowDown` when the log has no room, since a call that waited would take as much itself."""
    waiter = entry.origin = Waiter()
    if not log.offer(entry):
        raise SlowDown(RETRY_S)
    await waiter.ended()


def submit(log: Log, entry: Entry) -> Awaitable[None] | None:
    """Hands in an entry of a connection, which is told later how it ended. None when the log has taken it,
    else what to wait for until it has."""
    return None if log.offer(entry) else log.append(entry)
