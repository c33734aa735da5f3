"""Links that set a new password, for whoever has lost theirs. Of a link's token only the SHA-256 is
stored."""

from typing import NamedTuple

from models import audit
from models.accounts import lock, require_here, unknown_user
from models.sessions import close_all, token_hash
from models.tables import Reset, User
from protocol.errors import NotFound

#: Rows that one sweep deletes.
SWEEP = 1000


class Whose(NamedTuple):
    """The user that a link is for."""

    user_id: int
    mobile: str


def make(op: int, user_id: int, token: str, now: int, expires: int) -> None:
    """The user's link from now on, until `expires` (ms), made by operator `op`: an earlier one is nothing any
    more. `NotFound` for a user who is not there, `Refused` for one who has deleted their account."""
    require_here(user_id)
    Reset.delete().where(Reset.user_id == user_id).execute()
    Reset.create(user_id=user_id, token_hash=token_hash(token), expires=expires)
    audit.note(op, "reset", user_id, now, after=f"until {expires}")


def whose(token: str, now: int) -> Whose:
    """Whose password the link sets, or `NotFound`: asked before what costs, decided by `use`."""
    row = (
        User.select(User.id, User.mobile)
        .join(Reset, on=(Reset.user_id == User.id))
        .where(Reset.token_hash == token_hash(token), Reset.expires > now)
        .tuples()
        .first()
    )
    if row is None:
        raise no_link()
    return Whose(*row)


def use(token: str, passwd: str, now: int) -> tuple[int, list[int]]:
    """The link's user has the password whose hash is `passwd`, and every session of theirs has ended; who
    that is, and which. `NotFound` when the link was used, or its time is over: of two who use it at once the
    DELETE decides."""
    user_id = whose(token, now).user_id
    lock(user_id)
    here = (Reset.token_hash == token_hash(token)) & (Reset.expires > now)
    if not Reset.delete().where(here).execute():
        raise no_link()
    if not User.update(passwd=passwd).where(User.id == user_id).execute():
        raise unknown_user()
    return user_id, close_all(user_id)


def forget_expired(now: int) -> int:
    """Deletes a batch of those whose time is over; how many there were."""
    found = Reset.select(Reset.user_id).where(Reset.expires <= now).limit(SWEEP).tuples()
    ids = [user_id for (user_id,) in found]
    if not ids:
        return 0
    return int(Reset.delete().where(Reset.user_id.in_(ids), Reset.expires <= now).execute())


def no_link() -> NotFound:
    """One text for a link that never was, was used, or is too old."""
    return NotFound("链接无效或已过期", "This link is not valid any more")
