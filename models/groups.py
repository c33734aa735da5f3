"""Communities: the stored groups, who made them and who is in."""

from collections.abc import Collection

from database.prepared import Prepared
from models.access import locate
from models.accounts import PROFILE
from models.contacts import add_contact
from models.conversations import add_member, open_room
from models.tables import COMMUNITY, Community, Contact, Member, User
from protocol import rows
from protocol.errors import NotFound, Refused
from protocol.messages import ROOM

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


#: What the caller of `members` is in a group: the owner, or one of the others.
_MEMBER, _OWNER = 1, 3


def members(
    user_id: int, community_id: int, after: int | None, q: str, limit: int
) -> tuple[list[rows.Membership], bool]:
    """The owner of a group, then the others in the order of joining, behind member `after`; with `q` those
    whose name has it. And whether there are more. Raises as `locate`, and `NotFound` when `after` is no
    member."""
    view = locate(user_id, ROOM, community_id, strangers=False)
    assert view is not None  # a group has one
    owner = Community.select(Community.ownerid).where(Community.id == community_id).scalar()
    here = Member.conversation_id == view.id
    joined = list(Member.select(Member.user_id, Member.createat).where(here).tuples())
    joined.sort(key=lambda row: (row[0] != owner, row[1], row[0]))
    times = dict(joined)
    ids = list(times)
    if after is not None:
        if after not in times:
            raise NotFound("该用户不是群成员", "Not a member of this group")
        ids = ids[ids.index(after) + 1 :]
    if q:
        # Not by the database: each has its own idea of which letters are the same.
        names = User.select(User.id, User.nickname).join(Member, on=(Member.user_id == User.id)).where(here)
        wanted = q.casefold()
        having = {number for number, name in names.tuples() if wanted in name.casefold()}
        ids = [number for number in ids if number in having]
    shown = ids[:limit]
    found: dict[int, rows.Profile] = {
        row["id"]: row for row in User.select(*PROFILE).where(User.id.in_(shown)).dicts()
    }
    return [
        {**found[number], "role": _OWNER if number == owner else _MEMBER, "joinedat": times[number]}
        for number in shown
        if number in found
    ], len(ids) > limit


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
