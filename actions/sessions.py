"""Sessions: who a token is, the list of them, and ending them with their sockets."""

import secrets
from typing import NamedTuple

from actions.services import Services
from models import sessions
from models.sessions import ConnectionStart, SessionRow, connection_start
from protocol.clock import now_ms
from protocol.errors import NotFound

_DAY_MS = 86_400_000


#: Rows of one UPDATE; databases bound the number of parameters.
_TOUCH_BATCH = 1000


class Client(NamedTuple):
    """Where a log-in comes from."""

    ip: str
    network: str  #: what limits count by: the address, or an IPv6 customer's whole network
    ua: str  #: what the client says it is


async def authenticate(app: Services, tokens: list[str]) -> list[SessionRow]:
    """The living sessions that these tokens open, in their order.

    Being used prolongs a session, so this writes `last_seen` of those not seen for some minutes.
    """
    now = now_ms()
    found = await app.db.read(sessions.find_sessions, tokens, now, _idle_ms(app))
    if stale := [row.id for row in found if now - row.last_seen >= sessions.TOUCH_MS]:
        app.db.write_soon(sessions.touch_sessions, stale, now)  # who reads waits for no write
    return found


async def enter(app: Services, user_id: int, token: str) -> ConnectionStart | None:
    """What a socket of this user needs to know to open, None when the token opens no session of theirs.

    This does not prolong the session: `forget_expired` does so for those that have an open socket.
    """
    return await app.db.read(connection_start, user_id, token, now_ms(), _idle_ms(app))


async def logout(app: Services, session: SessionRow) -> None:
    """End the caller's session and its sockets."""
    await app.db.write_always(sessions.close_session, session.id, session.user_id)
    app.hub.close_sessions([session.id])


async def sessions_of(app: Services, current: SessionRow) -> list[dict[str, object]]:
    """`{id, ua, ip, created, last_seen, current}` for each session of the caller."""
    rows = await app.db.read(sessions.sessions_of, current.user_id, now_ms(), _idle_ms(app))
    return [{**row, "current": row["id"] == current.id} for row in rows]


async def revoke(app: Services, current: SessionRow, session_id: int | None) -> None:
    """End one session of the caller, or all but the current one, and their sockets."""
    if session_id is None:
        ended = await app.db.write_always(sessions.close_others, current.user_id, current.id)
    elif await app.db.write_always(sessions.close_session, session_id, current.user_id):
        ended = [session_id]
    else:
        raise NotFound("该会话不存在", "No such session")
    close_sockets(app, ended)


async def forget_expired(app: Services) -> int:
    """Delete the sessions whose time is over and close what sockets they have; how many there were.

    An open socket is use: its session does not grow idle, and ends by its absolute lifetime only.
    """
    connected = app.hub.sessions
    for start in range(0, len(connected), _TOUCH_BATCH):
        await app.db.write_always(sessions.touch_sessions, connected[start : start + _TOUCH_BATCH], now_ms())
    forgotten = 0
    while ended := await app.db.write_always(sessions.close_dead, now_ms(), _idle_ms(app)):
        close_sockets(app, ended)
        forgotten += len(ended)
    return forgotten


async def open_session(app: Services, user_id: int, passwd: str, client: Client) -> str:
    token = secrets.token_urlsafe(32)
    lifetime = int(app.config.auth.absolute_days * _DAY_MS)
    await app.db.write(
        sessions.open_session, user_id, passwd, token, client.ua, client.ip, now_ms(), lifetime
    )
    return token


def close_sockets(app: Services, session_ids: list[int]) -> None:
    app.hub.close_sessions(session_ids)


def _idle_ms(app: Services) -> int:
    return int(app.config.auth.idle_days * _DAY_MS)
