"""What an index of messages can do, whatever database it is in.

It knows tokens, plain ASCII (`models.words`), and nothing of texts. A token begins with the name of a part,
a span of time with so many messages (`models.parts`): so what is asked of one part reads no more than that,
however common a word is and however much there is in all.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, NamedTuple

from database.base import database

#: Of so many rows in one statement.
_TOGETHER = 100


class Place(NamedTuple):
    """Of a message, in the order in which messages are found: by time (ms), then by id."""

    createat: int
    conversation_id: int
    seq: int


class Term(NamedTuple):
    """A token without its part's name; `prefix`: it may go on."""

    token: str
    prefix: bool = False


class Query(NamedTuple):
    """What is asked of the parts with these names: messages that have all `terms`, in one of these
    `conversations`, before `below` and not before `since` (ms). All are the user's, and when there are many
    it may be in any of theirs."""

    user_id: int
    parts: Sequence[str]
    terms: Sequence[Term]
    conversations: Sequence[int]
    below: Place
    since: int


class Index(ABC):
    """Call it within a transaction.

    `few`: of so many conversations each is asked for by its token, which every message has; of more, what is
    found is held against where the user is a member.
    """

    few: ClassVar[int]

    @abstractmethod
    def find(self, query: Query, limit: int) -> list[Place]:
        """The newest first: `limit` at least, if there are so many."""

    @abstractmethod
    def add(self, rows: Sequence[tuple[Place, str]]) -> None:
        """Messages that are not there yet, each with its tokens, blanks between."""

    @abstractmethod
    def remove(self, places: Sequence[Place]) -> None:
        """Those of these messages that are there."""

    @abstractmethod
    def empty(self) -> bool:
        """Removes all, or some of it, and nothing can be found any more. Whether it is done; if not, it goes
        on in another transaction."""

    @contextmanager
    def emptying(self) -> Iterator[bool]:
        """Whether the caller may `empty` it within this block, and say that it is done; nobody else may."""
        yield True

    @abstractmethod
    def newest(self) -> int:
        """The time of the latest message (ms), 0 for none."""

    def there(self, places: Sequence[Place]) -> set[Place]:
        """Which of these messages it has."""
        found: set[Place] = set()
        for start in range(0, len(places), _TOGETHER):
            found.update(self._there(places[start : start + _TOGETHER]))
        return found

    @abstractmethod
    def _there(self, places: Sequence[Place]) -> Iterable[Place]: ...

    # --- what they share ----------------------------------------------------------------------------------

    def by_token(self, query: Query) -> Sequence[str]:
        """The tokens of its conversations, when these are few."""
        few = len(query.conversations) <= self.few
        return [conversation(number) for number in query.conversations] if few else ()

    def held(self, query: Query) -> tuple[str, Sequence[object]]:
        """The condition on what was found by words alone, and its parameters."""
        if len(query.conversations) <= self.few:
            return "", ()
        mark = database.obj.param
        of_member = f"SELECT conversation_id FROM member WHERE user_id = {mark}"
        return f" AND conversation_id IN ({of_member})", (query.user_id,)


class ByPlace(Index):
    """Rows whose key is the place."""

    #: how a search begins, with a parameter for the words
    found: ClassVar[str]

    @abstractmethod
    def words(self, query: Query) -> str:
        """What is asked for, in the database's own language."""

    def find(self, query: Query, limit: int) -> list[Place]:
        below, (held, conversations) = query.below, self.held(query)
        sql = (
            f"{self.found}createat >= %s AND createat <= %s"
            " AND (createat < %s OR conversation_id < %s OR (conversation_id = %s AND seq < %s))"
            f"{held} ORDER BY createat DESC, conversation_id DESC, seq DESC LIMIT {limit}"
        )
        times = query.since, below.createat, below.createat
        return places(
            sql, self.words(query), *times, below.conversation_id, below.conversation_id, below.seq,
            *conversations,
        )  # fmt: skip

    def remove(self, places: Sequence[Place]) -> None:
        for place in places:
            sql = "DELETE FROM findable WHERE createat = %s AND conversation_id = %s AND seq = %s"
            database.execute_sql(sql, place)

    def empty(self) -> bool:
        database.execute_sql("TRUNCATE TABLE findable")
        return True

    def newest(self) -> int:
        return number("SELECT MAX(createat) FROM findable")

    def _there(self, some: Sequence[Place]) -> Iterable[Place]:
        marks = ", ".join(["(%s, %s, %s)"] * len(some))
        columns = "createat, conversation_id, seq"
        sql = f"SELECT {columns} FROM findable WHERE ({columns}) IN ({marks})"
        return places(sql, *(value for place in some for value in place))


def conversation(number: int) -> str:
    """The token of all messages in a conversation."""
    return f"g{number:x}g"


def author(number: int) -> str:
    """The token of all messages of a user."""
    return f"u{number:x}u"


def media(number: int) -> str:
    """The token of all messages of a kind."""
    return f"m{number:x}m"


def places(sql: str, *parameters: object) -> list[Place]:
    return [Place(*row) for row in database.execute_sql(sql, parameters).fetchall()]


def number(sql: str, *parameters: object) -> int:
    """What a query of one number tells, 0 for NULL."""
    row: tuple[Any, ...] = database.execute_sql(sql, parameters).fetchone()
    return int(row[0] or 0)
