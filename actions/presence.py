"""Presence: who came online and who went, told to those friends who can see it."""

import asyncio
from typing import TYPE_CHECKING

from hub.audience import Looking
from hub.ports.bus import Publication
from models import contacts
from protocol.errors import Refusal
from protocol.frames import event
from protocol.messages import SINGLE, Cmd

if TYPE_CHECKING:
    from actions.services import Services

#: Friends who are told between two turns of the loop.
_SLICE = 64


async def announce(app: "Services", changes: dict[int, int]) -> None:
    """Tells of each user in `changes`, 1 who came and 0 who went, to the friends who have their chat or the
    list of friends on the screen here; other processes tell those whom they have. One query, whatever their
    number. While the server stops nobody is told that all others go: they come back elsewhere, or in a
    moment."""
    if app.draining:
        return
    viewers = app.hub.watchers.user_ids()
    try:
        concerned = await app.db.read(contacts.friends_among, viewers, changes.keys())
    except Refusal:  # the database does not answer: who looks at the list next asks for it anew
        return
    told = {
        user_id: (
            event(Cmd.PRESENCE, userid=user_id, online=online),
            Looking(SINGLE, user_id, user_id, friends=True),
        )
        for user_id, online in changes.items()
    }
    lists = list(concerned.items())
    for start in range(0, len(lists), _SLICE):  # by viewer, so that each gets all of it with one write
        app.hub.deliver(
            [
                Publication(told[user_id][0], users=(viewer,), audience=told[user_id][1])
                for viewer, user_ids in lists[start : start + _SLICE]
                for user_id in user_ids
            ]
        )
        await asyncio.sleep(0)
