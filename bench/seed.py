"""Puts users, sessions, friends and groups straight into a data directory, in bulk."""

import secrets
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from peewee import PeeweeException, fn

from bench.world import Shape, World
from database.base import Base
from database.door import Database
from models.sessions import token_hash
from models.tables import COMMUNITY, USER, Community, Contact, Conversation, Member, Session, User, key_of
from protocol.clock import now_ms
from protocol.messages import ROOM, SINGLE

#: Rows of one INSERT: SQLite takes 32 766 values at most.
_ROWS = 1000
_LIFETIME = 7 * 86400 * 1000  # ms


def seed(data: Path, shape: Shape) -> World:
    """Adds `shape` to the database in `data`, made if need be, beside whatever is there.

    The users cannot log in by password: their tokens are the way in, for a week. Raises ValueError when there
    is something else than a database of ours.
    """
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    db = Database(f"sqlite:///{data.absolute() / 'magpie.db'}", workers=1)
    try:
        db.migrate()
        with db.writing():
            return _fill(shape, now_ms())
    except PeeweeException as error:
        raise ValueError(f"{data}: {error}") from error
    finally:
        db.drop_connection()  # this thread's, the only one that was used


def _fill(shape: Shape, now: int) -> World:
    first = _next_id(User)
    users = [(first + i, secrets.token_urlsafe(32)) for i in range(shape.users)]
    _insert(
        User,
        (
            {
                "id": user_id,
                "mobile": f"+99{user_id:012}",
                "passwd": "!",
                "nickname": f"Bench {user_id}",
                "createat": now,
            }
            for user_id, _ in users
        ),
    )
    _insert(
        Session,
        (
            {
                "user_id": user_id,
                "token_hash": token_hash(token),
                "ua": "bench",
                "created": now,
                "last_seen": now,
                "expires": now + _LIFETIME,
            }
            for user_id, token in users
        ),
    )
    ids = [user_id for user_id, _ in users]
    _befriend(shape, ids, now)
    return World(shape, users, _gather(shape, ids, now))


def _befriend(shape: Shape, ids: list[int], now: int) -> None:
    pairs = [sorted((ids[a], ids[b])) for a, b in shape.pairs]
    first = _next_id(Conversation)
    _insert(
        Contact,
        (
            {"ownerid": one, "dstobj": other, "cate": USER, "createat": now}
            for low, high in pairs
            for one, other in ((low, high), (high, low))
        ),
    )
    _insert(
        Conversation,
        (
            {
                "id": first + i,
                "key": key_of(low, SINGLE, high),
                "kind": SINGLE,
                "a": low,
                "b": high,
                "updateat": now,
            }
            for i, (low, high) in enumerate(pairs)
        ),
    )
    _insert(
        Member,
        (
            {"user_id": user_id, "conversation_id": first + i, "createat": now}
            for i, pair in enumerate(pairs)
            for user_id in pair
        ),
    )


def _gather(shape: Shape, ids: list[int], now: int) -> list[int]:
    room, conversation = _next_id(Community), _next_id(Conversation)
    rooms = [room + i for i in range(len(shape.groups))]
    slots: dict[int, int] = {}
    rows = []
    for community_id, group in zip(rooms, shape.groups, strict=True):
        slots[group[0]] = slots.get(group[0], 0) + 1
        rows.append(
            {
                "id": community_id,
                "name": f"Bench {community_id}",
                "ownerid": ids[group[0]],
                "createat": now,
                "slot": slots[group[0]],
            }
        )
    _insert(Community, rows)
    _insert(
        Conversation,
        (
            {
                "id": conversation + i,
                "key": key_of(0, ROOM, community_id),
                "kind": ROOM,
                "a": community_id,
                "updateat": now,
            }
            for i, community_id in enumerate(rooms)
        ),
    )
    _insert(
        Contact,
        (
            {"ownerid": ids[user], "dstobj": community_id, "cate": COMMUNITY, "createat": now}
            for community_id, group in zip(rooms, shape.groups, strict=True)
            for user in group
        ),
    )
    _insert(
        Member,
        (
            {"user_id": ids[user], "conversation_id": conversation + i, "createat": now}
            for i, group in enumerate(shape.groups)
            for user in group
        ),
    )
    return rooms


def _next_id(model: type[Base]) -> int:
    return (model.select(fn.MAX(model.id)).scalar() or 0) + 1


def _insert(model: type[Base], rows: Iterable[dict]) -> None:
    rows = iter(rows)
    while some := list(islice(rows, _ROWS)):
        model.insert_many(some).execute()
