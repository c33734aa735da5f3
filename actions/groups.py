"""Communities: making and joining groups. Both take effect on the sockets that are open."""

import logging

from actions import messages
from actions.services import Services
from models import accounts, groups
from protocol.clock import now_ms
from protocol.errors import Refusal
from protocol.frames import event
from protocol.messages import ROOM, Cmd

logger = logging.getLogger("magpie.communities")


async def create(app: Services, owner_id: int, name: str, icon: str, cate: int, memo: str) -> dict:
    """A new group; its row. The owner is in its room from now on."""
    max_owned = app.config.communities.max_owned
    row = await app.db.write(groups.create_community, owner_id, name, icon, cate, memo, max_owned, now_ms())
    await _announce(app, owner_id, row["id"], "created", "创建了群")
    return row


async def join(app: Services, user_id: int, community_id: int) -> None:
    """The user is in the group's room from now on. Joining again changes nothing and tells nobody."""
    if await app.db.write(groups.join_community, user_id, community_id, now_ms()):
        await _announce(app, user_id, community_id, "joined", "加入了群")


async def _announce(app: Services, user_id: int, community_id: int, what: str, deed: str) -> None:
    """Open sockets enter the room first, so that they get what is told to it: the event, then the notice."""
    app.hub.membership_changed(user_id, community_id, joined=True)
    changed = event(Cmd.COMMUNITY_CHANGED, what=what, dstid=community_id, userid=user_id, kind=ROOM)
    app.hub.tell_group(community_id, changed)
    nickname = (await app.db.read(accounts.find_user, user_id))["nickname"]
    try:
        await messages.notice(app, user_id, community_id, f"{nickname}{deed}")
    except Refusal as refusal:
        # The group is made or joined: a failure here must not be answered as one of that.
        logger.warning("no notice in community %d: %s", community_id, refusal)
