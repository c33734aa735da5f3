"""Deleting an account. It is closed in one transaction; then its friends and groups are told, and what it
kept is let go, step by step. What a stopped server leaves of that is done by whoever keeps house."""

from actions import sessions
from actions.accounts import verified
from actions.passwords import Disconnected
from actions.services import Services
from models import leaving
from models.sessions import SessionRow
from protocol.clock import now_ms
from protocol.errors import Refused
from protocol.frames import event
from protocol.messages import ROOM, SINGLE
from protocol.numbers import Cmd

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


async def delete(app: Services, user_id: int) -> None:
    """An operator deletes an account. Raises as `models.leaving.close`."""
    await _close(app, user_id, None)


async def _close(app: Services, user_id: int, passwd: str | None) -> None:
    ended = await app.db.write(leaving.close, user_id, passwd, now_ms())
    sessions.close_sockets(app, ended)
    await _let_go_of(app, user_id)


async def let_go(app: Services) -> int:
    """Lets go of what is left of deleted accounts, also of what they had begun when they were closed; how
    many there were."""
    found = await app.db.read(leaving.departed, now_ms() - _LATEST_MS)
    for user_id in found:
        await _let_go_of(app, user_id)
        await app.db.write(leaving.done, user_id)
    return len(found)


async def _let_go_of(app: Services, user_id: int) -> None:
    """All of it can be done again."""
    friends, groups = await app.db.write(leaving.let_go_of_people, user_id)
    for what in ("updated", "removed"):
        for friend in friends:
            told = event(Cmd.CONTACT_CHANGED, what=what, userid=user_id, dstid=friend, kind=SINGLE)
            app.hub.tell_users([friend], told)
    for group in groups:
        told = event(Cmd.COMMUNITY_CHANGED, what="left", userid=user_id, dstid=group, kind=ROOM)
        app.hub.tell_group(group, told)
    while await app.db.write(leaving.let_go_of_kept, user_id):
        pass
