"""Deleting an account. It is closed in one transaction; then its friends and groups are told, and what it
kept is let go, step by step. What a stopped server leaves of that is done by whoever keeps house."""

import logging

from actions import contacts, delivery, sessions
from actions.accounts import verified
from actions.passwords import Disconnected
from actions.services import Services
from log.entries import Dissolve, Leave
from models import leaving
from models.contacts import friend_ids
from models.sessions import SessionRow
from protocol.clock import now_ms
from protocol.errors import Forbidden, NotFound, Refused, TryAgain
from protocol.frames import contact_updated

log = logging.getLogger("magpie.leaving")

#: Milliseconds after which nothing that an account has begun can still come to its end.
_LATEST_MS = 60_000


async def delete_own(
    app: Services, session: SessionRow, passwd: str, network: str, disconnected: Disconnected
) -> None:
    """Deletes the caller's account, given their password, which is guessed as slowly as ever. Raises as
    `models.leaving.close`."""
    wrong = Refused("密码不正确", "Wrong password")
    stored = await verified(app, session, passwd, network, disconnected, wrong)
    await _close(app, session.user_id, stored)


async def delete(app: Services, user_id: int, op: int = 0) -> None:
    """Operator `op` (0: the command line) deletes an account. Raises as `models.leaving.close`."""
    await _close(app, user_id, None, op)


async def _close(app: Services, user_id: int, passwd: str | None, op: int | None = None) -> None:
    with sessions.in_doubt(app):
        ended = await app.db.write(leaving.close, user_id, passwd, now_ms(), op)
    sessions.close_sockets(app, ended)
    await _let_go_of(app, user_id)


async def let_go(app: Services) -> int:
    """Lets go of what is left of deleted accounts, also of what they had begun when they were closed; how
    many there were."""
    found = await app.db.read(leaving.departed, now_ms() - _LATEST_MS)
    gone = 0
    for user_id in found:
        try:
            await app.db.write(leaving.strip, user_id)
            await _let_go_of(app, user_id)
            await app.db.write(leaving.done, user_id)
        except TryAgain:
            raise
        except Exception:  # a fault with one keeps nobody else's
            log.exception("letting go of account %d", user_id)
        else:
            gone += 1
    return gone


async def _let_go_of(app: Services, user_id: int) -> None:
    """All of it can be done again."""
    friends = await app.db.read(friend_ids, user_id)
    renamed = contact_updated(user_id, user_id)
    app.hub.tell_users(friends, renamed)
    for friend_id in friends:
        await contacts.remove(app, user_id, friend_id)
    for group_id in await app.db.read(leaving.groups_of, user_id):
        try:
            await delivery.commit(app.log, Leave(user_id, group_id))
        except (Forbidden, NotFound):  # out already
            continue
        except Refused:  # made while the account was being closed: nobody else is to own it
            await delivery.commit(app.log, Dissolve(user_id, group_id))
    while await app.db.write(leaving.let_go_of_kept, user_id):
        pass
