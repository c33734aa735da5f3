"""Invite codes: with one of them, so many times and until then, accounts are made where registration is by
invitation. And who is the first, who needs none."""

from models.tables import Invite, ServerState
from protocol import invites as wire
from protocol.errors import Forbidden, NotFound
from protocol.limits import MAX_INT, MAX_INVITE_ROWS

#: What `auth.register` may be; else nobody may.
OPEN, BY_INVITE = "open", "invite"


def make(user_id: int, code: str, uses: int, until: int, now: int) -> wire.Invite:
    """A new code of `user_id`'s for `uses` accounts, until `until` (ms, 0: for ever)."""
    invite = Invite.create(code=code, uses=uses, until=until, user_id=user_id, createat=now)
    return _row(invite)


def made(before: int | None) -> tuple[list[wire.Invite], bool]:
    """The newest first, below `before`; whether there are more."""
    older = Invite.select().where(Invite.id < (before or MAX_INT))
    found = [_row(invite) for invite in older.order_by(Invite.id.desc()).limit(MAX_INVITE_ROWS + 1)]
    return found[:MAX_INVITE_ROWS], len(found) > MAX_INVITE_ROWS


def revoke(invite_id: int) -> wire.Invite:
    """Nobody comes in by it any more; what it was, or `NotFound`."""
    invite = Invite.get_or_none(Invite.id == invite_id)
    if invite is None or not Invite.delete().where(Invite.id == invite_id).execute():
        raise NotFound("该邀请不存在", "No such invite")
    return _row(invite)


def may_try(mode: str, code: str, now: int) -> None:
    """Refuses as `admit` would at `now`: asked before what costs."""
    if mode == OPEN or not anybody_yet():
        return
    if mode != BY_INVITE or not Invite.select(Invite.id).where(*_valid(code, now)).exists():
        raise _not_admitted(mode, code)


def admit(mode: str, code: str, now: int) -> bool:
    """In the transaction of a new account: whether it is the first of the installation, which is admitted
    always. Others with a code, where `mode` says so, whose time is not over and which has a use left: it is
    one less then. Else `Forbidden`. Of many who want the last use the UPDATE decides."""
    if _be_first():
        return True
    if mode == OPEN:
        return False
    used = Invite.update(used=Invite.used + 1).where(*_valid(code, now))
    if mode != BY_INVITE or not used.execute():
        raise _not_admitted(mode, code)
    return False


def _not_admitted(mode: str, code: str) -> Forbidden:
    """One text for a code that never was, is used up, or too old."""
    if mode != BY_INVITE:
        return Forbidden("暂不开放注册", "Registration is closed")
    if not code:
        return Forbidden("注册需要邀请码", "An invitation is needed to register")
    return Forbidden("邀请码无效或已用完", "This invitation is not valid any more")


def anybody_yet() -> bool:
    """Whether there was ever an account."""
    return bool(ServerState.select(ServerState.value).where(ServerState.name == "first").scalar())


def _be_first() -> bool:
    """In the transaction of a new account: whether it is the installation's first. Of many at once one is;
    the others wait until that one is stored, or has failed."""
    if anybody_yet():  # without a lock, and so it is for all that come later
        return False
    nobody = (ServerState.name == "first") & (ServerState.value == 0)
    return bool(ServerState.update(value=1).where(nobody).execute())


def _valid(code: str, now: int) -> tuple[object, ...]:
    in_time = (Invite.until == 0) | (Invite.until > now)
    return Invite.code == code, Invite.used < Invite.uses, in_time


def _row(invite: Invite) -> wire.Invite:
    return {
        "id": invite.id,
        "code": invite.code,
        "uses": invite.uses,
        "used": invite.used,
        "until": invite.until,
        "userid": invite.user_id,
        "createat": invite.createat,
    }
