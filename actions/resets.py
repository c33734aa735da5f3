"""A new password by a link, which an operator makes for whoever has lost theirs."""

import secrets

from actions import sessions
from actions.guesses import Guess, in_queue
from actions.notices import tell_devices
from actions.passwords import Turn
from actions.services import Services
from actions.sessions import Client
from actions.weak_passwords import refuse_weak
from models import resets
from protocol.clock import now_ms

#: Milliseconds for which a link is good.
LIFETIME_MS = 3_600_000
#: The page that it opens. The token stands behind the #, so that no server's log has it.
PAGE = "/user/reset.shtml"


async def make_link(app: Services, user_id: int, op: int = 0) -> str:
    """A link for the user, whose earlier ones are nothing any more, made by operator `op` (0: the command
    line): the path of this installation's page, good for one hour and one use. Raises `NotFound`. Their
    devices hear of it."""
    token = secrets.token_urlsafe(32)
    now = now_ms()
    await app.db.write(resets.make, op, user_id, token, now, now + LIFETIME_MS)
    tell_devices(app, user_id, "reset")
    return f"{PAGE}#{token}"


async def use(app: Services, token: str, new: str, client: Client) -> None:
    """The link's user has the new password, and every session of theirs has ended. Raises `NotFound` for a
    link that is none (any more), which counts as a failed log-in, and as `refuse_weak`."""
    guess = await Guess.count(app.budget, {"login": client.network})
    whose = await app.db.read(resets.whose, token, now_ms())
    await guess.take_back()
    refuse_weak(new, whose.mobile, app.config.auth.passwd_min)
    keys = ((client.network, False), whose.user_id)
    with in_queue(app.budget, *keys):
        stored = await app.hasher.hash(new, Turn(keys, disconnected=client.disconnected))
    with sessions.in_doubt(app):
        _, ended = await app.db.write(resets.use, token, stored, now_ms())
    sessions.close_sockets(app, ended)


async def forget_expired(app: Services) -> int:
    """Deletes the links whose time is over; how many there were."""
    return await app.db.write(resets.forget_expired, now_ms())
