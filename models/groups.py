"""Communities: the stored groups, who made them and who is in."""

from collections.abc import Collection

from database.prepared import Prepared
from models.contacts import add_contact
from models.conversations import add_member, open_room
from models.tables import COMMUNITY, Community, Contact
from protocol import rows
from protocol.errors import NotFound, Refused

_ROW = (
    Community.id,
    Community.name,
    Community.ownerid,
    Community.icon,
    Community.cate,
    Community.memo,
    Community.createat,
)


def create_community(
    owner_id: int, name: str, icon: str, cate: int, memo: str, max_owned: int, now: int
) -> rows.Group:
    """A new group with its owner as the first member; `Refused` when the owner has `max_owned`. Its icon is
    attached by the log, with all else that a batch shows."""
    slot = _take_slot(
        {"ownerid": owner_id, "name": name, "icon": icon, "cate": cate, "memo": memo, "createat": now},
        max_owned,
    )
    row = Community.select(*_ROW).where(Community.ownerid == owner_id, Community.slot == slot).dicts().get()
    add_contact(owner_id, row["id"], COMMUNITY, now)
    add_member(open_room(row["id"], now), owner_id, 0, now)
    return row


def join_community(user_id: int, community_id: int, seq: int, now: int) -> bool:
    """Put the group on the user's list and the user in its room, which has come to `seq`; False when that was
    done before."""
    if not Community.select(Community.id).where(Community.id == community_id).exists():
        raise NotFound("该群不存在", "No such group")
    if not add_contact(user_id, community_id, COMMUNITY, now):
        return False
    add_member(open_room(community_id, now), user_id, seq, now)
    return True


def made_at(owner_id: int, times: Collection[int]) -> rows.Group | None:
    """The group that an owner made at one of these times (ms), None when there is none."""
    mine = (Community.ownerid == owner_id) & Community.createat.in_(list(times))
    return Community.select(*_ROW).where(mine).dicts().first()


def communities_of(user_id: int) -> list[rows.Group]:
    """The groups a user made or joined, in that order."""
    return _groups.dicts(user_id, COMMUNITY)


_groups = Prepared(
    lambda: (
        Community.select(*_ROW)
        .join(Contact, on=(Contact.dstobj == Community.id))
        .where(Contact.ownerid == 0, Contact.cate == 0)
        .order_by(Contact.id)
    )
)


def _take_slot(row: dict[str, object], max_owned: int) -> int:
    """Store the row in the owner's first free slot.

    A slot that looks free may be taken by a transaction running beside this one: the index says so, and the
    next slot is tried.
    """
    owned = Community.select(Community.slot).where(Community.ownerid == row["ownerid"]).tuples()
    taken = {slot for (slot,) in owned}
    if len(taken) < max_owned:
        for slot in range(1, max_owned + 1):
            if (
                slot not in taken
                and Community.insert(row, slot=slot).on_conflict_ignore().as_rowcount().execute()
            ):
                return slot
    raise Refused(f"一个用户最多只能创建{max_owned}个群", f"A user can create {max_owned} groups at most")
