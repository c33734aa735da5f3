"""What other processes did and this one did not hear of, read from the database."""

import asyncio
import random
from collections.abc import Sequence
from typing import TYPE_CHECKING

from actions import operators, settings
from actions.delivery import aware, concerned
from hub.audience import V2
from hub.ports.bus import Publication
from models import missed, sessions, state
from protocol import frames
from protocol.clock import now_ms
from protocol.messages import Media

if TYPE_CHECKING:
    from actions.services import Services
    from hub.connection import Connection

#: Connections whose sessions and groups are read at once.
_SLICE = 500
#: Clients that are told to catch up in a second: each asks for its list, which takes a millisecond or more.
_A_SECOND = 200


async def catch_up(app: "Services", lost: bool) -> None:
    """Who hides, who is muted, and sessions and groups of all connections, are read again. If something was
    `lost`, each v2 client then gets a second welcome, at which it asks for what is new, a few at a time.
    Raises `TryAgain` when the database is away."""
    await _refresh(app)
    connections = app.hub.all_connections()
    for start in range(0, len(connections), _SLICE):
        await _read_again(app, connections[start : start + _SLICE])
    if not lost:
        return
    epoch = await app.db.read(sessions.epoch)
    clients = [connection for connection in connections if connection.v2]
    random.shuffle(clients)
    for number, connection in enumerate(clients, 1):
        if not connection.closed:
            hub = app.config.hub
            connection.tell(frames.welcome(epoch, now_ms(), hub.heartbeat, hub.max_frame))
        if number % (_A_SECOND // 10) == 0:
            await asyncio.sleep(0.1)


async def _refresh(app: "Services") -> None:
    """What is kept in memory of all users, of whom others may have decided unheard."""
    app.typing.forget()
    await settings.read_again(app)
    await operators.read_again(app)


async def _read_again(app: "Services", connections: Sequence["Connection"]) -> None:
    left = list(connections)
    while left:
        mark = app.hub.journal.mark
        pairs = {(connection.user_id, connection.session_id) for connection in left}
        living, groups = await app.db.read(sessions.standing, pairs)
        for connection in left:
            if connection.session_id not in living:
                app.hub.end(connection)
        left = [
            connection
            for connection in left
            if not connection.closed
            and not app.hub.enter_again(connection, groups.get(connection.user_id, ()), mark)
        ]


async def heal(app: "Services", changes: Sequence[range]) -> None:
    """Another process has committed these changes and told nobody: it was killed between the two, or the
    answer to its COMMIT was lost. What was said is told to those who are connected here; each process does
    so for its own."""
    await _refresh(app)
    items = []
    for found, change in await app.db.read(missed.under, changes):
        if isinstance(found, missed.Changed):
            userid, kind, dstid = found[:3]
            told = frames.changed(found.cmd, found.receipt, kind, dstid, userid, found.told)
            users, group, audience = aware(kind, dstid, userid, found.unaware)
            items.append(Publication(told, users, group, audience=audience, change=change))
        else:
            message, receipt = found
            userid, kind, dstid = message.userid, message.cmd, message.dstid
            told, for_all = message.encode(receipt), message.media != Media.NOTICE
            users, group = concerned(kind, dstid, userid)
            items.append(Publication(told, users, group, audience=None if for_all else V2, change=change))
    app.hub.ports.bus.heal(items, changes)


class Looking:
    """`known`: as it was read before anything else, at the start."""

    def __init__(self, app: "Services", known: state.Told) -> None:
        self._app, self._known = app, known

    async def look(self) -> None:
        """How far the change numbers have come: what of them nobody tells of is then read. And whether a
        command has changed something: then all is read again. Raises `TryAgain` when the database is away."""
        told = await self._app.db.read(state.told)
        before, self._known = self._known, told
        self._app.hub.ports.bus.committed(told.change)
        if (told.ordered, told.said) != (before.ordered, before.said):
            hub = self._app.hub
            hub.journal.forget()  # who is in the door asks again, too
            (hub.recovery.missed if told.said != before.said else hub.recovery.doubt)()


async def tell_servers(app: "Services", said: bool) -> None:
    """For a command that has changed something beside servers that run: their next look finds it, and with
    `said` their clients ask what is new."""
    await app.db.write_always(state.tell, said)
