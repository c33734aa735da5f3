"""Operators: deciding about people. `op`: whoever does it, 0 for the command line (`admin/`), which calls the
same verbs.

What takes effect here takes effect in every process: sessions end by the order that a log-out gives, and
whom an operator mutes is kept in each process's memory (`hub.muted`).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from actions import delivery, sessions
from hub.ports.control import UserMuted
from log.entries import Dissolve
from models import contacts, groups, operators, restraints
from protocol import rows
from protocol.clock import now_ms
from protocol.frames import contact_updated
from protocol.operators import Account

if TYPE_CHECKING:
    from actions.services import Services


async def mute(app: "Services", op: int, user_id: int, until: int) -> Account:
    """The user says nothing until then (ms), anywhere; 0, or a time that has passed, ends it. Their row."""
    with sessions.in_doubt(app):
        stands, number = await app.db.write(operators.mute, op, user_id, until, now_ms())
    app.hub.order((UserMuted(user_id, stands, number),))
    return await show(app, user_id)


async def deactivate(app: "Services", op: int, user_id: int, on: bool) -> Account:
    """The user's sessions end and they can't log in, or can again. Their row; friends' open pages hear of
    it."""
    friends = await app.db.read(contacts.friend_ids, user_id)  # after the write nothing may fail
    with sessions.in_doubt(app):
        ended = await app.db.write_always(operators.deactivate, op, user_id, on, now_ms())
    sessions.close_sockets(app, ended)
    _tell(app, user_id, friends)
    return await show(app, user_id)


async def close_sessions(app: "Services", op: int, user_id: int) -> int:
    """Ends all sessions of a user, with their sockets; how many there were."""
    with sessions.in_doubt(app):
        ended = await app.db.write_always(operators.close_sessions, op, user_id, now_ms())
    sessions.close_sockets(app, ended)
    return len(ended)


async def make_operator(app: "Services", op: int, user_id: int, on: bool) -> Account:
    """The user is an operator, or no longer; their row. Each call of theirs asks the database what they are,
    so it is so at once; their open pages hear of it."""
    if await app.db.write(operators.make_operator, op, user_id, on, now_ms()):
        _tell(app, user_id, ())
    return await show(app, user_id)


async def dissolve(app: "Services", op: int, group_id: int) -> None:
    """The group is over, as if its owner had dissolved it. Raises `NotFound`, and `Forbidden` where it was
    before."""
    group = await app.db.read(groups.group, group_id)
    await delivery.commit(app.log, Dissolve(group.ownerid, group_id, op=op))


async def note_export(app: "Services", op: int, user_id: int) -> None:
    """An operator is about to read all that is stored of a user. Raises `NotFound`."""
    await app.db.write(operators.note_export, op, user_id, now_ms())


async def show(app: "Services", user_id: int) -> Account:
    """A user's row, for operators."""
    return _told(app, await app.db.read(operators.find_user, user_id, now_ms()))


async def show_with_sessions(app: "Services", user_id: int) -> tuple[Account, list[rows.Session]]:
    """The same, and their living sessions."""
    found, living = await app.db.read(operators.sessions_of, user_id, now_ms(), app.config.auth.idle_ms)
    return _told(app, found), living


async def find_users(app: "Services", q: str, after: int | None, limit: int) -> tuple[list[Account], bool]:
    """As `models.operators.find_users`, with who is online."""
    found, more = await app.db.read(operators.find_users, q, after, limit, now_ms())
    return [_told(app, row) for row in found], more


async def all_operators(app: "Services") -> list[Account]:
    """The row of each operator."""
    return [_told(app, row) for row in await app.db.read(operators.operators, now_ms())]


async def read_again(app: "Services") -> None:
    """Who is muted, from the database: others may have decided unheard. Raises `TryAgain` when it is away."""
    while True:
        mark = app.muted.mark
        if app.muted.read(await app.db.read(restraints.mutes, now_ms()), mark):
            return


def _told(app: "Services", row: Account) -> Account:
    """Operators see who is online, whatever that user shows to others."""
    row["online"] = int(app.hub.online(row["id"]))
    return row


def _tell(app: "Services", user_id: int, friends: Sequence[int]) -> None:
    """Open pages ask for the user's row again."""
    changed = contact_updated(user_id, user_id)
    app.hub.tell_users([user_id, *friends], changed)
