"""Accounts: registering, logging in, the profile and the password."""

import secrets
from functools import partial
from typing import NamedTuple, cast

from actions import sessions
from actions.guesses import Guess, in_queue
from actions.passwords import Disconnected, Turn
from actions.presence import seen
from actions.services import Services
from actions.weak_passwords import refuse_weak
from models import accounts, contacts, finding, invites, totp, wallet
from models import sessions as session_rows
from models.sessions import SessionRow
from protocol import rows
from protocol.accounts import spellings
from protocol.clock import now_ms
from protocol.errors import Refusal, Refused
from protocol.frames import contact_updated


class Profile(NamedTuple):
    """What users say about themselves, as the edge has checked it."""

    nickname: str
    avatar: str
    sex: str
    memo: str


async def register(
    app: Services, mobile: str, passwd: str, profile: Profile, client: sessions.Client, invite: str = ""
) -> rows.User:
    """A new account and its first session; the user's own row, with the token. Raises as `invites.admit`
    where not everybody may have one."""
    refuse_weak(passwd, mobile, app.config.auth.passwd_min)
    profile = profile._replace(nickname=app.words.check(profile.nickname), memo=app.words.check(profile.memo))
    mode = app.config.auth.register
    await app.db.read(invites.may_try, mode, invite, now_ms())
    await app.db.read(accounts.require_free, mobile)
    keys = ((client.network, False),)
    with in_queue(app.budget, *keys):
        stored = await app.hasher.hash(passwd, Turn(keys, disconnected=client.disconnected))
    nickname = profile.nickname or f"用户{secrets.randbelow(900_000) + 100_000}"
    create = partial(
        accounts.create_user, mobile, stored, nickname, profile.avatar, profile.sex, profile.memo
    )
    token, open_session = sessions.opening(app, stored, client)

    def create_and_enter() -> rows.Profile:
        """In one transaction: an account that nobody is told of would keep its number for ever."""
        first = invites.admit(mode, invite, now_ms())
        row = create(now_ms(), app.config.uploads.quota_bytes, int(first))
        open_session(row["id"])
        if app.config.wallet.enabled:
            wallet.open_account(row["id"], app.config.wallet.welcome, now_ms())
        return row

    return own_row(app, await app.db.write(create_and_enter), token)


async def login(
    app: Services, mobile: str, passwd: str, client: sessions.Client, code: str = ""
) -> rows.User:
    """A new session; the user's own row, with the token. One text for an unknown number and a wrong password.
    Who has turned on one-time codes needs one of them: `CodeWanted`, `WrongCode`.

    Guessing is limited before anything is hashed. Only failures count in the end, so that many people behind
    one address can all log in; a wrong code is one, as a wrong password is.
    """
    account, known = await app.db.read(session_rows.log_in_of, mobile, client.marks)
    device = next((mark for mark in client.marks if mark in known), "")
    # A browser that the account knows does not suffer for what others do at its address.
    where = device if device and device == client.browser else client.network
    number = frozenset(spellings(mobile))
    guess = await Guess.count(app.budget, {"login": where, "account_login": (number, device)})
    # Strangers who ask for an account take no place from those whom it knows.
    keys = ((client.network, bool(device)), (number, bool(device)))
    turn = Turn(keys, bool(device), client.disconnected)
    async with guess:
        with in_queue(app.budget, *keys):
            matches = await app.hasher.verify(passwd, account["passwd"] if account else None, turn)
    if account is None or not matches:
        raise session_rows.wrong_login()
    try:
        token = await sessions.open_session(app, account["id"], account["passwd"], client, code)
    except Refusal as refusal:
        if not isinstance(refusal, totp.WrongCode) or isinstance(refusal, totp.CodeWanted):
            await guess.take_back()
        raise
    await guess.take_back()
    return own_row(app, await app.db.read(accounts.find_user, account["id"]), token)


