"""Who belongs to a group, and as what.

`member` is the one truth of it; beside the group stands how many there are, and the lists of classic pages
(`contact`) follow in the same transaction. All that changes it runs in the log's, with the group's
conversation locked. Nothing here reads all members of a group.
"""

from collections.abc import Sequence
from typing import NamedTuple

from peewee import SQL, fn

from database.prepared import Prepared, PreparedFor
from models.contacts import add_contact
from models.tables import (
    ADMIN,
    COMMUNITY,
    LEFT,
    MEMBER,
    MUTED,
    Community,
    Contact,
    Member,
    StoredMessage,
)
from protocol.errors import NotFound, Refused
from protocol.messages import Media

#: People who are told apart one by one.
MANY = 1000
#: Messages that are looked at before somebody comes.
_FEW_NOTICES = 100


def not_here() -> NotFound:
    return NotFound("该用户不是群成员", "Not a member of this group")


class Standing(NamedTuple):
    """What somebody is in a group. `bars` and `muted_until` as of their row; `LEFT` also for who was never
    in."""

    role: int
    bars: int = 0
    muted_until: int = 0
    known: bool = True  #: there is a row of theirs


def standing(conversation_id: int, user_ids: Sequence[int]) -> dict[int, Standing]:
    """Of each of these users."""
    found = {
        user_id: Standing(role, bars, muted_until)
        for user_id, role, bars, muted_until in _standing(user_ids, before=(conversation_id,))
    }
    return {user_id: found.get(user_id, Standing(LEFT, known=False)) for user_id in user_ids}


_standing = PreparedFor(
    lambda listed: Member.select(Member.user_id, Member.role, Member.bars, Member.muted_until).where(
        Member.conversation_id == 0, Member.user_id.in_(listed)
    )
)


def heads(conversation_id: int) -> list[int]:
    """Owner and admins."""
    return [user_id for (user_id,) in _heads(conversation_id, ADMIN)]


_heads = Prepared(lambda: Member.select(Member.user_id).where(Member.conversation_id == 0, Member.role >= 0))


def admins(conversation_id: int) -> int:
    """How many there are beside the owner."""
    here = (Member.conversation_id == conversation_id) & (Member.role == ADMIN)
    return int(Member.select(fn.COUNT(SQL("*"))).where(here).scalar())


def is_silent(conversation_id: int, seq: int) -> bool:
    """Whether nothing but notices, and few of them and no announcements, was said up to `seq`: nothing to
    keep from newcomers."""
    if seq > _FEW_NOTICES:
        return False
    m = StoredMessage
    spoken = (m.media != Media.NOTICE) | (m.at != "")
    said = m.select(m.seq).where(m.conversation_id == conversation_id, m.seq <= seq, spoken)
    return not said.exists()


def unaware(conversation_id: int, seq: int) -> list[int]:
    """Members whose conversation began behind this message: they are not told what becomes of it. `MANY` at
    most."""
    return [user_id for (user_id,) in _unaware(conversation_id, seq, seq, LEFT, MANY)]


_unaware = Prepared(
    lambda: (
        Member.select(Member.user_id)
        .where(Member.conversation_id == 0, Member.cleared >= 0, Member.joined_seq >= 0, Member.role > 0)
        .limit(1)
    )
)


def came_after(user_id: int, conversation_id: int, seq: int) -> bool:
    """Whether a member's conversation began behind this message."""
    return bool(_came_after(conversation_id, user_id, seq, seq))


_came_after = Prepared(
    lambda: Member.select(Member.user_id).where(
        Member.conversation_id == 0, Member.user_id == 0, Member.cleared >= 0, Member.joined_seq >= 0
    )
)


# --- coming and going ---------------------------------------------------------------------------------------


def come(
    user_id: int,
    community_id: int,
    conversation_id: int,
    reached: tuple[int, int],
    bars: int,
    *,
    sees: bool,
    most: int,
    now: int,
) -> None:
    """Somebody who is not in comes into a group, whose conversation has `reached` a seq, and its last message
    was at some time; `sees`: also what was said before. Raises `Refused` when there are `most` already: the
    row of the group decides, whoever else comes at the same time."""
    room = Community.update(members=Community.members + 1).where(
        Community.id == community_id, Community.members < most
    )
    if not room.execute():
        raise Refused(f"群成员已满（{most}人）", f"The group is full ({most} members)")
    seq, updateat = reached
    row: dict[str, object] = {"role": MEMBER, "bars": bars, "read": seq, "joined_seq": seq, "createat": now}
    row |= {"cleared": 0 if sees else seq, "view_last": 0, "view_at": 0}
    row |= {"view_seq": 0 if sees else seq, "view_time": 0 if sees else updateat}
    anew = dict.fromkeys(("said", "pinned", "muted", "archived", "marked"), 0)
    if not Member.update({**row, **anew, "called": ""}).where(*_row(user_id, conversation_id)).execute():
        Member.insert(row, user_id=user_id, conversation_id=conversation_id).execute()
    add_contact(user_id, community_id, COMMUNITY, now)


def go(user_id: int, community_id: int, conversation_id: int, seq: int, ver: int, now: int) -> None:
    """A member is none any more. Their row stays, as it was when they went: it tells their devices."""
    gone = {
        "role": LEFT,
        "bars": Member.bars.bin_and(MUTED),
        "read": seq,
        "said": 0,
        "marked": 0,
        "view_seq": seq,
        "view_last": seq,
        "view_time": ver,
        "view_at": now,
    }
    Member.update(gone).where(*_row(user_id, conversation_id)).execute()
    Community.update(members=Community.members - 1).where(Community.id == community_id).execute()
    Contact.delete().where(
        Contact.ownerid == user_id, Contact.dstobj == community_id, Contact.cate == COMMUNITY
    ).execute()


def was_in(user_id: int, conversation_id: int) -> bool:
    """Whether they have left it."""
    here = (*_row(user_id, conversation_id), Member.role == LEFT)
    return Member.select(Member.user_id).where(*here).exists()


def forget(user_id: int, conversation_id: int) -> int:
    """Who has left takes the group off their list of conversations, for good; up to which message."""
    row = Member.select(Member.view_seq, Member.cleared).where(*_row(user_id, conversation_id)).tuples().get()
    if row[1] >= row[0]:
        return 0
    Member.update(cleared=row[0], view_last=0).where(*_row(user_id, conversation_id)).execute()
    return int(row[0])


# --- what a member is ---------------------------------------------------------------------------------------


def set_role(user_id: int, conversation_id: int, role: int) -> None:
    Member.update(role=role).where(*_row(user_id, conversation_id)).execute()


def set_alias(user_id: int, conversation_id: int, alias: str) -> bool:
    """What a member is called there; False when that is so already."""
    here = (*_row(user_id, conversation_id), Member.called != alias)
    return bool(Member.update(called=alias).where(*here).execute())


def mute(user_id: int, conversation_id: int, bars: int, until: int) -> None:
    """A member with these `bars` can't write until then (ms), 0 for who can."""
    bars = bars | MUTED if until else bars & ~MUTED
    Member.update(bars=bars, muted_until=until).where(*_row(user_id, conversation_id)).execute()


def _row(user_id: int, conversation_id: int) -> tuple[object, object]:
    return Member.user_id == user_id, Member.conversation_id == conversation_id
