"""One-time codes (RFC 6238): whoever has turned them on shows one at each log-in. A code counts once, and so
does each of the ten recovery codes for whoever has lost the device."""

import hashlib
import re
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

import pyotp

from models import audit
from models.accounts import lock, require_here
from models.tables import Recovery, Totp
from protocol.errors import Conflict, Refused
from protocol.totp import TotpStanding

#: Milliseconds for which a code stands.
STEP_MS = 30_000
#: Codes that are taken beside the present one, before and after it: for clocks that are not quite right, and
#: people who type slowly (RFC 6238, 5.2).
_DRIFT = 1

#: What opens a sealed secret: (user id, what is stored).
Unseal: TypeAlias = Callable[[int, str], str]

_CODE = re.compile(r"[0-9]{6}\Z")
_RECOVERY = re.compile(r"[A-Z2-7]{16}\Z")
_BETWEEN = re.compile(r"[\s-]")


class WrongCode(Refused):
    """The password was right, and the code is not. `data.totp` tells a client to ask for one."""

    zh, en = "验证码不正确", "Wrong code"

    def __init__(self) -> None:
        super().__init__(self.zh, self.en, {"totp": 1})


class CodeWanted(WrongCode):
    """The password was right, and no code came with it."""

    zh, en = "请输入两步验证码", "Enter the code of your authenticator"


class Factor(NamedTuple):
    """What is stored: `secret` sealed, `since` 0 while it is being set up."""

    secret: str
    since: int
    step: int


def factor_of(user_id: int) -> Factor | None:
    """What a user's codes are made of, None when they have none."""
    row = Totp.select(Totp.secret, Totp.since, Totp.step).where(Totp.user_id == user_id).tuples().first()
    return None if row is None else Factor(*row)


def state_of(user_id: int) -> TotpStanding:
    """Whether codes are asked for, since when, and how many recovery codes are left."""
    factor = factor_of(user_id)
    since = factor.since if factor else 0
    left = Recovery.select().where(Recovery.user_id == user_id).count() if since else 0
    return {"on": int(since > 0), "since": since, "recovery": left}


def _not_yet_on(user_id: int) -> Factor | None:
    """What is being set up, if anything is. Raises `Conflict` when codes are asked for already."""
    factor = factor_of(user_id)
    if factor is not None and factor.since:
        raise Conflict("两步验证已经开启", "Two-step verification is on already")
    return factor


def start(user_id: int, sealed: str) -> None:
    """A new secret is being set up; `Conflict` when codes are asked for already."""
    require_here(user_id)
    _not_yet_on(user_id)
    Totp.delete().where(Totp.user_id == user_id).execute()
    Totp.create(user_id=user_id, secret=sealed)


def confirm(user_id: int, code: str, recovery: Iterable[str], now: int, unseal: Unseal) -> None:
    """From now on codes are asked for: this one, made from the secret that was set up, shows that the user
    has it. `recovery`: the codes that let them in without. `Refused` when none was set up."""
    require_here(user_id)
    factor = _not_yet_on(user_id)
    if factor is None:
        raise Refused("请先获取两步验证密钥", "Two-step verification was not set up")
    step = _step_of(unseal(user_id, factor.secret), code, now)
    if step is None:
        raise WrongCode()
    Totp.update(since=now, step=step).where(Totp.user_id == user_id).execute()
    Recovery.delete().where(Recovery.user_id == user_id).execute()
    Recovery.insert_many([{"user_id": user_id, "code_hash": _hash(one)} for one in recovery]).execute()


def turn_off(user_id: int, code: str, now: int, unseal: Unseal) -> None:
    """No codes any more, given one."""
    lock(user_id)
    factor = factor_of(user_id)
    if factor is None or not factor.since:
        raise _not_on()
    if not _spend(user_id, factor, code, now, unseal):
        raise WrongCode()
    forget(user_id)


def require(user_id: int, code: str, now: int, unseal: Unseal) -> None:
    """In the transaction that opens a session: nothing for who has no codes; else `CodeWanted` or
    `WrongCode`, unless `code` is one that was not taken yet. It is taken then."""
    factor = factor_of(user_id)
    if factor is None or not factor.since:
        return
    if not code:
        raise CodeWanted()
    if not _spend(user_id, factor, code, now, unseal):
        raise WrongCode()


def drop(op: int, user_id: int, now: int) -> None:
    """Operator `op` ends it without a code. `Refused` where no codes are asked for."""
    require_here(user_id)
    factor = factor_of(user_id)
    if factor is None or not factor.since:
        raise _not_on()
    forget(user_id)
    audit.note(op, "totp", user_id, now, 1, 0)


def _not_on() -> Refused:
    return Refused("两步验证没有开启", "Two-step verification is not on")


def forget(user_id: int) -> None:
    """The user has no codes any more."""
    Totp.delete().where(Totp.user_id == user_id).execute()
    Recovery.delete().where(Recovery.user_id == user_id).execute()


def _spend(user_id: int, factor: Factor, code: str, now: int, unseal: Unseal) -> bool:
    """Takes a code or a recovery code. Of two who bring the same at once, the UPDATE or the DELETE lets one
    in."""
    plain = _plain(code)
    if _RECOVERY.match(plain):
        mine = (Recovery.user_id == user_id) & (Recovery.code_hash == _hash(plain))
        return bool(Recovery.delete().where(mine).execute())
    step = _step_of(unseal(user_id, factor.secret), plain, now)
    if step is None:
        return False
    older = (Totp.user_id == user_id) & (Totp.step < step)
    return bool(Totp.update(step=step).where(older).execute())


def _step_of(secret: str, code: str, now: int) -> int | None:
    """Which of the steps around `now` the code belongs to, None when to none; the time it takes says nothing
    of how near it is."""
    plain = _plain(code)
    if not _CODE.match(plain):
        return None
    otp, present = pyotp.TOTP(secret), now // STEP_MS
    found = None
    for step in range(present - _DRIFT, present + _DRIFT + 1):
        if pyotp.utils.strings_equal(plain, otp.generate_otp(step)):
            found = step
    return found


def _plain(code: str) -> str:
    """As people copy it: with spaces or hyphens, in any case."""
    return _BETWEEN.sub("", code).upper()


def _hash(recovery: str) -> str:
    """What is stored of a recovery code: of 80 random bits a fast hash gives nothing away."""
    return hashlib.sha256(_plain(recovery).encode()).hexdigest()
