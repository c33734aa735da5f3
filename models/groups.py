"""Groups ("communities" on the wire): what they are called and what holds in them. Who belongs is in
`models.members`, how one comes in in `models.joining`."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from peewee import SQL, IntegrityError, ModelSelect

from database.base import database
from database.prepared import Prepared
from models.access import no_group, refusal
from models.contacts import add_contact
from models.conversations import add_member, open_room
from models.tables import COMMUNITY, DISSOLVED, MUTED, OWNER, Community, Conversation, Member, key_of
from protocol.clock import now_ms
from protocol.errors import Refused
from protocol.joining import JoinedGroup, SeenGroup
from protocol.messages import ROOM

_ROOM = SQL(str(ROOM))

#: The columns of `protocol.rows.Group`.
STORED = (
    Community.id,
    Community.name,
    Community.ownerid,
    Community.icon,
    Community.cate,
    Community.memo,
    Community.createat,
)
_ROW = (
    *STORED,
    Community.members,
    Community.joining,
    Community.notice,
    Community.notice_by,
    Community.notice_at,
    Community.history,
    Community.muted_until,
    Community.dissolved,
)

#: What a member is there.
_SEAT = (Member.role, Member.called, Member.muted_until)


class Group(NamedTuple):
    """A group as it is stored, but for its slot."""

    id: int
    name: str
    ownerid: int
    icon: str
    cate: int
    memo: str
    createat: int
    members: int
    joining: str
    notice: str
    notice_by: int
    notice_at: int
    history: int
    muted_until: int
    dissolved: int

    def row(self, role: int, alias: str, muted_until: int, now: int) -> JoinedGroup:
        """As told to a member of this role who is called so there, and muted so long."""
        return {
            "id": self.id,
            "name": self.name,
            "ownerid": self.ownerid,
            "icon": self.icon,
            "cate": self.cate,
            "memo": self.memo,
            "createat": self.createat,
            "members": self.members,
            "role": role,
            "notice": {"content": self.notice, "userid": self.notice_by, "createat": self.notice_at},
            "join": self.joining,
            "muted": int(self.muted_until > now),
            "all_muted_until": self.muted_until if self.muted_until > now else 0,
            "muted_until": muted_until if muted_until > now else 0,
            "history": self.history,
            "alias": alias,
        }

    def preview(self) -> SeenGroup:
        """As told to an outsider."""
        return {
            "id": self.id,
            "name": self.name,
            "icon": self.icon,
            "memo": self.memo,
            "members": self.members,
            "join": self.joining,
        }


def create_community(
    owner_id: int, name: str, icon: str, cate: int, memo: str, max_owned: int, now: int, history: int = 1
) -> JoinedGroup:
    """A new group with its owner as the first member; `Refused` when the owner has `max_owned`. Its icon is
    attached by the log, with all else that a batch shows. `history`: newcomers see what was before."""
    said = {"name": name, "icon": icon, "cate": cate, "memo": memo, "createat": now, "members": 1}
    slot = _take_slot({"ownerid": owner_id, **said, "history": history}, max_owned)
    made = (Community.ownerid == owner_id) & (Community.slot == slot)
    group = Group._make(Community.select(*_ROW).where(made).tuples().get())
    add_contact(owner_id, group.id, COMMUNITY, now)
    add_member(open_room(group.id, now), owner_id, 0, now, OWNER)
    return group.row(OWNER, "", 0, now)


def made_at(owner_id: int, times: Collection[int]) -> JoinedGroup | None:
    """The group that an owner made at one of these times (ms), None when there is none."""
    mine = (Community.ownerid == owner_id) & Community.createat.in_(list(times))
    for values in Community.select(*_ROW).where(mine).tuples():
        return Group._make(values).row(OWNER, "", 0, now_ms())
    return None


def group(community_id: int) -> Group:
    """A group, or `NotFound`."""
    for values in _group(community_id):
        return Group._make(values)
    raise no_group()


_group = Prepared(lambda: Community.select(*_ROW).where(Community.id == 0))


def info(user_id: int, community_id: int, now: int) -> SeenGroup:
    """A group as the caller may see it: nobody who is not in it sees one that is over."""
    found = group(community_id)
    for role, alias, muted_until in _mine(key_of(user_id, ROOM, community_id), user_id):
        told: SeenGroup = {**found.row(role, alias, muted_until, now)}  # type: ignore[typeddict-item]
        return {**told, "dissolved": 1} if found.dissolved else told
    if found.dissolved:
        raise no_group()
    return found.preview()


_mine = Prepared(
    lambda: (
        Member.select(*_SEAT)
        .join(Conversation, on=(Conversation.id == Member.conversation_id))
        .where(Conversation.key == "", Member.user_id == 0, Member.role > SQL("0"))
    )
)


def row_of(user_id: int, community_id: int, now: int) -> JoinedGroup:
    """The row of a group that the caller is in. Raises as `locate`."""
    found = group(community_id)
    for role, alias, muted_until in _mine(key_of(user_id, ROOM, community_id), user_id):
        return found.row(role, alias, muted_until, now)
    raise refusal(ROOM, community_id)


def _told(row: Sequence[Any], now: int) -> JoinedGroup:
    """Of columns `_SEAT` and `_ROW`."""
    seat = len(_SEAT)
    role, alias, muted_until = row[:seat]
    return Group._make(row[seat:]).row(role, alias, muted_until, now)


def communities_of(user_id: int) -> list[JoinedGroup]:
    """The groups that a user is in, in the order in which they came there."""
    now = now_ms()
    return [_told(row, now) for row in _groups(user_id)]


_groups = Prepared(
    lambda: (
        Community.select(*_SEAT, *_ROW)
        .join(Conversation, on=(Conversation.a == Community.id))
        .join(Member, on=(Member.conversation_id == Conversation.id))
        .where(
            Member.user_id == 0,
            Member.role > SQL("0"),
            Conversation.kind == _ROOM,
            Community.dissolved == SQL("0"),
        )
        .order_by(Member.createat, Community.id)
    )
)


def groups_of_both(user_id: int, other_id: int) -> list[JoinedGroup]:
    """The groups that both are in, in the order in which `user_id` came into them."""
    now = now_ms()
    return [_told(row, now) for row in _shared(user_id, other_id)]


def _groups_of_both() -> ModelSelect:
    theirs = Member.alias()
    return (
        Community.select(*_SEAT, *_ROW)
        .join(Conversation, on=(Conversation.a == Community.id))
        .join(Member, on=(Member.conversation_id == Conversation.id))
        .switch(Conversation)
        .join(theirs, on=(theirs.conversation_id == Conversation.id))
        .where(
            Member.user_id == 0,
            theirs.user_id == 0,
            Member.role > SQL("0"),
            theirs.role > SQL("0"),
            Conversation.kind == _ROOM,
            Community.dissolved == SQL("0"),
        )
        .order_by(Member.createat, Community.id)
    )


_shared = Prepared(_groups_of_both)


# --- changing one: in the log, with its conversation locked ------------------------------------------------


def update(community_id: int, changes: Mapping[str, object]) -> None:
    """Sets some of its columns."""
    Community.update(changes).where(Community.id == community_id).execute()


def transfer(community_id: int, new_owner: int, max_owned: int) -> None:
    """The group is another's; `Refused` when they have `max_owned`. Which of their slots it takes the unique
    index decides, against whatever they make or are given at the same time."""
    for slot in _free_slots(new_owner, max_owned):
        try:
            with database.atomic():
                update(community_id, {"ownerid": new_owner, "slot": slot})
                return
        except IntegrityError:
            continue
    raise Refused(f"对方已有{max_owned}个群", f"They have {max_owned} groups already")


def mute_all(community_id: int, conversation_id: int, bars: int, until: int) -> None:
    """Only owner and admins write until then (ms), 0 for all. `bars`: of the conversation, as they are."""
    update(community_id, {"muted_until": until})
    bars = bars | MUTED if until else bars & ~MUTED
    Conversation.update(bars=bars).where(Conversation.id == conversation_id).execute()


def dissolve(community_id: int, conversation_id: int, bars: int, now: int) -> None:
    """The group is over, and counts among its owner's no more."""
    update(community_id, {"dissolved": now, "slot": -community_id})
    Conversation.update(bars=bars | DISSOLVED).where(Conversation.id == conversation_id).execute()


def _free_slots(owner_id: int, max_owned: int) -> Iterator[int]:
    """Those that look free now, of the first `max_owned`; none when so many are taken."""
    owned = Community.select(Community.slot).where(Community.ownerid == owner_id, Community.slot > 0)
    taken = {slot for (slot,) in owned.tuples()}
    if len(taken) < max_owned:
        yield from (slot for slot in range(1, max_owned + 1) if slot not in taken)


def _take_slot(row: dict[str, object], max_owned: int) -> int:
    """Store the row in the owner's first free slot.

    A slot that looks free may be taken by a transaction running beside this one: the index says so, and the
    next slot is tried.
    """
    for slot in _free_slots(int(str(row["ownerid"])), max_owned):
        if Community.insert(row, slot=slot).on_conflict_ignore().as_rowcount().execute():
            return slot
    raise Refused(f"一个用户最多只能创建{max_owned}个群", f"A user can create {max_owned} groups at most")
