"""The number on the icon of somebody's page."""

from typing import NamedTuple

from peewee import SQL, ModelSelect

from database.prepared import Prepared
from models.tables import Conversation, Member
from models.unread import unread
from models.views import MARK
from protocol.messages import SINGLE

#: Conversations that are counted; who has more behind them sees a large number in any case.
_MOST = 500


class _Behind(NamedTuple):
    """A conversation in which a user has not read all, for `models.unread`."""

    id: int
    kind: int
    seq: int
    ver: int
    mark: int
    hidden: int
    said: int
    muted: int
    archived: int


def badge(user_id: int) -> int:
    """How much is unread to a user, as pages count it: of conversations that they have muted or archived,
    what names them. Notes to oneself are never unread."""
    behind = [_Behind._make(values) for values in _behind(user_id, _MOST)]
    counts, named = unread(user_id, behind)
    return sum((named if c.muted or c.archived else counts).get(c.id, 0) for c in behind)


def _query() -> ModelSelect:
    c, m = Conversation, Member
    return (
        c.select(c.id, c.kind, c.seq, c.ver, MARK, m.hidden, m.said, m.muted, m.archived)
        .join(m, on=(m.conversation_id == c.id))
        .where(m.user_id == 0, c.seq > MARK, m.role > SQL("0"), (c.kind != SQL(str(SINGLE))) | (c.a != c.b))
        .limit(1)
    )


_behind = Prepared(_query)
