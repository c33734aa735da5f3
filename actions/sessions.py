"""Sessions: who a token is, the list of them, and ending them with their sockets."""

import secrets
from contextlib import suppress
from typing import NamedTuple

from actions.passwords import Gone
from actions.services import Services
from models import devices, sessions
from models.devices import mark_of
from models.sessions import ConnectionStart, SessionRow, connection_start
from protocol.clock import now_ms
from protocol.errors import NotFound, TryAgain

_DAY_MS = 86_400_000
#: Browsers keep a cookie for about as long.
_DEVICE_DAYS = 365

#: Rows of one UPDATE; databases bound the number of parameters.
_TOUCH_BATCH = 1000


class Client(NamedTuple):
    """Where a log-in comes from."""

    ip: str
    network: str  #: what limits count by: the address, or an IPv6 customer's whole network
    ua: str  #: what the client says it is
    device: str = ""  #: the secret by which the browser is known again; "" when it is no browser
    gone: Gone = None

    @property
    def browser(self) -> str:
        """What stands for the browser among the account's devices."""
        return mark_of("browser", self.device) if self.device else ""

    @property
    def marks(self) -> tuple[str, ...]:
        """What stands for the browser, and for where it is, among the account's devices."""
        network = mark_of("network", self.network)
        return (self.browser, network) if self.device else (network,)


async def authenticate(app: Services, tokens: list[str]) -> list[SessionRow]:
    """The living sessions that these tokens open, in their order.

    Being used prolongs a session, so this writes `last_seen` of those not seen for some minutes.
    """
    now = now_ms()
    found = await app.db.read(sessions.find_sessions, tokens, now, _idle_ms(app))
    if stale := [row.id for row in found if now - row.last_seen >= sessions.TOUCH_MS]:
        with suppress(TryAgain):  # on a full disk people can still read
            await app.db.write(sessions.touch_sessions, stale, now)
    return found


async def enter(app: Services, user_id: int, token: str) -> ConnectionStart | None:
    """What a socket of this user needs to know to open, None when the token opens no session of theirs.

    This does not prolong the session: `forget_expired` does so for those that have an open socket.
    """
    return await app.db.read(connection_start, user_id, token, now_ms(), _idle_ms(app))


async def logout(app: Services, session: SessionRow) -> None:
    """End the caller's session and its sockets."""
    await app.db.write(sessions.close_session, session.id, session.user_id)
    app.hub.close_sessions([session.id])


async def sessions_of(app: Services, current: SessionRow) -> list[dict[str, object]]:
    """`{id, ua, ip, created, last_seen, current}` for each session of the caller."""
    rows = await app.db.read(sessions.sessions_of, current.user_id, now_ms(), _idle_ms(app))
    return [{**row, "current": row["id"] == current.id} for row in rows]


async def revoke(app: Services, current: SessionRow, session_id: int | None) -> None:
    """End one session of the caller, or all but the current one, and their sockets."""
    if session_id is None:
        ended = await app.db.write(sessions.close_others, current.user_id, current.id)
    elif await app.db.write(sessions.close_session, session_id, current.user_id):
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
        await app.db.write(sessions.touch_sessions, connected[start : start + _TOUCH_BATCH], now_ms())
    forgotten = 0
    while ended := await app.db.write(sessions.close_dead, now_ms(), _idle_ms(app)):
        close_sockets(app, ended)
        forgotten += len(ended)
    return forgotten


async def forget_devices(app: Services) -> int:
    """Delete the devices that were not seen for a year; how many there were."""
    return await app.db.write(devices.forget_before, now_ms() - _DEVICE_DAYS * _DAY_MS)


async def open_session(app: Services, user_id: int, passwd: str, client: Client) -> str:
    token = secrets.token_urlsafe(32)
    lifetime = int(app.config.auth.absolute_days * _DAY_MS)
    opened = await app.db.write(
        sessions.open_session,
        user_id,
        passwd,
        token,
        client.ua,
        client.ip,
        now_ms(),
        lifetime,
        app.config.auth.max_sessions,
        client.marks,
    )
    close_sockets(app, opened.ended)
    return token


def close_sockets(app: Services, session_ids: list[int]) -> None:
    app.hub.close_sessions(session_ids)


def _idle_ms(app: Services) -> int:
    return int(app.config.auth.idle_days * _DAY_MS)
