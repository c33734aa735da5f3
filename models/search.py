"""Finding messages by their words.

The index is asked part after part (`models.parts`), the latest first, and what it finds is held against the
stored message: whether the words are there, and whether the caller can see it.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple, cast

from peewee import SQL

from database.base import database
from database.dialect import of_database
from database.prepared import Prepared
from models import words
from models.access import locate, no_message
from models.conversations import other
from models.fitting import MAX_ANSWER_BYTES
from models.ids import place_of
from models.index import Place, Query, Term, index
from models.index.index import author as author_token
from models.index.index import media as media_token
from models.indexing import texts
from models.messages import COLUMNS, Stored, size_of, wire_row, with_mine
from models.parts import Parts
from models.tables import LEFT, Conversation, Member, StoredMessage
from models.views import View
from protocol import rows
from protocol.errors import TryAgain
from protocol.limits import MAX_INT
from protocol.search import SearchMessages

#: Parts that are asked at once: first one, then twice as many each time, up to these.
_MOST_PARTS = 8
#: Places that are taken from the index at once: first so many more than are wanted, since some may not have
#: the words; then twice as many each time, up to these.
_SPARE, _MOST = 10, 3200
#: Messages that are read at once.
_SLICE = 64
#: Seconds of looking at one message after which the thread rests, so many times as long: the loop has to wait
#: for Python while it looks.
_LONG_LOOK_S, _REST = 0.002, 2.0
#: Seconds after which an answer ends with what it has; and after which it is given up when that is nothing.
_LONG_S, _TOO_LONG_S = 2.0, 6.0


class Where(NamedTuple):
    """A conversation as the caller sees it, and what it is called on the wire."""

    view: View
    kind: int
    dstid: int


def search(user_id: int, wanted: SearchMessages, strangers: bool) -> tuple[list[rows.FoundMessage], bool]:
    """What is wanted, and whether there is more. Raises as `locate`, `NotFound` for a `before` that is no
    message of the caller's, and `TryAgain` when it takes too long."""
    seen = _conversations(user_id, wanted.kind, wanted.dstid, strangers)
    query = _query(user_id, wanted, seen)
    if query is None:
        return [], False
    found: list[rows.FoundMessage] = []
    size, began = 0, time.monotonic()
    for places in _steps(query, wanted.limit):
        for stored in _stored(places, seen):
            looked = time.monotonic()
            message = _found(stored, wanted.q, user_id, seen[stored[0]])
            if (look_s := time.monotonic() - looked) > _LONG_LOOK_S:
                time.sleep(_REST * look_s)
            if message is not None:
                size += size_of(message)
                if len(found) == wanted.limit or (found and size > MAX_ANSWER_BYTES):
                    return _with_mine(found, user_id), True
                found.append(message)
            if _is_long(began, found):
                return _with_mine(found, user_id), True
        if _is_long(began, found):
            return _with_mine(found, user_id), True
    return _with_mine(found, user_id), False


def _is_long(began: float, found: Sequence[object]) -> bool:
    """Whether it is time to end with what was found. Raises `TryAgain` when that is nothing and it takes too
    long."""
    took_s = time.monotonic() - began
    if not found and took_s > _TOO_LONG_S:
        raise TryAgain()
    return bool(found) and took_s > _LONG_S


# --- what is asked ------------------------------------------------------------------------------------------


def _conversations(user_id: int, kind: int | None, dstid: int | None, strangers: bool) -> dict[int, Where]:
    """Those that are looked through, by their ids."""
    if kind is not None and dstid is not None:
        view = locate(user_id, kind, dstid, strangers)
        return {} if view is None else {view.id: Where(view, kind, dstid)}
    return {
        conversation_id: Where(View(conversation_id, cleared, hidden, user_id), kind, dstid)
        for conversation_id, kind, dstid, cleared, hidden in _mine(user_id)
    }


_mine = Prepared(
    lambda: (
        Conversation.select(Conversation.id, Conversation.kind, other, Member.cleared, Member.hidden)
        .join(Member, on=(Member.conversation_id == Conversation.id))
        .where(Member.user_id == 0, Conversation.seq > Member.cleared, Member.role > SQL("0"))
    )
)


