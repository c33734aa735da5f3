"""SQLite: FTS5.

Its rows are numbered, and it gives them by their numbers, one after the other as somebody wants them. So a
row's number is its time (ms), and behind that which one of that time it is.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import ClassVar

from database.base import database
from models.index.index import Index, Place, Query, number

#: Bits for those of one ms; the log writes hundreds in one. The time has 42, enough until 2109.
_BITS = 21
_LAST = (1 << 63) - 1

#: The last row of FTS5's data that says how the others are to be read.
_HEADS = 10

#: As the migrations have made them.
_TABLES = (
    "CREATE TABLE findable (id INTEGER PRIMARY KEY, conversation_id INTEGER NOT NULL,"
    " seq INTEGER NOT NULL, words TEXT NOT NULL)",
    "CREATE VIRTUAL TABLE findable_words USING fts5(words, content='findable', content_rowid='id',"
    " columnsize=0, tokenize='ascii')",
)


class SqliteIndex(Index):
    few: ClassVar[int] = 64

    def find(self, query: Query, limit: int) -> list[Place]:
        conversations = self.by_token(query)
        asked = " OR ".join(_of_part(part, query, conversations) for part in query.parts)
        held, parameters = self.held(query)
        sql = (
            "SELECT findable.id, conversation_id, seq FROM findable_words"
            " CROSS JOIN findable ON findable.id = findable_words.rowid"
            " WHERE findable_words MATCH ? AND findable_words.rowid BETWEEN ? AND ?"
            f"{held} ORDER BY findable_words.rowid DESC"
        )
        times = min(query.since << _BITS, _LAST), min((query.below.createat + 1 << _BITS) - 1, _LAST)
        cursor = database.execute_sql(sql, (asked, *times, *parameters))
        found: list[Place] = []
        for createat, together in groupby(cursor, lambda row: row[0] >> _BITS):
            if len(found) >= limit:
                break
            of_it = [Place(createat, *row[1:]) for row in together]  # those of one ms stand in any order
            found += sorted((place for place in of_it if place < query.below), reverse=True)
        return found

    def add(self, rows: Sequence[tuple[Place, str]]) -> None:
        numbered: list[tuple[int, int, int, str]] = []
        last = self._last({place.createat for place, _ in rows})
        for place, words in sorted(rows):
            row_id = last[place.createat] = max(last[place.createat] + 1, place.createat << _BITS)
            numbered.append((row_id, place.conversation_id, place.seq, words))
        cursor = database.obj.cursor()
        cursor.executemany(
            "INSERT INTO findable (id, conversation_id, seq, words) VALUES (?, ?, ?, ?)", numbered
        )
        # In the order of their numbers, or it writes what it has before each that is lower.
        words_of = itemgetter(0, 3)
        cursor.executemany(
            "INSERT INTO findable_words (rowid, words) VALUES (?, ?)", [words_of(row) for row in numbered]
        )

    def remove(self, places: Sequence[Place]) -> None:
        for row_id in sorted(self._ids(places)):
            database.execute_sql(
                "INSERT INTO findable_words (findable_words, rowid, words)"
                " SELECT 'delete', id, words FROM findable WHERE id = ?",
                (row_id,),
            )
            database.execute_sql("DELETE FROM findable WHERE id = ?", (row_id,))

    def empty(self) -> bool:
        """To delete all at once takes seconds for a million messages, in which nobody else can write. So
        what is there is set aside first, and goes bit by bit."""
        if not database.obj.table_exists("findable_old"):
            for table in ("findable_words", "findable"):
                database.execute_sql(f"ALTER TABLE {table} RENAME TO {table}_old")
            for statement in _TABLES:
                database.execute_sql(statement)
            return False
        for table, most in (("findable_old", 4000), ("findable_words_old_data", 400)):
            some = f"SELECT id FROM {table} WHERE id > {_HEADS} LIMIT {most}"
            if database.execute_sql(f"DELETE FROM {table} WHERE id IN ({some})").rowcount == most:
                return False
        for table in ("findable_words_old", "findable_old"):
            database.execute_sql(f"DROP TABLE {table}")
        return True

    def newest(self) -> int:
        return number("SELECT MAX(id) FROM findable") >> _BITS

    def _last(self, times: Iterable[int]) -> dict[int, int]:
        """The greatest number of a message of each time, 0 for none."""
        of_time = f"id BETWEEN value << {_BITS} AND (value + 1 << {_BITS}) - 1"
        sql = f"SELECT value, (SELECT COALESCE(MAX(id), 0) FROM findable WHERE {of_time}) FROM json_each(?)"
        return dict(database.execute_sql(sql, (f"[{','.join(map(str, times))}]",)).fetchall())

    def _there(self, places: Sequence[Place]) -> Iterable[Place]:
        return self._ids(places).values()

    def _ids(self, places: Sequence[Place]) -> dict[int, Place]:
        """By their numbers."""
        wanted, found = set(places), dict[int, Place]()
        sql = "SELECT id, conversation_id, seq FROM findable WHERE id BETWEEN ? AND ?"
        for createat in {place.createat for place in places}:
            times = createat << _BITS, (createat + 1 << _BITS) - 1
            for row_id, *rest in database.execute_sql(sql, times).fetchall():
                if (place := Place(createat, *rest)) in wanted:
                    found[row_id] = place
        return found


def _of_part(part: str, query: Query, conversations: Sequence[str]) -> str:
    terms = [part + term.token + "*" * term.prefix for term in query.terms]
    if conversations:
        terms.append(f"({' OR '.join(part + token for token in conversations)})")
    return f"({' AND '.join(terms)})"
