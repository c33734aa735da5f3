"""Logging in on a screen by its QR code. All of it stands in the database: the screen, and who scans, may be
connected to different processes."""

import secrets
from functools import partial

from actions import sessions
from actions.accounts import own_row
from actions.services import Services
from actions.sessions import Client
from models import accounts, qr
from models.qr import State
from models.sessions import SessionRow, token_hash
from protocol.clock import now_ms
from protocol.qr import QrCode, QrScanned, QrState, QrUser

#: Seconds for which a code stands.
LIFETIME_S = 120
_CODE_BYTES = 24


async def begin(app: Services, secret: str | None, client: Client) -> QrCode:
    """A new code for the screen at `client`."""
    code, now = secrets.token_urlsafe(_CODE_BYTES), now_ms()
    expires = now + LIFETIME_S * 1000
    await app.db.write(qr.make, code, _proof(secret, client), client.ua, client.ip, expires)
    return {"code": code, "expires": expires, "now": now}


async def scan(app: Services, user_id: int, code: str) -> QrScanned:
    """Whose screen it is. Raises as `models.qr.scan`."""
    return await app.db.write(qr.scan, user_id, code, now_ms())


async def decide(app: Services, session: SessionRow, code: str, approve: bool) -> None:
    """Raises as `models.qr.decide`."""
    await app.db.write(qr.decide, session.user_id, session.id, code, approve, now_ms())


async def poll(app: Services, code: str, secret: str | None, client: Client) -> tuple[QrState, QrUser | None]:
    """How far it has come; once it is approved with it a new session of whoever approved, once. Raises
    `NotFound` for a code that is none (any more), or another screen's."""
    await app.budget.count({"qr_poll": token_hash(code)})
    proof = _proof(secret, client)
    state = await app.db.read(qr.state_of, code, proof, now_ms())
    if state is not State.APPROVED:
        return {"state": state.name.lower()}, None
    take = partial(qr.take, code, proof)
    token, user_id = await sessions.open_session_of(app, lambda: take(now_ms()), client)
    row = own_row(app, await app.db.read(accounts.find_user, user_id), token)
    return {"state": "approved"}, {**row, "state": "approved"}


async def forget_expired(app: Services) -> int:
    """Deletes the codes whose time is over; how many there were."""
    return await app.db.write(qr.forget_expired, now_ms())


def _proof(secret: str | None, client: Client) -> str:
    return f"secret {secret}" if secret is not None else f"network {client.network}"
