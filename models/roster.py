"""The list of a group's members, in pages and by their names. Nothing here reads all of a large group."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from peewee import ModelSelect

from database.prepared import Prepared, PreparedFor
from models.access import locate
from models.accounts import PROFILE
from models.members import not_here
from models.pinyin import is_called, name_of
from models.tables import ADMIN, COMMUNITY, MEMBER, OWNER, Contact, Member, User
from models.words import Word, words_in
from protocol import rows
from protocol.messages import ROOM

#: Names that one call looks through; how many it reads at once, and to begin with.
MOST_NAMES, _NAMES, _FIRST_NAMES = 2000, 500, 60


class Cursor(NamedTuple):
    """A place in the list: owner, admins, then the others, each in the order of coming."""

    role: int
    createat: int
    user_id: int


_BEGIN = Cursor(OWNER + 1, 0, 0)


def listed(
    user_id: int, community_id: int, after: int | None, q: str, limit: int, now: int, muted: bool = False
) -> tuple[list[rows.Membership], bool, int]:
    """Members in the order of the list, behind member `after`; with `q` those whose name or alias has it or
    sounds like it; with `muted` those who are so now. Whether there are more, and the last that was looked
    at, behind whom they are. Raises as `locate`, and `NotFound` when `after` was never a member.

    A name is not looked for by the database (each has its own idea of which letters are the same, none knows
    how characters sound), but in `MOST_NAMES` rows, read in the order of the list."""
    view = locate(user_id, ROOM, community_id, strangers=False)
    assert view is not None  # a group has one
    cursor = _BEGIN if after is None else _cursor(view.id, after)
    since = now if muted else -1
    chosen: list[int] = []
    last, more = 0, False
    if q:
        wanted, text = list(words_in(q)), q.casefold()
        for looked, (number, *names) in enumerate(_names(view.id, cursor, since)):
            if len(chosen) > limit or looked == MOST_NAMES:
                more = True
                break
            last = number if len(chosen) < limit else last
            if any(text in name.casefold() or _sounds(name, wanted) for name in names if name):
                chosen.append(number)
        more = more or len(chosen) > limit
    else:
        chosen = [place.user_id for place in _places(view.id, cursor, limit + 1, since)]
        more = len(chosen) > limit
        last = chosen[:limit][-1] if chosen else 0
    chosen = chosen[:limit]
    return _rows(view.id, chosen, now), more, last


def these(user_id: int, community_id: int, ids: Sequence[int], now: int) -> list[rows.Membership]:
    """Whoever of `ids` is a member, in their order. Raises as `locate`."""
    view = locate(user_id, ROOM, community_id, strangers=False)
    assert view is not None
    return _rows(view.id, ids, now)


def _sounds(name: str, wanted: Sequence[Word]) -> bool:
    return bool(wanted) and is_called(name_of(name), wanted)


def _cursor(conversation_id: int, user_id: int) -> Cursor:
    """Where a member stands; who has left meanwhile, where they stood as an ordinary one."""
    place = (
        Member.select(Member.role, Member.createat)
        .where(Member.user_id == user_id, Member.conversation_id == conversation_id)
        .tuples()
    )
    for role, createat in place:
        return Cursor(role or MEMBER, createat, user_id)
    raise not_here()


def _places(conversation_id: int, cursor: Cursor, limit: int, muted_since: int = -1) -> list[Cursor]:
    """The next ones who are muted for longer than `muted_since`: each role is a range of the index, in its
    order. Of the muted ones the others between them are looked at, too, and no row is sent for those."""
    found: list[Cursor] = []
    for role in (OWNER, ADMIN, MEMBER):
        if role > cursor.role or len(found) >= limit:
            continue
        since = (cursor.createat, cursor.user_id) if role == cursor.role else (-1, 0)
        room = limit - len(found)
        some = (
            _in_role(conversation_id, role, since[0], *since, room)
            if muted_since < 0
            else _muted(conversation_id, role, since[0], *since, muted_since, room)
        )
        found += [Cursor(role, createat, number) for createat, number in some]
    return found


def _of_role() -> ModelSelect:
    m = Member
    behind = (m.createat >= 0) & ((m.createat > 0) | (m.user_id > 0))
    here = m.select(m.createat, m.user_id).where(m.conversation_id == 0, m.role == 0, behind)
    return here.order_by(m.createat, m.user_id).limit(1)


def _muted_of_role() -> ModelSelect:
    return _of_role().where(Member.muted_until > 0)


_in_role, _muted = Prepared(_of_role), Prepared(_muted_of_role)


def off_all_lists(community_id: int, conversation_id: int) -> None:
    """No member's classic page shows the group any more."""
    cursor = _BEGIN
    while some := _places(conversation_id, cursor, _NAMES):
        Contact.delete().where(
            Contact.ownerid.in_([place.user_id for place in some]),
            Contact.dstobj == community_id,
            Contact.cate == COMMUNITY,
        ).execute()
        cursor = some[-1]


def _names(conversation_id: int, cursor: Cursor, muted_since: int) -> Iterator[tuple[int, str, str]]:
    """Members behind a place, with what they are called."""
    size = _FIRST_NAMES
    while some := _places(conversation_id, cursor, size, muted_since):
        size = min(2 * size, _NAMES)
        ids = [place.user_id for place in some]
        called = {row[0]: row for row in _called(ids, before=(conversation_id,))}
        for number in ids:
            if number in called:
                yield called[number]
        cursor = some[-1]


_called = PreparedFor(
    lambda listed: (
        Member.select(Member.user_id, User.nickname, Member.called)
        .join(User, on=(Member.user_id == User.id))
        .where(Member.conversation_id == 0, Member.user_id.in_(listed))
    )
)


def _rows(conversation_id: int, ids: Sequence[int], now: int) -> list[rows.Membership]:
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
        .where(User.id.in_(list(ids)), Member.role > 0)
        .dicts()
    }
    for row in found.values():
        row["muted_until"] = row["muted_until"] if row["muted_until"] > now else 0
    return [found[number] for number in ids if number in found]
