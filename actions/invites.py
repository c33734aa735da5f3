"""Invite codes: operators make and revoke them. Who may register is decided by `models.invites.admit`."""

import secrets

from actions.services import Services
from models import audit, invites
from protocol.clock import now_ms
from protocol.errors import BadArgument
from protocol.invites import Invite

_CODE_BYTES = 9  #: 72 bits, which are 12 letters


async def make(app: Services, op: int, uses: int = 1, until: int = 0) -> Invite:
    """A new code for `uses` accounts, until `until` (ms, 0: for ever), made by operator `op` (0: the command
    line)."""
    now = now_ms()
    if 0 < until <= now:
        raise BadArgument("截止时间已过", "This time is over already")

    def write() -> Invite:
        row = invites.make(op, secrets.token_urlsafe(_CODE_BYTES), uses, until, now)
        audit.note(op, "invite", row["id"], now, after=f"{uses} uses until {until}")
        return row

    return await app.db.write(write)


async def revoke(app: Services, op: int, invite_id: int) -> None:
    """Raises `NotFound`."""

    def write() -> None:
        row = invites.revoke(invite_id)
        audit.note(op, "invite.revoke", invite_id, now_ms(), before=f"{row['used']} of {row['uses']} used")

    await app.db.write(write)


async def mode(app: Services) -> str:
    """open, invite or closed: what the page offers. Before there is anybody it is open."""
    wanted = app.config.auth.register
    if wanted != invites.OPEN and not await app.db.read(invites.anybody_yet):
        return invites.OPEN
    return wanted
