"""PostgreSQL: tsvectors with a GIN index. They are made of tokens as they are, by no parser, and have no
positions."""

from collections.abc import Sequence
from typing import ClassVar

from database.base import database
from models.index.index import ByPlace, Place, Query


class PostgresqlIndex(ByPlace):
    #: An OR of many costs it more for each row than holding the row against a list.
    few: ClassVar[int] = 32
    #: First by the words alone, whatever the planner hopes for: it does not know how many messages have them.
    found = (
        "WITH found AS MATERIALIZED"
        " (SELECT createat, conversation_id, seq FROM findable WHERE words @@ %s::tsquery)"
        " SELECT createat, conversation_id, seq FROM found WHERE "
    )

    def words(self, query: Query) -> str:
        conversations = self.by_token(query)
        return " | ".join(_of_part(part, query, conversations) for part in query.parts)

    def add(self, rows: Sequence[tuple[Place, str]]) -> None:
        if rows:
            sql = (
                "INSERT INTO findable (createat, conversation_id, seq, words)"
                " SELECT createat, conversation_id, seq, array_to_tsvector(string_to_array(words, ' '))"
                " FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[])"
                " AS new (createat, conversation_id, seq, words)"
            )
            places, words = zip(*rows)
            database.execute_sql(sql, (*map(list, zip(*places)), list(words)))


def _of_part(part: str, query: Query, conversations: Sequence[str]) -> str:
    terms = [part + term.token + ":*" * term.prefix for term in query.terms]
    if conversations:
        terms.append(f"({' | '.join(part + token for token in conversations)})")
    return f"({' & '.join(terms)})"
