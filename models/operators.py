"""What operators see of people and groups, what they decide about them, and the log of it.

Each decision is one transaction with its row in the log. Who makes or unmakes an operator, or deactivates
somebody, waits for whoever else does, so that one operator is always left.
"""

from collections.abc import Iterable
from typing import Any

from peewee import Field

from database.base import database
from database.dialect import of_database
from models import accounts, audit, groups, restraints, sessions
from models.accounts import PROFILE
from models.tables import Audit, Community, Restraint, User
from protocol import rows
from protocol.accounts import plain_mobile, spellings
from protocol.errors import Refused
from protocol.limits import MAX_INT
from protocol.operators import Account, Act, AnyGroup

#: Behind every text that begins like another one.
_LAST = "\U0010ffff"
#: What is done to users; the target is their id then.
USER_ACTS = frozenset(("mute", "deactivate", "sessions", "op", "reset", "grant", "export", "delete", "totp"))

_GROUP = (*groups.STORED, Community.members, Community.dissolved)

# --- deciding ---------------------------------------------------------------------------------------------


def mute(op: int, user_id: int, until: int, now: int) -> tuple[int, int]:
    """The user says nothing until then (ms). (until, number) for the others."""
    _lock(user_id)
    before, after = restraints.change(user_id, muted_until=until if until > now else 0)
    if before.muted_until != after.muted_until:
        audit.note(op, "mute", user_id, now, before.muted_until, after.muted_until)
    return after.muted_until, after.number


def deactivate(op: int, user_id: int, on: bool, now: int) -> list[int]:
    """The user can't log in, or can again; the sessions that ended for it."""
    _one_after_the_other()
    _lock(user_id)
    if on and accounts.is_operator(user_id):
        _require_another(user_id)
    before, _ = restraints.change(user_id, deactivated=int(on))
    if before.deactivated != int(on):
        audit.note(op, "deactivate", user_id, now, before.deactivated, int(on))
    return sessions.close_all(user_id) if on else []


def close_sessions(op: int, user_id: int, now: int) -> list[int]:
    """All sessions of a user end; their ids."""
    _lock(user_id)
    ended = sessions.close_all(user_id)
    if ended:
        audit.note(op, "sessions", user_id, now, len(ended), 0)
    return ended


def make_operator(op: int, user_id: int, on: bool, now: int) -> bool:
    """The user is an operator, or no longer; whether that is a change."""
    _one_after_the_other()
    _lock(user_id)
    if accounts.is_operator(user_id) == on:
        return False
    if on:
        if restraints.is_deactivated(user_id):
            raise Refused("该账号已被停用", "This account is deactivated")
    else:
        _require_another(user_id)
    User.update(op=int(on)).where(User.id == user_id).execute()
    audit.note(op, "op", user_id, now, int(not on), int(on))
    return True


def note_export(op: int, user_id: int, now: int) -> None:
    """Somebody reads all that is stored of a user."""
    accounts.nickname_of(user_id)
    audit.note(op, "export", user_id, now)


def require_another(user_id: int) -> None:
    """Refuses where this user is the last operator; none is unmade elsewhere until this transaction ends. For
    what ends an account in another way."""
    _one_after_the_other()
    if accounts.is_operator(user_id):
        _require_another(user_id)


def _require_another(user_id: int) -> None:
    others = (
        User.select(User.id)
        .join(Restraint, "LEFT JOIN", on=(Restraint.user_id == User.id))
        .where(
            User.op == 1, User.id != user_id, (Restraint.deactivated >> None) | (Restraint.deactivated == 0)
        )
    )
    if not others.limit(1).exists():
        raise Refused("至少要有一位管理员", "There has to be an operator")


def _one_after_the_other() -> None:
    """The first thing in its transaction, so that what is read next is what others have left."""
    of_database(database.obj).raise_number(database.obj, "operators", 1)


def _lock(user_id: int) -> None:
    """Log-ins of the user and other decisions about them wait; `NotFound` when there is none, `Refused` when
    the account is deleted: as an operator it would be one who never comes."""
    accounts.require_here(user_id)


# --- looking ----------------------------------------------------------------------------------------------


def find_users(q: str, after: int | None, limit: int, now: int) -> tuple[list[Account], bool]:
    """Users behind `after`, by id; or those whom `q` means: digits an id or how a number begins, anything
    else how a name begins, in small letters or great. Whether there are more."""
    if not q:
        query = User.select(*PROFILE, User.op).order_by(User.id).limit(limit + 1)
        found = list(query.where(User.id > (after or 0)).dicts())
    elif number := _number_in(q):
        found = _by_number(number, after, limit + 1)
    else:
        found = _beginning(User.nickname, (*PROFILE, User.op), _cases(q), after, limit + 1)
    return _accounts(found[:limit], now), len(found) > limit


