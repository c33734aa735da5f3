"""The SQL of a batch, made once by Peewee and used many times, which costs a third of Peewee's own
inserts."""

import functools
from collections.abc import Iterable, Sequence
from typing import Any

from peewee import Model, Query, __exception_wrapper__

from database.dialect import Values
from database.door import Database
from models.tables import Conversation, Member, Mention, StoredMessage

#: (user, conversation) pairs asked about at once.
_PAIRS = 1000


class Statements:
    """For the kind of database that `db` is. To be used inside a transaction."""

    def __init__(self, db: Database) -> None:
        self.peewee = db.peewee
        self._dialect = db.dialect
        zero = (Conversation.id == 0,)
        self._advance = _text(Conversation.update(seq=0, ver=0, updateat=0, change=0).where(*zero))
        mine = (Member.user_id == 0, Member.conversation_id == 0)
        self._read = _text(Member.update(read=0, said=0, change=0).where(*mine, Member.read < 0))
        self._said = _text(Member.update(said=0).where(*mine))
        self._change = _text(Member.update(change=0).where(*mine))
        self._insert_message = functools.cache(functools.partial(_insert_text, StoredMessage))
        self._insert_mention = functools.cache(functools.partial(_insert_text, Mention))

    def quoted(self, name: str) -> str:
        """A column whose name is a word of SQL."""
        left, right = self.peewee.quote
        return f"{left}{name}{right}"

    def lock(self, conversation_ids: Sequence[int]) -> list[tuple[int, int, int, int, int, int]]:
        """(id, seq, ver, updateat, change, bars) of these conversations, kept from changing until the
        transaction ends. In id order everywhere, so that no two wait for each other."""
        among, parameters = self._dialect.among("id", sorted(conversation_ids))
        reached = f"SELECT id, seq, ver, updateat, {self.quoted('change')}, bars FROM conversation"
        return self.rows(f"{reached} WHERE {among} ORDER BY id{self._dialect.locking}", parameters)

    def members(self, pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int, int, int, int, int, int]]:
        """(user id, conversation id, read, said, marked, role, bars) of those (user, conversation) who belong
        together."""
        among, parameters = self._dialect.pairs_among("user_id, conversation_id", pairs)
        numbers = f"{self.quoted('read')}, said, marked, role, bars"
        belong = f"{among} AND role > 0"
        return self.rows(f"SELECT user_id, conversation_id, {numbers} FROM member WHERE {belong}", parameters)

    def members_among(self, pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        """Those of (user id, conversation id) who belong together, however many are asked about."""
        found: list[tuple[int, int]] = []
        for start in range(0, len(pairs), _PAIRS):
            part = self.members(pairs[start : start + _PAIRS])
            found += [(user_id, conversation_id) for user_id, conversation_id, *_ in part]
        return found

    def insert(self, messages: Sequence[Values], mentions: Sequence[Values] = ()) -> None:
        with __exception_wrapper__:  # a raw cursor raises the driver's exceptions, not Peewee's
            cursor = self.peewee.cursor()
            self._dialect.insert(cursor, self._insert_message, messages)
            self._dialect.insert(cursor, self._insert_mention, mentions)

    def advance(self, rows: Sequence[tuple[int, int, int, int, int]]) -> None:
        """(seq, ver, updateat, change, conversation id): what the conversations have reached."""
        self._many(self._advance, rows)

    def said(self, rows: Sequence[tuple[int, int, int]]) -> None:
        """(said, user id, conversation id)"""
        self._many(self._said, rows)

    def read(self, rows: Iterable[tuple[int, int, int, int, int]]) -> None:
        """(read, said, change, user id, conversation id): marks move up only."""
        self._many(self._read, [(*row, row[0]) for row in rows])

    def change(self, rows: Sequence[tuple[int, int, int]]) -> None:
        """(change, user id, conversation id)"""
        self._many(self._change, rows)

    def rows(self, sql: str, parameters: Sequence[object]) -> list[Any]:
        return self.peewee.execute_sql(sql, parameters).fetchall()

    def _many(self, sql: str, rows: Sequence[Values]) -> None:
        if rows:
            with __exception_wrapper__:
                self._dialect.update(self.peewee.cursor(), sql, rows)


def _insert_text(model: type[Model], count: int) -> str:
    fields = model._meta.sorted_fields
    return _text(model.insert_many([[0] * len(fields)] * count, fields=fields))


def _text(query: Query) -> str:
    """The SQL alone. PostgreSQL's inserts get a RETURNING that executemany has no use for."""
    return query.sql()[0].split(" RETURNING ")[0]
