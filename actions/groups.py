"""Groups: making and joining them. Both take effect on the connections that are open."""

from actions import delivery
from actions.accounts import public_row
from actions.services import Services
from log.entries import CreateGroup, Join
from models import groups as models
from protocol import rows
from protocol.groups import ListMembers


async def create(app: Services, owner_id: int, name: str, icon: str, cate: int, memo: str) -> rows.Group:
    """A new group; its row. The owner is in it from now on."""
    name, memo = app.words.check(name), app.words.check(memo)
    entry = CreateGroup(owner_id, name, icon, cate, memo, app.config.communities.max_owned)
    await delivery.commit(app.log, entry)
    assert entry.row is not None
    return entry.row


async def join(app: Services, user_id: int, community_id: int) -> None:
    """The user is in the group from now on. Joining again changes nothing and tells nobody."""
    await delivery.commit(app.log, Join(user_id, community_id))


async def members(app: Services, user_id: int, command: ListMembers) -> tuple[list[rows.Member], bool]:
    """Who is in a group, and whether there are more. Raises as `models.groups.members`."""
    dstid, after, q, limit = command.dstid, command.after, command.q, command.limit
    found, more = await app.db.read(models.members, user_id, dstid, after, q, limit)
    return [
        {**public_row(app, user_id, row, acquainted=True), "role": row["role"], "joinedat": row["joinedat"]}
        for row in found
    ], more
