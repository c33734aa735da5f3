"""Who belongs to a group, and as what.

`member` is the one truth of it; beside the group stands how many there are, and the lists of classic pages
(`contact`) follow in the same transaction. All that changes it runs in the log's, with the group's
conversation locked. Nothing here reads all members of a group.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from peewee import SQL, ModelSelect, fn

from database.prepared import Prepared, PreparedFor
from models.access import locate
from models.accounts import PROFILE
from models.contacts import add_contact
from models.pinyin import is_called, name_of
from models.tables import (
    ADMIN,
    COMMUNITY,
    LEFT,
    MEMBER,
    MUTED,
    OWNER,
    Community,
    Contact,
    Member,
    User,
)
from models.words import Word, words_in
from protocol import rows
from protocol.errors import NotFound, Refused
from protocol.messages import ROOM

#: Names that one call looks through, and how many it reads at once.
MOST_NAMES, _NAMES = 4000, 500


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


def off_all_lists(community_id: int, conversation_id: int) -> None:
    """No classic page shows the group any more."""
    here = Member.select(Member.user_id).where(Member.conversation_id == conversation_id)
    Contact.delete().where(
        Contact.dstobj == community_id, Contact.cate == COMMUNITY, Contact.ownerid.in_(here)
    ).execute()


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


# --- the list of them ---------------------------------------------------------------------------------------


class Cursor(NamedTuple):
    """A place in the list: owner, admins, then the others, each in the order of coming."""

    role: int
    createat: int
    user_id: int


def listed(
    user_id: int, community_id: int, after: int | None, q: str, limit: int
) -> tuple[list[rows.Membership], bool, int]:
    """Members in the order of the list, behind member `after`; with `q` those whose name or alias has it or
    sounds like it. Whether there are more, and the last that was looked at, behind whom they are. Raises as
    `locate`, and `NotFound` when `after` was never a member.

    A name is not looked for by the database (each has its own idea of which letters are the same, none knows
    how characters sound), but in `MOST_NAMES` rows, read in the order of the list."""
    view = locate(user_id, ROOM, community_id, strangers=False)
    assert view is not None  # a group has one
    cursor = Cursor(OWNER + 1, 0, 0) if after is None else _cursor(view.id, after)
    chosen: list[int] = []
    last, more = 0, False
    if q:
        wanted, text = list(words_in(q)), q.casefold()
        looked = 0
        for number, nickname, alias in _names(view.id, cursor):
            if len(chosen) == limit or looked == MOST_NAMES:
                more = True
                break
            looked, last = looked + 1, number
            names = (alias, nickname) if alias else (nickname,)
            if any(text in name.casefold() or _sounds(name, wanted) for name in names):
                chosen.append(number)
    else:
        chosen = [place.user_id for place in _places(view.id, cursor, limit + 1)]
        more = len(chosen) > limit
        chosen = chosen[:limit]
        last = chosen[-1] if chosen else 0
    return _rows(view.id, chosen), more, last


def _sounds(name: str, wanted: Sequence[Word]) -> bool:
    return bool(wanted) and is_called(name_of(name), wanted)


def _cursor(conversation_id: int, user_id: int) -> Cursor:
    """Where a member stands; who has left meanwhile, where they stood as an ordinary one."""
    place = Member.select(Member.role, Member.createat).where(*_row(user_id, conversation_id)).tuples()
    for role, createat in place:
        return Cursor(role or MEMBER, createat, user_id)
    raise NotFound("该用户不是群成员", "Not a member of this group")


def _places(conversation_id: int, cursor: Cursor, limit: int) -> list[Cursor]:
    """The next ones: each role is a range of the index, in its order."""
    found: list[Cursor] = []
    for role in (OWNER, ADMIN, MEMBER):
        if role > cursor.role or len(found) >= limit:
            continue
        since = (cursor.createat, cursor.user_id) if role == cursor.role else (-1, 0)
        some = _in_role(conversation_id, role, since[0], *since, limit - len(found))
        found += [Cursor(role, createat, number) for createat, number in some]
    return found


def _of_role() -> ModelSelect:
    m = Member
    behind = (m.createat >= 0) & ((m.createat > 0) | (m.user_id > 0))
    here = m.select(m.createat, m.user_id).where(m.conversation_id == 0, m.role == 0, behind)
    return here.order_by(m.createat, m.user_id).limit(1)


_in_role = Prepared(_of_role)


def _names(conversation_id: int, cursor: Cursor) -> Iterator[tuple[int, str, str]]:
    """Members behind a place, with what they are called."""
    while some := _places(conversation_id, cursor, _NAMES):
        ids = [place.user_id for place in some]
        called = {row[0]: row for row in _called(ids, before=(conversation_id,))}
        for number in ids:
            if number in called:
                yield called[number]
        cursor = some[-1]


_called = PreparedFor(
    lambda listed: (
        User.select(User.id, User.nickname, Member.called)
        .join(Member, on=((Member.user_id == User.id) & (Member.conversation_id == 0)))
        .where(User.id.in_(listed))
    )
)


def _rows(conversation_id: int, ids: Sequence[int]) -> list[rows.Membership]:
    if not ids:
        return []
    found: dict[int, rows.Membership] = {
        row["id"]: row
        for row in User.select(
            *PROFILE,
            Member.role,
            Member.called.alias("alias"),
            Member.muted_until,
            Member.createat.alias("joinedat"),
        )
        .join(Member, on=((Member.user_id == User.id) & (Member.conversation_id == conversation_id)))
        .where(User.id.in_(list(ids)))
        .dicts()
    }
    return [found[number] for number in ids if number in found]