def _query(user_id: int, wanted: SearchMessages, seen: Mapping[int, Where]) -> Query | None:
    """Of no part yet. None when nothing can be found."""
    below = Place(MAX_INT if wanted.until is None else wanted.until + 1, 0, 0)
    if wanted.before is not None:
        below = min(below, _place(wanted.before, user_id, seen))
    terms = terms_of(wanted)
    return Query(user_id, (), terms, sorted(seen), below, wanted.since or 0) if terms and seen else None


def terms_of(wanted: SearchMessages) -> list[Term]:
    """What an index is asked for; nothing when there is no word."""
    terms = [Term(token, word.prefix) for word in words.wanted(wanted.q) for token in word.phrase]
    if terms and wanted.from_ is not None:
        terms.append(Term(author_token(wanted.from_)))
    if terms and wanted.media is not None:
        terms.append(Term(media_token(wanted.media)))
    return terms


def _place(message_id: int, user_id: int, seen: Mapping[int, Where]) -> Place:
    """Also of a message in a conversation that was cleared since the row was told."""
    conversation_id, seq = place_of(message_id)
    mine = Member.user_id == user_id, Member.conversation_id == conversation_id, Member.role > LEFT
    if conversation_id in seen or Member.select(Member.user_id).where(*mine).exists():
        here = StoredMessage.conversation_id == conversation_id, StoredMessage.seq == seq
        for (createat,) in StoredMessage.select(StoredMessage.createat).where(*here).tuples():
            return Place(createat, conversation_id, seq)
    raise no_message()


# --- what is there ------------------------------------------------------------------------------------------


def _steps(query: Query, limit: int) -> Iterator[Sequence[Place]]:
    """What the index finds, the newest first, some at a time, or none."""
    into, parts = index(), Parts().back(query.since, query.below.createat)
    together = 1
    while group := list(islice(parts, together)):
        of_it = query._replace(parts=[name for name, _ in group], since=max(query.since, group[-1][1]))
        size = limit + _SPARE
        while True:
            found = into.find(of_it, size)
            yield found
            if len(found) < size:
                break
            of_it, size = of_it._replace(below=found[-1]), min(2 * size, _MOST)
        together = min(2 * together, _MOST_PARTS)


def _stored(places: Sequence[Place], seen: Mapping[int, Where]) -> Iterator[Stored]:
    """Those of these messages that the caller can see, in their order."""
    visible = [
        (conversation_id, seq)
        for _, conversation_id, seq in places
        if conversation_id in seen and seen[conversation_id].view.shows(seq)
    ]
    among = of_database(database.obj).pairs_among
    for start in range(0, len(visible), _SLICE):
        some = visible[start : start + _SLICE]
        which = SQL(*among("conversation_id, seq", some))
        rows_of = {stored[:2]: stored for stored in StoredMessage.select(*COLUMNS).where(which).tuples()}
        for place in some:
            if place in rows_of:
                yield rows_of[place]


def _found(stored: Stored, q: str, user_id: int, where: Where) -> rows.FoundMessage | None:
    """The row of a message that has the words, None where it has not."""
    media, content, memo = stored[5], stored[6], stored[9]
    spans = words.places("\n".join(texts(media, content, memo)), q)
    if spans is None:
        return None
    message = cast(rows.FoundMessage, wire_row(stored, user_id, where.kind, where.dstid, rows.FoundMessage))
    message.dstid, message.kind = where.dstid, where.kind
    end = len(content.encode("utf-16-le", "replace")) // 2
    message.highlight = [span for span in spans if span[0] < end]
    return message


def _with_mine(found: list[rows.FoundMessage], user_id: int) -> list[rows.FoundMessage]:
    """With what the reader has reacted with."""
    reacted: dict[int, list[rows.FoundMessage]] = {}
    for message in found:
        if message.reactions:
            reacted.setdefault(place_of(message.id)[0], []).append(message)
    for of_one in reacted.values():
        with_mine(of_one, user_id)
    return found
