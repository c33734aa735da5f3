"""What a member sees of a conversation: all but what they have cleared, up to some seq, and hidden.

Few have hidden anything. So a query comes in two texts, and only who has gets the one that looks for it.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from peewee import SQL, Case, Expression, Model, Query, fn

from database.prepared import Prepared
from models.tables import Hidden, Member

_ZERO = SQL("0")

#: Up to here nothing of a member's conversation is unread, in the text of a query.
MARK = Case(None, [(Member.cleared > Member.read, Member.cleared)], Member.read)


class View(NamedTuple):
    """A conversation as one of its members sees it. `cleared`: up to here nothing; `hidden`: 0 when nothing
    after that is hidden."""

    id: int
    cleared: int
    hidden: int
    user_id: int

    def shows(self, seq: int) -> bool:
        """Whether a message with this number is not cleared, nor hidden."""
        return seq > self.cleared and not (self.hidden and _is_hidden(self.user_id, self.id, seq, seq))


def unhidden(model: type[Model], user: object = 0) -> Expression:
    """That a row of `model`, with `conversation_id` and `seq`, is not of a message that the user has hidden:
    one look-up, of the range which begins last before it."""
    nearest = (
        Hidden.select(Hidden.high)
        .where(
            Hidden.user_id == user,
            Hidden.conversation_id == model.conversation_id,
            Hidden.low <= model.seq,
        )
        .order_by(Hidden.low.desc())
        .limit(SQL("1"))
    )
    return model.seq > fn.COALESCE(nearest, _ZERO)


class Reading:
    """A query of what one member sees of a conversation; its parameters are the conversation's id, then the
    others. `make(*conditions)` puts `conditions`, which have a parameter, behind the conversation's."""

    def __init__(self, model: type[Model], make: Callable[..., Query]) -> None:
        self._of_all = Prepared(make)
        self._of_unhidden = Prepared(lambda: make(unhidden(model)))

    def __call__(self, view: View, *parameters: object) -> Sequence[tuple[Any, ...]]:
        if view.hidden:
            return self._of_unhidden(view.id, view.user_id, *parameters)
        return self._of_all(view.id, *parameters)

    def each(self, view: View, *parameters: object) -> Iterator[tuple[Any, ...]]:
        """The rows one after the other, for a caller who may not want all of them."""
        if view.hidden:
            return self._of_unhidden.each(view.id, view.user_id, *parameters)
        return self._of_all.each(view.id, *parameters)


_is_hidden = Prepared(
    lambda: Hidden.select(Hidden.low).where(
        Hidden.user_id == 0, Hidden.conversation_id == 0, Hidden.low <= 0, Hidden.high >= 0
    )
)
