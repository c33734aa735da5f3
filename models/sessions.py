"""Sessions: who may call as whom, and until when. Only the SHA-256 of a token is stored."""

import hashlib
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from peewee import SQL, ModelSelect, fn

from database.base import database
from database.dialect import of_database
from database.prepared import Prepared, PreparedFor
from models import accounts, devices
from models.accounts import replace_passwd
from models.restraints import require_active
from models.tables import LEFT, MAX_UA, Conversation, Member, PushSubscription, Reset, ServerState, Session
from protocol import rows
from protocol.errors import Forbidden, NotFound, Refused
from protocol.messages import ROOM

#: `last_seen` is written at most this often (ms): precise for a lifetime of days, and rare enough to be free.
_TOUCH_MS = 300_000


def touch_ms(idle_ms: int) -> int:
    """How old `last_seen` may be of a session that lives `idle_ms` unused: less where that is minutes."""
    return min(_TOUCH_MS, idle_ms // 4)


#: One sweep deletes at most this many rows, so that it never holds the database for long.
SWEEP = 1000


class SessionRow(NamedTuple):
    """A session as callers know it. `root`: the one that it comes from by QR codes, 0 for none."""

    id: int
    user_id: int
    last_seen: int
    root: int = 0

    @property
    def family(self) -> int:
        """The same for all that QR codes have made of one session."""
        return self.root or self.id


def token_hash(token: str) -> str:
    """What is stored of a token. It has 256 random bits, so a plain fast hash gives nothing away."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


class LogIn(NamedTuple):
    """What a log-in is checked against: the account, and from where it has been logged in to before."""

    account: accounts.LoginRow | None
    known: frozenset[str]


def log_in_of(mobile: str, marks: Collection[str]) -> LogIn:
    """The account with this number, if there is one, and which of the caller's `marks` it knows."""
    account = accounts.login_of(mobile)
    return LogIn(account, devices.known_marks(account["id"] if account else 0, marks))


class Opened(NamedTuple):
    """A new session, and those of the account that ended for it. `fresh`: it is on a device from which nobody
    had logged in before."""

    id: int
    ended: list[int]
    fresh: bool = False


def open_session(
    user_id: int,
    passwd: str | None,
    token: str,
    ua: str,
    ip: str,
    now: int,
    lifetime: int,
    most: int = 50,
    marks: Sequence[str] = (),
    second: Callable[[int], None] | None = None,
    root: int = 0,
) -> Opened:
    """Store a session that ends `lifetime` ms from `now` at the latest, and remember from where it came:
    `marks`, the browser's first. The account has `most` sessions then: the longest unused have to end for it.

    `passwd` is the stored hash that the caller's password was verified against. When it was changed meanwhile
    the log-in is refused: it would outlive the change, which ends all other sessions. None: they have shown
    something else. `second` is asked then, with the user's id, and raises what else is missing. `root`: the
    session that lets them in, 0 for none.
    """
    # The lock lets one log-in of an account after the other count its sessions.
    stored = accounts.locked_passwd(user_id)
    if not stored or passwd not in (None, stored):
        raise wrong_login()
    require_active(user_id)
    if second is not None:
        second(user_id)
    fresh = bool(marks) and devices.is_new(user_id, marks[0])
    session_id = Session.insert(
        user_id=user_id,
        token_hash=token_hash(token),
        ua=ua[:MAX_UA],
        ip=ip[:45],
        created=now,
        last_seen=now,
        expires=now + lifetime,
        fresh=int(fresh),
        root=root,
    ).execute()
    if marks:
        devices.remember(user_id, marks, now)
    others = Session.select(Session.id).where(Session.user_id == user_id, Session.id != session_id)
    latest = others.order_by(Session.last_seen.desc(), Session.id.desc())
    ended = _delete_ids([other for (other,) in latest.tuples()][most - 1 :])
    return Opened(session_id, ended, fresh)


def wrong_login() -> Refused:
    """One text for an unknown number and for a wrong password."""
    return Refused("手机号或密码不正确", "Wrong mobile number or password")


def find_sessions(tokens: list[str], now: int, idle: int) -> list[SessionRow]:
    """The living sessions of these tokens, in their order; tokens that open none are left out. One is dead
    once it expired or was not seen for `idle` ms."""
    hashes = [token_hash(token) for token in tokens]
    found = {
        key: SessionRow(session_id, user_id, last_seen, root)
        for key, user_id, session_id, _, last_seen, root in _sessions(hashes, now, now - idle)
    }
    return [found[key] for key in dict.fromkeys(hashes) if key in found]


def sessions_of(user_id: int, now: int, idle: int) -> list[rows.Session]:
    """The living sessions of a user, the latest seen first: `{id, ua, ip, created, last_seen, fresh}`."""
    shown = (Session.id, Session.ua, Session.ip, Session.created, Session.last_seen, Session.fresh)
    mine = _living(now, idle).select(*shown).where(Session.user_id == user_id)
    return list(mine.order_by(Session.last_seen.desc(), Session.id.desc()).dicts())


def touch_sessions(session_ids: list[int], now: int) -> None:
    """These sessions are in use at `now`, which prolongs their idle time."""
    Session.update(last_seen=now).where(Session.id.in_(session_ids), Session.last_seen < now).execute()


def close_session(session_id: int, user_id: int) -> bool:
    """End one session of a user; False when the user has no such session."""
    mine = Session.id == session_id, Session.user_id == user_id
    return bool(Session.delete().where(*mine).execute() and _delete_ids([session_id]))


def confirm(session_id: int, user_id: int, by: int) -> None:
    """The user says, from session `by`, that it was they who began the other one; `NotFound` when they have
    none of that number. One that nobody has confirmed itself confirms none: it may be a thief's."""
    mine = Session.user_id == user_id
    known = Session.select(Session.fresh).where(mine, Session.id == by).scalar()
    if known or session_id == by:
        raise Forbidden("请在其他设备上确认", "Confirm this on another device")
    if not Session.select(Session.id).where(mine, Session.id == session_id).exists():
        raise no_session()
    Session.update(fresh=0).where(mine, Session.id == session_id).execute()


def close_all(user_id: int) -> list[int]:
    """End every session of a user; the ids of those ended."""
    return _delete(Session.select(Session.id).where(Session.user_id == user_id))


def close_others(user_id: int, keep_id: int) -> list[int]:
    """End every session of a user but one; the ids of those ended."""
    accounts.lock(user_id)  # no new one comes in between by what one of them has approved
    return _delete(Session.select(Session.id).where(Session.user_id == user_id, Session.id != keep_id))


def change_passwd(user_id: int, keep_id: int, old: str, new: str) -> list[int]:
    """Replace the user's hash `old` by `new` and end the other sessions; the ids of those ended.

    A log-in with the old password that runs beside this either opened its session before, and is ended here,
    or finds the hash changed.
    """
    replace_passwd(user_id, old, new)
    Reset.delete().where(Reset.user_id == user_id).execute()  # whoever has a link needs none any more
    return close_others(user_id, keep_id)


def close_dead(now: int, idle: int) -> list[int]:
    """Delete a batch of sessions that expired or were idle too long; their ids, [] when none is left.

    They are locked before they are deleted: one that is used in this moment, in whatever process, lives."""
    dead = (Session.expires <= now) | (Session.last_seen <= now - idle)
    found = Session.select(Session.id).where(dead).order_by(Session.id).limit(SWEEP)
    return _delete(of_database(database.obj).locked(found))


def _living(now: int, idle: int) -> ModelSelect:
    return Session.select().where(Session.expires > now, Session.last_seen > now - idle)


def _delete(ids: ModelSelect) -> list[int]:
    """Ids first, then rows: MariaDB can't delete by a limited subquery, and callers close the sockets."""
    return _delete_ids([row[0] for row in ids.tuples()])


def _delete_ids(found: list[int]) -> list[int]:
    for field in (Session.id, PushSubscription.session_id) if found else ():
        field.model.delete().where(field.in_(found)).execute()
    return found


class ConnectionStart(NamedTuple):
    """What a connection needs to know when it opens, found in one look: whose session it is, until when (ms)
    and when it was last used, the groups of its user, and which history this is."""

    session_id: int
    expires: int
    last_seen: int
    group_ids: list[int]
    epoch: int


#: The most that are looked up at once.
MOST_STARTS = 64

_sessions = PreparedFor(
    lambda listed: Session.select(
        Session.token_hash, Session.user_id, Session.id, Session.expires, Session.last_seen, Session.root
    ).where(Session.token_hash.in_(listed), Session.expires > 0, Session.last_seen > 0),
    numbers=False,
)

_groups = PreparedFor(
    lambda listed: (
        Conversation.select(Member.user_id, Conversation.a)
        .join(Member, on=(Member.conversation_id == Conversation.id))
        .where(Member.user_id.in_(listed), Conversation.kind == ROOM, Member.role > SQL("0"))
    )
)

_epoch = Prepared(lambda: ServerState.select(ServerState.value).where(ServerState.name == "epoch"))


def connection_starts(asked: Sequence[tuple[int, str]], now: int, idle: int) -> list[ConnectionStart | None]:
    """For each (user id, token), `MOST_STARTS` at most: None when the token opens no living session of this
    user; see `find_sessions`."""
    hashes = [token_hash(token) for _, token in asked]
    found = {
        (token, user_id): (session_id, expires, last_seen)
        for token, user_id, session_id, expires, last_seen, _ in _sessions(hashes, now, now - idle)
    }
    sessions = [found.get((token, user_id)) for token, (user_id, _) in zip(hashes, asked)]
    users = list(dict.fromkeys(user_id for (user_id, _), session in zip(asked, sessions) if session))
    if not users:
        return [None] * len(asked)
    groups: dict[int, list[int]] = {user_id: [] for user_id in users}
    for user_id, group_id in _groups(users, ROOM):
        groups[user_id].append(group_id)
    epoch_now = epoch()
    return [
        None if session is None else ConnectionStart(*session, groups[user_id], epoch_now)
        for (user_id, _), session in zip(asked, sessions)
    ]


def standing(pairs: Collection[tuple[int, int]]) -> tuple[set[int], dict[int, list[int]]]:
    """Of (user id, session id): the sessions that were not ended, and the groups of each user, for
    connections that are open. Whether their time is over is not asked: an open connection is use, and
    whoever watches it knows its end, however the clock is set."""
    living = Session.select(Session.id).where(Session.id.in_([session_id for _, session_id in pairs]))
    groups: dict[int, list[int]] = {}
    query = (
        Member.select(Member.user_id, Conversation.a)
        .join(Conversation, on=(Member.conversation_id == Conversation.id))
        .where(
            Member.user_id.in_([user_id for user_id, _ in pairs]),
            Conversation.kind == ROOM,
            Member.role > LEFT,
        )
    )
    for user_id, group_id in query.tuples():
        groups.setdefault(user_id, []).append(group_id)
    return {session_id for (session_id,) in living.tuples()}, groups


def epoch() -> int:
    """Which history this is."""
    return int(_epoch("epoch")[0][0])


def newest() -> int:
    """When (ms) the latest sign of life was, 0 when there was none."""
    return int(Session.select(fn.MAX(Session.last_seen)).scalar() or 0)


def no_session() -> NotFound:
    return NotFound("该会话不存在", "No such session")
