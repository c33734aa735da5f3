"""Sessions: who a token is, the list of them, and ending them with their sockets."""

import secrets
from collections.abc import Callable
from typing import NamedTuple

from actions.passwords import Disconnected
from actions.services import Services
from models import devices, sessions
from models.devices import mark_of
from models.sessions import SessionRow
from protocol.clock import now_ms
from protocol.errors import NotFound

_DAY_MS = 86_400_000
#: Browsers keep a cookie for about as long.
_DEVICE_DAYS = 365


class Client(NamedTuple):
    """Where a log-in comes from."""

    ip: str
    network: str  #: what limits count by: the address, or an IPv6 customer's whole network
    ua: str  #: what the client says it is
    device: str = ""  #: the secret by which the browser is known again; "" when it is no browser
    disconnected: Disconnected = None

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

    Being used prolongs a session, so `last_seen` of those not seen for some minutes is written, soon.
    """
    now, idle = now_ms(), app.config.auth.idle_ms
    found = await app.db.read(sessions.find_sessions, tokens, now, idle)
    app.session_use.seen(row.id for row in found if now - row.last_seen >= sessions.touch_ms(idle))
    return found


async def logout(app: Services, session: SessionRow) -> None:
    """End the caller's session and its sockets."""
    await app.db.write_always(sessions.close_session, session.id, session.user_id)
    app.hub.close_sessions([session.id])


async def sessions_of(app: Services, current: SessionRow) -> list[dict[str, object]]:
    """`{id, ua, ip, created, last_seen, current}` for each session of the caller."""
    now = now_ms()
    found = await app.db.read(sessions.sessions_of, current.user_id, now, app.config.auth.idle_ms)
    # The one that asks is in use now, written yet or not.
    others = [{**row, "current": False} for row in found if row["id"] != current.id]
    mine = [{**row, "last_seen": now, "current": True} for row in found if row["id"] == current.id]
    return mine + others


async def revoke(app: Services, current: SessionRow, session_id: int | None) -> None:
    """End one session of the caller, or all but the current one, and their sockets."""
    if session_id is None:
        ended = await app.db.write_always(sessions.close_others, current.user_id, current.id)
    elif await app.db.write_always(sessions.close_session, session_id, current.user_id):
        ended = [session_id]
    else:
        raise NotFound("该会话不存在", "No such session")
    close_sockets(app, ended)


async def keep_in_use(app: Services) -> None:
    """An open socket is use: its session does not grow idle, and ends by its absolute lifetime only. Each
    process says so of its own."""
    app.session_use.forget_closed()
    app.session_use.seen(app.hub.sessions)
    await app.session_use.flush()


async def forget_expired(app: Services) -> int:
    """Delete the sessions whose time is over and close what sockets they have, in every process; how many
    there were."""
    forgotten = 0
    while ended := await app.db.write_always(sessions.close_dead, now_ms(), app.config.auth.idle_ms):
        close_sockets(app, ended)
        forgotten += len(ended)
    return forgotten


async def forget_devices(app: Services) -> int:
    """Delete the devices that were not seen for a year; how many there were."""
    return await app.db.write(devices.forget_before, now_ms() - _DEVICE_DAYS * _DAY_MS)


def opening(app: Services, passwd: str, client: Client) -> tuple[str, Callable[[int], sessions.Opened]]:
    """(token, what stores its session for a user, in a writing transaction)."""
    token = secrets.token_urlsafe(32)
    lifetime = int(app.config.auth.absolute_days * _DAY_MS)
    most = app.config.auth.max_sessions

    def store(user_id: int) -> sessions.Opened:
        return sessions.open_session(
            user_id, passwd, token, client.ua, client.ip, now_ms(), lifetime, most, client.marks
        )

    return token, store


async def open_session(app: Services, user_id: int, passwd: str, client: Client) -> str:
    token, store = opening(app, passwd, client)
    opened = await app.db.write(store, user_id)
    close_sockets(app, opened.ended)
    return token


def close_sockets(app: Services, session_ids: list[int]) -> None:
    app.hub.close_sessions(session_ids)
