"""What users are held to by operators: who may say nothing for a time, and who can't log in."""

from collections.abc import Collection
from typing import NamedTuple

from database.base import database
from database.dialect import of_database
from database.prepared import Prepared
from models.tables import Restraint
from protocol.errors import NotLoggedIn


class Standing(NamedTuple):
    """A user's: `muted_until` (ms); `deactivated`, 1 or 0; and the `number` of the latest decision."""

    muted_until: int = 0
    deactivated: int = 0
    number: int = 0


def mutes(now: int) -> dict[int, tuple[int, int]]:
    """(until, number) of all who are muted at `now` (ms)."""
    muted = Restraint.select(Restraint.user_id, Restraint.muted_until, Restraint.number)
    return {
        user_id: (until, number)
        for user_id, until, number in muted.where(Restraint.muted_until > now).tuples()
    }


def standings(user_ids: Collection[int]) -> dict[int, Standing]:
    """Of those of them who were ever held to something."""
    columns = (Restraint.user_id, Restraint.muted_until, Restraint.deactivated, Restraint.number)
    if not user_ids:
        return {}
    found = Restraint.select(*columns).where(Restraint.user_id.in_(list(user_ids)))
    return {user_id: Standing(*row) for user_id, *row in found.tuples()}


def change(user_id: int, **wanted: int) -> tuple[Standing, Standing]:
    """Sets `muted_until` or `deactivated` of a user whose row the caller has locked: what was before, and
    what stands then."""
    Restraint.insert(user_id=user_id).on_conflict_ignore().execute()
    mine = Restraint.select(Restraint.muted_until, Restraint.deactivated, Restraint.number)
    locked = of_database(database.obj).locked(mine.where(Restraint.user_id == user_id))
    before = Standing(*locked.tuples().get())
    after = before._replace(**wanted, number=before.number + 1)
    Restraint.update(after._asdict()).where(Restraint.user_id == user_id).execute()
    return before, after


_deactivated = Prepared(lambda: Restraint.select(Restraint.deactivated).where(Restraint.user_id == 0))


def is_deactivated(user_id: int) -> bool:
    return any(deactivated for (deactivated,) in _deactivated(user_id))


def require_active(user_id: int) -> None:
    """`NotLoggedIn` for who may not log in; asked once it is known that it is they."""
    if is_deactivated(user_id):
        raise NotLoggedIn("该账号已被停用，请联系管理员", "This account is deactivated, ask an operator")
