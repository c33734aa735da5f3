"""Accounts: registering, logging in, the profile and the password."""

import secrets
from collections.abc import Hashable
from typing import NamedTuple

from actions import sessions
from actions.services import Services
from models import accounts, contacts
from models import sessions as session_rows
from models.sessions import SessionRow
from protocol import rows
from protocol.clock import now_ms
from protocol.errors import Refused
from protocol.frames import event
from protocol.messages import SINGLE, Cmd


class Profile(NamedTuple):
    """What users say about themselves, as the edge has checked it."""

    nickname: str
    avatar: str
    sex: str
    memo: str


async def register(
    app: Services, mobile: str, passwd: str, profile: Profile, client: sessions.Client
) -> rows.User:
    """A new account and its first session; the user's own row, with the token."""
    await app.db.read(accounts.require_free, mobile)
    stored = await app.hasher.hash(passwd)
    nickname = profile.nickname or f"用户{secrets.randbelow(900_000) + 100_000}"
    row = await app.db.write(
        accounts.create_user, mobile, stored, nickname, profile.avatar, profile.sex, profile.memo, now_ms()
    )
    return own_row(app, row, await sessions.open_session(app, row["id"], stored, client))


async def login(app: Services, mobile: str, passwd: str, client: sessions.Client) -> rows.User:
    """A new session; the user's own row, with the token. One text for an unknown number and a wrong password.

    Guessing is limited before anything is hashed: for this number from this address, and for the address.
    Only failures count in the end, so that many people behind one address can all log in.
    """
    keys: list[Hashable] = [(mobile, client.network), client.network]
    app.budget.take("login", *keys)
    account = await app.db.read(accounts.login_of, mobile)
    matches = await app.hasher.verify(passwd, account["passwd"] if account else None)
    if account is None or not matches:
        raise session_rows.wrong_login()
    app.budget.give_back("login", *keys)
    token = await sessions.open_session(app, account["id"], account["passwd"], client)
    return own_row(app, await app.db.read(accounts.find_user, account["id"]), token)


async def change_profile(app: Services, user_id: int, changes: dict[str, str]) -> rows.User:
    """Set some of nickname, avatar, sex and memo; the user's own row. Friends' open pages hear of it."""
    # Before the write: after it nothing may fail.
    friends = await app.db.read(contacts.friend_ids, user_id) if changes else []
    row = await app.db.write(accounts.update_profile, user_id, changes)
    if changes:
        changed = event(Cmd.CONTACT_CHANGED, what="updated", userid=user_id, dstid=user_id, kind=SINGLE)
        app.hub.tell_users([user_id, *friends], changed)
    return own_row(app, row)


async def change_passwd(app: Services, session: SessionRow, old: str, new: str) -> None:
    """Replace the caller's password, given the old one, and end their other sessions."""
    user_id = session.user_id
    app.budget.take("login", user_id)
    stored = await app.db.read(accounts.passwd_of, user_id)
    if not await app.hasher.verify(old, stored):
        raise Refused("原密码不正确", "The old password is wrong")
    app.budget.give_back("login", user_id)
    ended = await app.db.write(
        session_rows.change_passwd, user_id, session.id, stored, await app.hasher.hash(new)
    )
    sessions.close_sockets(app, ended)


async def find(app: Services, viewer_id: int, user_id: int) -> rows.User:
    """A user's row as the viewer may see it."""
    row = await app.db.read(accounts.find_user, user_id)
    return own_row(app, row) if viewer_id == user_id else public_row(app, row)


def own_row(app: Services, row: rows.Profile, token: str = "") -> rows.User:
    """A user's row for that user."""
    return {**row, "online": int(app.hub.online(row["id"])), "token": token}


def public_row(app: Services, row: rows.Profile) -> rows.User:
    """A user's row for others: nobody else's number is shown."""
    return {**own_row(app, row), "mobile": ""}
