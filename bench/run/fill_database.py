"""Puts users, log-ins, friends and groups straight into a new server's database, of whatever kind, in bulk.

Whose server it is does not matter: its own ``server.py --migrate`` makes the tables, and the rows are plain
SQL, with the columns' names, which stay. So a server of any commit gets the same data. Columns that this file
does not know, because they came later, are 0 or empty.
"""

import hashlib
import secrets
import time
from collections.abc import Iterable
from pathlib import Path

from bench.clients.lines import User
from bench.clients.wire import GROUP, SINGLE
from bench.run.dataset import DataPlan, Dataset
from bench.run.server import Checkout
from bench.run.tables import Row, Tables, TablesFailed, Value, open_tables, sqlite_url

#: A database with nothing but tables, by whose server made it.
_empty: dict[tuple[Path, str], bytes] = {}
#: `cate` of a contact: a user, or a group.
_FRIEND, _MEMBERSHIP = 1, 2
LIFETIME_MS = 7 * 86400 * 1000


def fill_database(checkout: Checkout, data: Path, plan: DataPlan) -> Dataset:
    """Adds `plan` to the checkout's database, or to the one in `data`, made if need be, beside whatever is
    there.

    The users cannot log in by password: their tokens are the way in, for a week. Raises `ServerFailed` when
    the server cannot make its tables, and ValueError when there is something else than a database of it.
    """
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = data.absolute() / "magpie.db"
    url = checkout.database or sqlite_url(file)
    try:
        if checkout.database or file.exists():
            if not checkout.database:
                with open_tables(url) as tables:
                    tables.columns("user")  # or it is no database
            checkout.migrate(data)
        else:
            _make_tables(checkout, file)
        with open_tables(url) as tables:
            return _Filling(tables, int(time.time() * 1000)).fill(plan)
    except TablesFailed as error:
        raise ValueError(f"{data}: {error}") from error


def _make_tables(checkout: Checkout, file: Path) -> None:
    """A new database; starting the server for it takes long, so each checkout's does that once."""
    made = _empty.get((checkout.root, checkout.python))
    if made is None:
        checkout.migrate(file.parent)
        _empty[checkout.root, checkout.python] = file.read_bytes()
    else:
        file.touch(mode=0o600)
        file.write_bytes(made)


class _Filling:
    """Rows for one database, all made at `now_ms`."""

    def __init__(self, tables: Tables, now_ms: int) -> None:
        self._tables, self._now = tables, now_ms

    def fill(self, plan: DataPlan) -> Dataset:
        users = self._add_users(plan.users)
        ids = [user.user_id for user in users]
        self._befriend([(min(ids[a], ids[b]), max(ids[a], ids[b])) for a, b in plan.pairs])
        return Dataset(plan, users, self._gather([[ids[user] for user in group] for group in plan.groups]))

    def _add_users(self, many: int) -> list[User]:
        first, now = self._next_id("user"), self._now
        users = [User(first + i, secrets.token_urlsafe(32)) for i in range(many)]
        accounts: list[Row] = [
            {
                "id": user_id,
                "mobile": f"+99{user_id:012}",
                "passwd": "!",
                "nickname": f"Bench {user_id}",
                "sex": "U",
                "createat": now,
            }
            for user_id, _ in users
        ]
        log_ins: list[Row] = [
            {
                "user_id": user_id,
                "token_hash": hashlib.sha256(token.encode()).hexdigest(),
                "ua": "bench",
                "created": now,
                "last_seen": now,
                "expires": now + LIFETIME_MS,
            }
            for user_id, token in users
        ]
        self._insert("user", accounts)
        self._insert("session", log_ins)
        return users

    def _befriend(self, pairs: list[tuple[int, int]]) -> None:
        first = self._next_id("conversation")
        self._add_contacts(
            (one, other, _FRIEND) for low, high in pairs for one, other in ((low, high), (high, low))
        )
        self._add_conversations([(f"p{low}-{high}", SINGLE, low, high) for low, high in pairs])
        self._add_members([(first + i, user_id) for i, pair in enumerate(pairs) for user_id in pair])

    def _gather(self, groups: list[list[int]]) -> list[int]:
        """Groups of these users, the first of each its owner; the groups' ids."""
        first, first_conversation = self._next_id("community"), self._next_id("conversation")
        slots: dict[int, int] = {}
        rows: list[Row] = []
        counted = "members" in [name for name, *_ in self._tables.columns("community")]
        for group_id, members in enumerate(groups, first):
            owner = members[0]
            slots[owner] = slots.get(owner, 0) + 1  # numbers an owner's groups
            name = f"Bench {group_id}"
            row: dict[str, Value] = {"id": group_id, "name": name, "ownerid": owner, "createat": self._now}
            row |= {"slot": slots[owner]} | ({"members": len(members)} if counted else {})
            rows.append(row)
        self._insert("community", rows)
        group_ids = [first + i for i in range(len(groups))]
        self._add_contacts(
            (user_id, group_id, _MEMBERSHIP)
            for group_id, members in zip(group_ids, groups)
            for user_id in members
        )
        self._add_conversations([(f"g{group_id}", GROUP, group_id, 0) for group_id in group_ids])
        self._add_members(
            [(first_conversation + i, user_id) for i, members in enumerate(groups) for user_id in members]
        )
        if counted:
            for conversation_id, members in enumerate(groups, first_conversation):
                self._tables.own(conversation_id, members[0])
        return group_ids

    def _add_contacts(self, contacts: Iterable[tuple[int, int, int]]) -> None:
        self._insert(
            "contact",
            [
                {"ownerid": owner, "dstobj": dst_id, "cate": cate, "createat": self._now}
                for owner, dst_id, cate in contacts
            ],
        )

    def _add_conversations(self, conversations: list[tuple[str, int, int, int]]) -> None:
        first = self._next_id("conversation")
        self._insert(
            "conversation",
            [
                {"id": first + i, "key": key, "kind": kind, "a": a, "b": b, "updateat": self._now}
                for i, (key, kind, a, b) in enumerate(conversations)
            ],
        )

    def _add_members(self, members: list[tuple[int, int]]) -> None:
        self._insert(
            "member",
            [
                {"conversation_id": conversation_id, "user_id": user_id, "createat": self._now}
                for conversation_id, user_id in members
            ],
        )

    def _next_id(self, table: str) -> int:
        return self._tables.highest_id(table) + 1

    def _insert(self, table: str, rows: list[Row]) -> None:
        self._tables.insert(table, rows)
