"""The last message of each conversation of somebody's list, as far as they see one."""

from collections.abc import Sequence
from typing import Any, Protocol

from peewee import SQL, Expression, ModelSelect, fn

from database.base import database
from database.dialect import of_database
from database.prepared import PreparedFor
from models.fitting import MAX_ANSWER_BYTES
from models.messages import COLUMNS, TEXTS, Stored, size_of, wire_row, with_mine
from models.tables import Conversation, Reaction, StoredMessage
from protocol import rows

#: Last messages with no more characters than this are read at once, of longer ones so many: there are never
#: more than some megabytes in memory beyond the answer.
_SHORT, _SLICE = 2000, 64


class Line(Protocol):
    """A conversation which has come to `seq`; `last`: the number of the last message that is seen of it, 0
    for none."""

    @property
    def id(self) -> int: ...

    @property
    def kind(self) -> int: ...

    @property
    def dstid(self) -> int: ...

    @property
    def seq(self) -> int: ...

    @property
    def last(self) -> int: ...


def last_messages(user_id: int, listed: Sequence[Line]) -> tuple[dict[int, rows.Message], int]:
    """The last message of each conversation by its id, and of how many there was room in the answer. A row
    that is missing in a damaged database does not take the list with it."""
    last: dict[int, rows.Message] = {}
    size = 0
    plain = [c.id for c in listed if c.last == c.seq]
    stored = {values[0]: values for values in _short_last(plain)} if plain else {}
    further = [c for c in listed if c.last and c.id not in stored]
    for position, c in enumerate(listed):
        if further and c is further[0]:
            stored |= {values[0]: values for values in _stored_last(further[:_SLICE])}
            del further[:_SLICE]
        if (values := stored.get(c.id)) is None:
            continue
        message = wire_row(values, user_id, c.kind, c.dstid)
        size += size_of(message)
        if size > MAX_ANSWER_BYTES and position:
            break
        last[c.id] = message
    else:
        position = len(listed)
    if reacted := {i for i, message in last.items() if message.reactions}:
        at_end = [c.id for c in listed if c.id in reacted and c.last == c.seq]
        for i, content in _reacted(at_end, before=(user_id,)) if at_end else ():
            last[i].mine = [*(last[i].mine or ()), content]
        for i in reacted.difference(at_end):
            with_mine([last[i]], user_id)
    return last, position


def _stored_last(listed: Sequence[Line]) -> list[Stored]:
    """The last messages that can be seen, of any length."""
    plain = [c.id for c in listed if c.last == c.seq]
    found = [*_last(plain)] if plain else []
    if earlier := [(c.id, c.last) for c in listed if c.last != c.seq]:
        among = of_database(database.obj).pairs_among("conversation_id, seq", earlier)
        found += list(StoredMessage.select(*COLUMNS).where(SQL(*among)).tuples())
    return found


# --- the queries ---


def _last_of(listed: Any, *which: Expression) -> ModelSelect:
    """The last messages of these conversations."""
    c, m = Conversation, StoredMessage
    return (
        m.select(*COLUMNS)
        .join(c, on=((m.conversation_id == c.id) & (m.seq == c.seq)))
        .where(c.id.in_(listed), *which)
    )


_length = sum((fn.LENGTH(text) for text in TEXTS[1:]), fn.LENGTH(TEXTS[0]))

_last = PreparedFor(_last_of)
_short_last = PreparedFor(lambda listed: _last_of(listed, _length <= SQL(str(_SHORT))))

#: What the reader has reacted with to the last messages, in the order of time.
_reacted = PreparedFor(
    lambda listed: (
        Reaction.select(Reaction.conversation_id, Reaction.content)
        .join(
            Conversation,
            on=((Reaction.conversation_id == Conversation.id) & (Reaction.seq == Conversation.seq)),
        )
        .where(Reaction.user_id == 0, Conversation.id.in_(listed))
        .order_by(Reaction.ver)
    )
)
