"""Invite codes: with one of them, so many times and until then, accounts are made where registration is by
invitation. And who is the first, who needs none."""

from models.tables import Invite, ServerState
from protocol import rows
from protocol.errors import NotFound
from protocol.limits import MAX_INVITE_ROWS


def make(user_id: int, code: str, uses: int, until: int, now: int) -> rows.Invite:
    """A new code of `user_id`'s for `uses` accounts, until `until` (ms, 0: for ever)."""
    invite = Invite.create(code=code, uses=uses, until=until, user_id=user_id, createat=now)
    return _row(invite)


def made(before: int | None) -> tuple[list[rows.Invite], bool]:
    """The newest first, below `before`; whether there are more."""
    query = Invite.select().order_by(Invite.id.desc()).limit(MAX_INVITE_ROWS + 1)
    if before is not None:
        query = query.where(Invite.id < before)
    found = [_row(invite) for invite in query]
    return found[:MAX_INVITE_ROWS], len(found) > MAX_INVITE_ROWS


def revoke(invite_id: int) -> rows.Invite:
    """Nobody comes in by it any more; what it was, or `NotFound`."""
    invite = Invite.get_or_none(Invite.id == invite_id)
    if invite is None or not Invite.delete().where(Invite.id == invite_id).execute():
        raise NotFound("该邀请不存在", "No such invite")
    return _row(invite)


def lets_in(code: str, now: int) -> bool:
    """Whether an account could be made by it at `now`: asked before what costs, decided by `use`."""
    return Invite.select(Invite.id).where(*_valid(code, now)).exists()


def use(code: str, now: int) -> bool:
    """In the transaction of the new account: one use less. False when it has none left, or its time is over;
    of many who want the last one the UPDATE decides."""
    return bool(Invite.update(used=Invite.used + 1).where(*_valid(code, now)).execute())


def anybody_yet() -> bool:
    """Whether there was ever an account."""
    return bool(ServerState.select(ServerState.value).where(ServerState.name == "first").scalar())


def be_first() -> bool:
    """In the transaction of a new account: whether it is the installation's first. Of many at once one is;
    the others wait until that one is stored, or has failed."""
    if anybody_yet():  # without a lock, and so it is for all that come later
        return False
    nobody = (ServerState.name == "first") & (ServerState.value == 0)
    return bool(ServerState.update(value=1).where(nobody).execute())


def _valid(code: str, now: int) -> tuple[object, ...]:
    in_time = (Invite.until == 0) | (Invite.until > now)
    return Invite.code == code, Invite.used < Invite.uses, in_time


def _row(invite: Invite) -> rows.Invite:
    return {
        "id": invite.id,
        "code": invite.code,
        "uses": invite.uses,
        "used": invite.used,
        "until": invite.until,
        "userid": invite.user_id,
        "createat": invite.createat,
    }
