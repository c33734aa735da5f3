"""One-time codes: turning them on and off. A log-in looks at them in `actions.sessions`."""

import base64
import secrets

import pyotp

from actions.guesses import Guess
from actions.notices import tell_devices
from actions.services import Services
from models import accounts, totp
from models.sessions import SessionRow
from protocol.clock import now_ms
from protocol.totp import RecoveryCodes, TotpSecret

#: What authenticators show beside the account.
ISSUER = "Magpie 鹊桥"
_RECOVERY_CODES = 10
_RECOVERY_BYTES = 10  #: 80 bits, which are 16 letters and digits


async def start(app: Services, user_id: int) -> TotpSecret:
    """A new secret, which is nothing until it is confirmed. Raises as `models.totp.start`."""
    mobile = (await app.db.read(accounts.find_user, user_id))["mobile"]
    secret = pyotp.random_base32()
    await app.db.write(totp.start, user_id, app.seal.close(user_id, secret))
    return {"secret": secret, "url": pyotp.TOTP(secret).provisioning_uri(name=mobile, issuer_name=ISSUER)}


async def confirm(app: Services, session: SessionRow, code: str) -> RecoveryCodes:
    """Codes are asked for from now on; the recovery codes. Raises as `models.totp.confirm`."""
    recovery = [_recovery_code() for _ in range(_RECOVERY_CODES)]
    async with await _guess(app, session) as guess:
        await app.db.write(totp.confirm, session.user_id, code, recovery, now_ms(), app.seal.open)
        await guess.take_back()
    tell_devices(app, session.user_id, "totp", on=1)
    return {"recovery": recovery}


async def turn_off(app: Services, session: SessionRow, code: str) -> None:
    """No codes any more. Raises as `models.totp.turn_off`."""
    async with await _guess(app, session) as guess:
        await app.db.write(totp.turn_off, session.user_id, code, now_ms(), app.seal.open)
        await guess.take_back()
    tell_devices(app, session.user_id, "totp", on=0)


async def drop(app: Services, user_id: int, op: int = 0) -> None:
    """Operator `op` (0: the command line) takes the codes from somebody who has lost their authenticator and
    the recovery codes. Raises as `models.totp.drop`."""
    await app.db.write(totp.drop, op, user_id, now_ms())
    tell_devices(app, user_id, "totp", on=0)


class _CodeGuess(Guess):
    """A wrong code has been tried, whatever else a refusal may be."""

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None and not isinstance(error, totp.WrongCode):
            await super().__aexit__(kind, error, trace)


async def _guess(app: Services, session: SessionRow) -> Guess:
    """Who has stolen a session guesses codes as slowly as passwords, however many others they make of it."""
    key = ("session", session.family)
    return await _CodeGuess.count(app.budget, {"login": key, "account_login": key})


def _recovery_code() -> str:
    text = base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode()
    return "-".join(text[i : i + 4] for i in range(0, len(text), 4))