async def change_profile(app: Services, user_id: int, changes: dict[str, str]) -> rows.User:
    """Set some of nickname, avatar, sex and memo; the user's own row. Friends' open pages hear of it."""
    changes |= {name: app.words.check(changes[name]) for name in ("nickname", "memo") if name in changes}
    # Before the write: after it nothing may fail.
    friends = await app.db.read(contacts.friend_ids, user_id) if changes else []
    row = await app.db.write(accounts.update_profile, user_id, changes, app.config.uploads.quota_bytes)
    if changes:
        changed = contact_updated(user_id, user_id)
        app.hub.tell_users([user_id, *friends], changed)
    return own_row(app, row)


async def change_passwd(
    app: Services, session: SessionRow, old: str, new: str, network: str, disconnected: Disconnected = None
) -> None:
    """Replace the caller's password, given the old one, and end their other sessions. `network`: where they
    call from, as limits see it.

    Who has stolen a session may guess as slowly as a stranger, and keeps the owner's other sessions from
    nothing."""
    user_id = session.user_id
    mobile = (await app.db.read(accounts.find_user, user_id))["mobile"]
    refuse_weak(new, mobile, app.config.auth.passwd_min)
    wrong = Refused("原密码不正确", "The old password is wrong")
    stored = await verified(app, session, old, network, disconnected, wrong)
    keys = ((network, True), user_id)
    with in_queue(app.budget, *keys):
        changed = await app.hasher.hash(new, Turn(keys, known=True, disconnected=disconnected))
    with sessions.in_doubt(app):
        ended = await app.db.write(session_rows.change_passwd, user_id, session.id, stored, changed)
    sessions.close_sockets(app, ended)


async def verified(
    app: Services,
    session: SessionRow,
    passwd: str,
    network: str,
    disconnected: Disconnected,
    wrong: Refused,
) -> str:
    """The stored hash of the caller's password, which is `passwd`; else `wrong`, which counts as a failed
    log-in of the session, and of all that it comes from or has let in by QR codes: who has stolen one makes
    others, and is to guess no faster."""
    stored = await app.db.read(accounts.passwd_of, session.user_id)
    keys, key = ((network, True), session.user_id), ("session", session.family)
    with in_queue(app.budget, *keys):
        async with await Guess.count(app.budget, {"login": key, "account_login": key}) as guess:
            matches = await app.hasher.verify(passwd, stored, Turn(keys, True, disconnected))
    if not matches:
        raise wrong
    await guess.take_back()
    return stored


async def find(app: Services, viewer_id: int, user_id: int) -> rows.Found:
    """A user's row as the viewer may see it: whether they are online is for friends and members of a group
    that both are in."""
    if viewer_id == user_id:
        return _own_found(app, await app.db.read(accounts.find_user, user_id))
    return _found_row(app, viewer_id, await app.db.read(finding.found_by_id, viewer_id, user_id))


async def find_by_mobile(app: Services, viewer_id: int, mobile: str) -> rows.Found:
    """The same by mobile, in any spelling."""
    found = await app.db.read(finding.found_by_mobile, viewer_id, mobile)
    if viewer_id == found.row["id"]:
        return _own_found(app, found.row)
    return _found_row(app, viewer_id, found)


def _own_found(app: Services, row: rows.Profile) -> rows.Found:
    return cast(rows.Found, own_row(app, row))


def _found_row(app: Services, viewer_id: int, found: finding.Found) -> rows.Found:
    row = public_row(app, viewer_id, found.row, found.acquainted)
    if found.deactivated:
        row["deactivated"] = 1
    return {**row, "remark": found.remark, "blocked": int(found.blocked)}


def own_row(app: Services, row: rows.Profile, token: str = "") -> rows.User:
    """A user's row for that user; `online` as others see it."""
    return cast(rows.User, {**row, "online": seen(app, row["id"], row["id"]), "token": token})


def public_row(app: Services, viewer_id: int, row: rows.Profile, acquainted: bool) -> rows.User:
    """A user's row for others: nobody else's number is shown, and to strangers nobody is online."""
    online = seen(app, viewer_id, row["id"]) if acquainted else 0
    told = cast(rows.User, {**row, "mobile": "", "online": online, "token": ""})
    told.pop("op", None)
    return told
