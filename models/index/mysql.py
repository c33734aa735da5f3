"""MySQL and MariaDB: a FULLTEXT index of InnoDB, asked in boolean mode.

It collects all messages that have a word before it looks at the next, whatever LIMIT says: parts keep that
short. Tokens are longer than its shortest word and none of its stop words.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar

from database.base import database
from models.index.index import ByPlace, Place, Query, number


class MySqlIndex(ByPlace):
    few: ClassVar[int] = 500
    found = (
        "SELECT createat, conversation_id, seq FROM findable"
        " WHERE MATCH (words) AGAINST (%s IN BOOLEAN MODE) AND "
    )

    def words(self, query: Query) -> str:
        conversations = self.by_token(query)
        return " ".join(_of_part(part, query, conversations) for part in query.parts)

    @contextmanager
    def emptying(self) -> Iterator[bool]:
        """TRUNCATE begins with a COMMIT, which lets go of the row that is locked: what others have filled by
        then would be emptied once more. So there is a lock of the connection's besides."""
        name = "CONCAT('magpie:index:', SHA1(DATABASE()))"
        if not number(f"SELECT GET_LOCK({name}, 0)"):
            yield False
            return
        try:
            yield True
        finally:
            database.execute_sql(f"SELECT RELEASE_LOCK({name})")

    def add(self, rows: Sequence[tuple[Place, str]]) -> None:
        if rows:
            cursor = database.obj.cursor()
            cursor.executemany(
                "INSERT INTO findable (createat, conversation_id, seq, words) VALUES (%s, %s, %s, %s)",
                [(*place, words) for place, words in rows],
            )


def _of_part(part: str, query: Query, conversations: Sequence[str]) -> str:
    terms = [f"+{part}{term.token}{'*' * term.prefix}" for term in query.terms]
    if conversations:  # first: where they have nothing in this part, no word is looked up
        terms.insert(0, f"+({' '.join(part + token for token in conversations)})")
    return f"({' '.join(terms)})"