def find_user(user_id: int, now: int) -> Account:
    """One user, or `NotFound`."""
    found = list(User.select(*PROFILE, User.op).where(User.id == user_id).dicts())
    if not found:
        raise accounts.unknown_user()
    return _accounts(found, now)[0]


def sessions_of(user_id: int, now: int, idle: int) -> tuple[Account, list[rows.Session]]:
    """One user and their living sessions."""
    return find_user(user_id, now), sessions.sessions_of(user_id, now, idle)


def operators(now: int) -> list[Account]:
    """All of them, by id."""
    return _accounts(list(User.select(*PROFILE, User.op).where(User.op == 1).order_by(User.id).dicts()), now)


def find_groups(q: str, after: int | None, limit: int) -> tuple[list[AnyGroup], bool]:
    """Groups behind `after`, by id; or the one with this id, then those whose name begins so. Whether there
    are more."""
    if not q:
        query = Community.select(*_GROUP).where(Community.id > (after or 0)).order_by(Community.id)
        found = list(query.limit(limit + 1).dicts())
    else:
        found = _beginning(Community.name, _GROUP, _cases(q), after, limit + 1)
        if q.isdecimal() and after is None and int(q) <= MAX_INT:
            found = [*Community.select(*_GROUP).where(Community.id == int(q)).dicts(), *found]
    return found[:limit], len(found) > limit


def acts(before: int | None, limit: int) -> tuple[list[Act], bool]:
    """What was done, the latest first; and whether there is more."""
    query = Audit.select().where(Audit.id < (before or MAX_INT)).order_by(Audit.id.desc())
    found: list[Act] = list(query.limit(limit + 1).dicts())
    people = {row["op"] for row in found} | {user for row in found if (user := _user_of(row))}
    names = accounts.nicknames_of(people)
    for row in found:
        row["op_name"], row["target_name"] = names.get(row["op"], ""), names.get(_user_of(row), "")
    return found[:limit], len(found) > limit


def _user_of(act: Act) -> int:
    """Whom an act was about, 0 where it was no user."""
    target = act["target"]
    return int(target) if act["what"] in USER_ACTS and target.isdecimal() and len(target) < 17 else 0


def _accounts(found: list[Account], now: int) -> list[Account]:
    held = restraints.standings([row["id"] for row in found])
    for row in found:
        standing = held.get(row["id"], restraints.Standing())
        row["muted_until"] = standing.muted_until if standing.muted_until > now else 0
        row["deactivated"] = standing.deactivated
    return found


def _number_in(q: str) -> str:
    """What is looked for, where it is an id or the beginning of a number; "" where it is a name."""
    plain = plain_mobile(q)
    return plain if isinstance(plain, str) and plain.removeprefix("+").isdecimal() else ""


def _by_number(number: str, after: int | None, limit: int) -> list[Account]:
    """Who has this id, then those whose number begins so, with its country or without."""
    found: dict[int, Account] = {}
    if after is None and number.isdecimal() and int(number) <= MAX_INT:
        query = User.select(*PROFILE, User.op).where(User.id == int(number))
        found = {row["id"]: row for row in query.dicts()}
    starts = {number, *spellings(number)}
    if number.startswith("1"):
        starts |= {f"+86{number}", f"0086{number}"}
    by_mobile = _beginning(User.mobile, (*PROFILE, User.op), starts, after, limit)
    return list({**found, **{row["id"]: row for row in by_mobile}}.values())[:limit]


def _cases(q: str) -> set[str]:
    """Ways in which the beginning of a name may be written; no index knows that all are the same."""
    return {q, q.lower(), q.upper(), q.capitalize(), q.title()}


def _beginning(
    column: Field, shown: Iterable[Field], wanted: Iterable[str], after: int | None, limit: int
) -> list[Any]:
    """`limit` rows with the columns `shown` whose `column` begins with one of `wanted`, in its order, behind
    the row with the id `after`. Walks the index of the column, as far as rows are wanted."""
    model = column.model
    if column is User.mobile:  # its index is in the database's own order, in which letters follow digits
        ordered, last = column, "a"
    else:
        collation = of_database(database.obj).by_code_points
        ordered, last = column.collate(collation) if collation else column, _LAST
    place = model.select(column).where(model.id == after).scalar() if after else None
    starts = sorted(wanted)
    begins = [place is not None and place.startswith(start) for start in starts]
    first = begins.index(True) if True in begins else 0
    found: list[Any] = []
    for start, goes_on in zip(starts[first:], begins[first:]):
        if len(found) < limit:
            query = model.select(*shown).where(ordered >= start, ordered < start + last)
            if goes_on:
                query = query.where((ordered > place) | ((ordered == place) & (model.id > after)))
            found.extend(query.order_by(ordered, model.id).limit(limit - len(found)).dicts())
    return found
