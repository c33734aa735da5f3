"""When connections are written to: all that were sent something in one turn of the loop, in the next."""

import asyncio

from hub.connection import Connection


class Writing:
    def __init__(self) -> None:
        self._dirty: list[Connection] = []

    def schedule(self, connection: Connection) -> None:
        """It was sent something, the first in this turn of the loop."""
        if not self._dirty:
            asyncio.get_running_loop().call_soon(self.flush)
        self._dirty.append(connection)

    def flush(self) -> None:
        """Writes what is queued now."""
        dirty, self._dirty = self._dirty, []
        for connection in dirty:
            connection.flush()
