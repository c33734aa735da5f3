"""Sessions: who a token is, the list of them, and ending them with their sockets."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, Protocol

from actions.notices import tell_devices
from actions.passwords import Disconnected
from actions.services import Services
from models import devices, sessions, totp
from models.devices import mark_of
from models.sessions import SessionRow
from models.tables import MAX_UA
from protocol.clock import now_ms
from protocol.errors import TryAgain

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


@contextmanager
def in_doubt(app: Services) -> Iterator[None]:
    """Around a write that ends sessions, or decides who may do what: when nobody knows whether it is stored,
    what stands is read again, so that no socket outlives its session."""
    try:
        yield
    except TryAgain:
        app.hub.recovery.doubt()
        raise


async def logout(app: Services, session: SessionRow) -> None:
    """End the caller's session and its sockets."""
    with in_doubt(app):
        await app.db.write_always(sessions.close_session, session.id, session.user_id)
    app.hub.close_sessions([session.id])


async def sessions_of(app: Services, current: SessionRow) -> list[dict[str, object]]:
    """`{id, ua, ip, created, last_seen, fresh, current}` for each session of the caller."""
    now = now_ms()
    found = await app.db.read(sessions.sessions_of, current.user_id, now, app.config.auth.idle_ms)
    # The one that asks is in use now, written yet or not.
    others = [{**row, "current": False} for row in found if row["id"] != current.id]
    mine = [{**row, "last_seen": now, "current": True} for row in found if row["id"] == current.id]
    return mine + others


async def revoke(app: Services, current: SessionRow, session_id: int | None) -> None:
    """End one session of the caller, or all but the current one, and their sockets."""
    with in_doubt(app):
        if session_id is None:
            ended = await app.db.write_always(sessions.close_others, current.user_id, current.id)
        elif await app.db.write_always(sessions.close_session, session_id, current.user_id):
            ended = [session_id]
        else:
            raise sessions.no_session()
    close_sockets(app, ended)


async def confirm(app: Services, current: SessionRow, session_id: int) -> None:
    """The caller says that it was they who began another session. Raises as `models.sessions.confirm`."""
    await app.db.write(sessions.confirm, session_id, current.user_id, current.id)


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


class Store(Protocol):
    """Stores a session of a user, in a writing transaction; `root` as of `models.sessions.open_session`."""

    def __call__(self, user_id: int, root: int = 0) -> sessions.Opened: ...


def opening(
    app: Services, passwd: str | None, client: Client, second: Callable[[int], None] | None = None
) -> tuple[str, Store]:
    """A token, and what stores its session."""
    token = secrets.token_urlsafe(32)
    lifetime = int(app.config.auth.absolute_days * _DAY_MS)
    most = app.config.auth.max_sessions

    def store(user_id: int, root: int = 0) -> sessions.Opened:
        return sessions.open_session(
            user_id, passwd, token, client.ua, client.ip, now_ms(), lifetime, most, client.marks, second, root
        )

    return token, store


async def open_session(app: Services, user_id: int, passwd: str, client: Client, code: str) -> str:
    """The token of a new session of who has shown the password whose hash is `passwd`, and `code` where codes
    are asked for. Raises as `models.totp.require`."""

    def second(user_id: int) -> None:
        totp.require(user_id, code, now_ms(), app.seal.open)

    token, store = opening(app, passwd, client, second)
    opened = await app.db.write(store, user_id)
    _tell(app, user_id, opened, client)
    return token


async def open_session_of(
    app: Services, whose: Callable[[], tuple[int, int]], client: Client
) -> tuple[str, int]:
    """The token of a new session, and of whom: `whose` is asked in its transaction for that and for the
    session that lets them in, and raises what speaks against it."""
    token, store = opening(app, None, client)

    def find_and_store() -> tuple[int, sessions.Opened]:
        user_id, root = whose()
        return user_id, store(user_id, root)

    user_id, opened = await app.db.write(find_and_store)
    _tell(app, user_id, opened, client)
    return token, user_id


def _tell(app: Services, user_id: int, opened: sessions.Opened, client: Client) -> None:
    """What others have to know of a new session."""
    close_sockets(app, opened.ended)
    if opened.fresh:
        tell_devices(app, user_id, "login", session=opened.id, ua=client.ua[:MAX_UA], ip=client.ip)


def close_sockets(app: Services, session_ids: list[int]) -> None:
    app.hub.close_sessions(session_ids)
