"""Accounts: registering, logging in and out, sessions, the profile and the password."""

import secrets
from contextlib import suppress
from typing import NamedTuple

from actions.services import Services
from models import contact, session, user
from models.base import now_ms
from models.entrance import Entrance, entrance
from protocol.errors import NotFound, Refused, SlowDown, TryAgain
from protocol.frames import event
from protocol.message import SINGLE, Cmd

_DAY_MS = 86_400_000
#: Rows of one UPDATE; databases bound the number of parameters.
_TOUCH_BATCH = 1000


class Client(NamedTuple):
    """Where a log-in comes from."""

    ip: str
    network: str  #: what limits count by: the address, or an IPv6 customer's whole network
    ua: str  #: what the client says it is


class Profile(NamedTuple):
    """What users say about themselves, as the edge has checked it."""

    nickname: str
    avatar: str
    sex: str
    memo: str


async def register(app: Services, mobile: str, passwd: str, profile: Profile, client: Client) -> dict:
    """A new account and its first session; the user's own row, with the token."""
    await app.db.run(user.require_free, mobile)
    stored = await app.hasher.hash(passwd)
    nickname = profile.nickname or f"用户{secrets.randbelow(900_000) + 100_000}"
    row = await app.db.run(
        user.create_user, mobile, stored, nickname, profile.avatar, profile.sex, profile.memo, now_ms()
    )
    return own_row(app, row, await _open(app, row["id"], stored, client))


async def login(app: Services, mobile: str, passwd: str, client: Client) -> dict:
    """A new session; the user's own row, with the token. One text for an unknown number and a wrong password.

    Guessing is limited before anything is hashed: for this number from this address, and for the address.
    Only failures count in the end, so that many people behind one address can all log in.
    """
    keys = [(mobile, client.network), client.network]
    _take_tries(app, keys)
    account = await app.db.run(user.login_of, mobile)
    if not await app.hasher.verify(passwd, account and account["passwd"]):
        raise session.wrong_login()
    for key in keys:
        app.limits.give_back("login", key)
    token = await _open(app, account["id"], account["passwd"], client)
    return own_row(app, await app.db.run(user.find_user, account["id"]), token)


async def authenticate(app: Services, tokens: list[str]) -> list[session.SessionRow]:
    """The living sessions that these tokens open, in their order.

    Being used prolongs a session, so this writes `last_seen` of those not seen for some minutes.
    """
    now = now_ms()
    found = await app.db.run(session.find_sessions, tokens, now, _idle_ms(app))
    if stale := [row.id for row in found if now - row.last_seen >= session.TOUCH_MS]:
        with suppress(TryAgain):  # on a full disk people can still read
            await app.db.run(session.touch_sessions, stale, now)
    return found


async def enter(app: Services, user_id: int, token: str) -> Entrance | None:
    """What a socket of this user needs to know to open, None when the token opens no session of theirs.

    This does not prolong the session: `forget_expired` does so for those that have an open socket.
    """
    return await app.db.run(entrance, user_id, token, now_ms(), _idle_ms(app))


async def logout(app: Services, user_id: int, session_id: int) -> None:
    """End the caller's session and its sockets."""
    await app.db.run(session.close_session, session_id, user_id)
    app.hub.close_session(session_id)


async def sessions(app: Services, user_id: int, current_id: int) -> list[dict]:
    """`{id, ua, ip, created, last_seen, current}` for each of the user's sessions."""
    rows = await app.db.run(session.sessions_of, user_id, now_ms(), _idle_ms(app))
    return [{**row, "current": row["id"] == current_id} for row in rows]


async def revoke(app: Services, user_id: int, current_id: int, session_id: int | None) -> None:
    """End one session of the user, or all but the current one, and their sockets."""
    if session_id is None:
        ended = await app.db.run(session.close_others, user_id, current_id)
    elif await app.db.run(session.close_session, session_id, user_id):
        ended = [session_id]
    else:
        raise NotFound("该会话不存在", "No such session")
    _close_sockets(app, ended)


async def change_profile(app: Services, user_id: int, changes: dict[str, str]) -> dict:
    """Set some of nickname, avatar, sex and memo; the user's own row. Friends' open pages hear of it."""
    row = await app.db.run(user.update_profile, user_id, changes)
    if changes:
        friends = await app.db.run(contact.friend_ids, user_id)
        changed = event(Cmd.CONTACT_CHANGED, what="updated", userid=user_id, dstid=user_id, kind=SINGLE)
        app.hub.tell([user_id, *friends], changed)
    return own_row(app, row)


async def change_passwd(app: Services, user_id: int, session_id: int, old: str, new: str) -> None:
    """Replace the password, given the old one, and end the user's other sessions."""
    _take_tries(app, [user_id])
    stored = await app.db.run(user.passwd_of, user_id)
    if not await app.hasher.verify(old, stored):
        raise Refused("原密码不正确", "The old password is wrong")
    app.limits.give_back("login", user_id)
    ended = await app.db.run(session.change_passwd, user_id, session_id, stored, await app.hasher.hash(new))
    _close_sockets(app, ended)


async def find(app: Services, viewer_id: int, user_id: int) -> dict:
    """A user's row as the viewer may see it."""
    row = await app.db.run(user.find_user, user_id)
    return own_row(app, row) if viewer_id == user_id else public_row(app, row)


async def forget_expired(app: Services) -> int:
    """Delete the sessions whose time is over and close what sockets they have; how many there were.

    An open socket is use: its session does not grow idle, and ends by its absolute lifetime only.
    """
    connected = app.hub.sessions
    for start in range(0, len(connected), _TOUCH_BATCH):
        await app.db.run(session.touch_sessions, connected[start : start + _TOUCH_BATCH], now_ms())
    forgotten = 0
    while ended := await app.db.run(session.close_dead, now_ms(), _idle_ms(app)):
        _close_sockets(app, ended)
        forgotten += len(ended)
    return forgotten


def own_row(app: Services, row: dict, token: str = "") -> dict:
    """A user's row for that user."""
    return {**row, "online": int(app.hub.online(row["id"])), "token": token}


def public_row(app: Services, row: dict) -> dict:
    """A user's row for others: nobody else's number is shown."""
    return own_row(app, row) | {"mobile": ""}


async def _open(app: Services, user_id: int, passwd: str, client: Client) -> str:
    token = secrets.token_urlsafe(32)
    lifetime = int(app.config.auth.absolute_days * _DAY_MS)
    await app.db.run(session.open_session, user_id, passwd, token, client.ua, client.ip, now_ms(), lifetime)
    return token


def _take_tries(app: Services, keys: list) -> None:
    """One try for each key, or `SlowDown` and none is used up."""
    taken = []
    for key in keys:
        try:
            app.limits.check("login", key)
        except SlowDown:
            for other in taken:
                app.limits.give_back("login", other)
            raise
        taken.append(key)


def _close_sockets(app: Services, session_ids: list[int]) -> None:
    for session_id in session_ids:
        app.hub.close_session(session_id)


def _idle_ms(app: Services) -> int:
    return int(app.config.auth.idle_days * _DAY_MS)
