"""Sessions: who may call as whom, and until when. Only the SHA-256 of a token is stored."""

import hashlib

from peewee import BigAutoField, BigIntegerField, CharField

from models.base import Base
from models.database import reads

#: `last_seen` is written at most this often: a minute's precision is enough for a lifetime of days.
TOUCH_MS = 60_000
#: What a browser says of itself is shown in the list of sessions, and nowhere is more of it needed.
MAX_UA = 200
#: One sweep deletes at most this many rows, so that it never holds the database for long.
SWEEP = 1000


class Session(Base):
    id = BigAutoField()
    user_id = BigIntegerField(index=True)
    token_hash = CharField(64, unique=True)
    ua = CharField(MAX_UA, default="")
    ip = CharField(45, default="")
    created = BigIntegerField()
    last_seen = BigIntegerField(index=True)
    expires = BigIntegerField(index=True)


def token_hash(token: str) -> str:
    """What is stored of a token. It has 256 random bits, so a plain fast hash gives nothing away."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def open_session(user_id: int, token: str, ua: str, ip: str, now: int, lifetime: int) -> int:
    """Store a session that ends `lifetime` ms from `now` at the latest; its id."""
    return Session.insert(
        user_id=user_id, token_hash=token_hash(token), ua=ua[:MAX_UA], ip=ip[:45],
        created=now, last_seen=now, expires=now + lifetime,
    ).execute()


@reads
def find_session(token: str, now: int, idle: int) -> dict | None:
    """The living session of a token: `{id, user_id, ua, ip, created, last_seen, expires}`.

    It is dead once it expired or was not seen for `idle` ms.
    """
    return (
        _rows(now, idle)
        .where(Session.token_hash == token_hash(token))
        .first()
    )


@reads
def sessions_of(user_id: int, now: int, idle: int) -> list[dict]:
    """The living sessions of a user, the latest seen first."""
    rows = _rows(now, idle).where(Session.user_id == user_id)
    return list(rows.order_by(Session.last_seen.desc(), Session.id.desc()))


def touch_session(session_id: int, now: int) -> None:
    """The session was used at `now`, which prolongs its idle time."""
    Session.update(last_seen=now).where(Session.id == session_id, Session.last_seen < now).execute()


def close_session(session_id: int, user_id: int) -> bool:
    """End one session of a user; False when the user has no such session."""
    return bool(Session.delete().where(Session.id == session_id, Session.user_id == user_id).execute())


def close_others(user_id: int, keep_id: int) -> list[int]:
    """End every session of a user but one; the ids of those ended."""
    return _delete(Session.select(Session.id).where(Session.user_id == user_id, Session.id != keep_id))


def close_dead(now: int, idle: int) -> list[int]:
    """Delete a batch of sessions that expired or were idle too long; their ids, [] when none is left."""
    dead = (Session.expires <= now) | (Session.last_seen <= now - idle)
    return _delete(Session.select(Session.id).where(dead).limit(SWEEP))


def _rows(now: int, idle: int):
    living = (Session.expires > now) & (Session.last_seen > now - idle)
    columns = (Session.id, Session.user_id, Session.ua, Session.ip,
               Session.created, Session.last_seen, Session.expires)
    return Session.select(*columns).where(living).dicts()


def _delete(ids) -> list[int]:
    """Ids first, then rows: MariaDB can't delete by a limited subquery, and callers close the sockets."""
    found = [row[0] for row in ids.tuples()]
    if found:
        Session.delete().where(Session.id.in_(found)).execute()
    return found
