"""Presence: who came online and who went, told to those friends who can see it; and who is never seen."""

import asyncio
from typing import TYPE_CHECKING

from hub.audience import V2, Looking
from hub.ports.bus import Publication
from hub.ports.control import ContactChanged, Order, SettingsChanged
from log.entries import Decide
from models import contacts
from protocol.errors import Refusal
from protocol.frames import contact_updated, event
from protocol.messages import SINGLE, Cmd

if TYPE_CHECKING:
    from actions.services import Services

#: Friends who are told between two turns of the loop.
_SLICE = 64


def seen(app: "Services", viewer_id: int, user_id: int) -> int:
    """1 if the viewer, who is acquainted with the user, sees them online: who is not seen sees nobody, and
    whom the user blocks does not see them."""
    unseen = app.privacy.unseen
    shown = viewer_id not in unseen and user_id not in unseen and not app.privacy.blocks(user_id, viewer_id)
    return int(shown and app.hub.online(user_id))


def switched(app: "Services", user_id: int, seen: bool) -> None:
    """Somebody is seen from now on, or no longer."""
    app.hub.announcer.switched(user_id, seen and app.hub.online(user_id))


def parted(app: "Services", order: ContactChanged) -> None:
    """Somebody blocks another one, or not any more: a friend sees them go, or come again. Each process tells
    whom it has."""
    user_id, other_id = order.user_id, order.other_id
    unseen = app.privacy.unseen
    if user_id in unseen or other_id in unseen or not app.hub.online(user_id):
        return
    if order.friends:
        told = event(Cmd.PRESENCE, userid=user_id, online=int(not order.blocks))
        look = Looking(SINGLE, user_id, user_id, friends=True)
        app.hub.deliver([Publication(told, users=(other_id,), audience=look)])


def decided(entry: Decide) -> list[Publication | Order]:
    """The news of settings: what hides somebody is so in every process. Their own pages hear that something
    was decided, and those of their single chats where read marks come or go: they ask for their list."""
    if not entry.changed or entry.stands is None:
        return []
    user_id = entry.userid
    told = contact_updated(user_id, user_id)
    order = SettingsChanged(user_id, entry.stands["online"], entry.stands["read"])
    peers = entry.peers if "read" in entry.changed else ()
    return [order, Publication(told, (user_id, *peers), audience=V2)]


async def announce(app: "Services", changes: dict[int, int]) -> None:
    """Tells of each user in `changes`, 1 who came and 0 who went, to the friends who have their chat or the
    list of friends on the screen here; other processes tell those whom they have. One query, whatever their
    number. While the server stops nobody is told that all others go: they come back elsewhere, or in a
    moment. Who hides is told nothing, and of them only that they are gone."""
    if app.draining:
        return
    viewers = app.hub.watchers.user_ids().difference(app.privacy.unseen)
    try:
        concerned = await app.db.read(contacts.friends_among, viewers, changes.keys())
    except Refusal:  # the database does not answer: who looks at the list next asks for it anew
        return
    unseen = app.privacy.unseen  # who has switched meanwhile, too
    told = {
        user_id: (
            event(Cmd.PRESENCE, userid=user_id, online=online),
            Looking(SINGLE, user_id, user_id, friends=True),
        )
        for user_id, online in changes.items()
        if not online or user_id not in unseen
    }
    lists = [
        (viewer, [one for one in user_ids if one in told and not app.privacy.blocks(one, viewer)])
        for viewer, user_ids in concerned.items()
        if viewer not in unseen
    ]
    for start in range(0, len(lists), _SLICE):  # by viewer, so that each gets all of it with one write
        app.hub.deliver(
            [
                Publication(told[user_id][0], users=(viewer,), audience=told[user_id][1])
                for viewer, user_ids in lists[start : start + _SLICE]
                for user_id in user_ids
            ]
        )
        await asyncio.sleep(0)
