"""What becomes of stored messages in the index: new ones come into it, edited ones are replaced, recalled
ones leave it.

How far a conversation is in the index is said by the version that it had then (`Indexed`). What has come
since is gathered in one transaction, which only reads; then it is written in another, if nobody else has
done it meanwhile. So however many processes do that, and wherever one of them is killed, nothing is there
twice, and what is not there yet is seen by its version.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from peewee import JOIN, fn

from database.base import database
from database.dialect import of_database
from models import parts
from models.index import Place, index
from models.index.index import author, conversation, media
from models.messages import COLUMNS, Stored, after
from models.parts import Parts
from models.tables import Conversation, Indexed, Part, ServerState, StoredMessage
from models.views import View
from models.words import tokens
from protocol.messages import Media

#: Conversations that are compared with the index at once.
_STRIDE = 10_000
#: Characters of a transaction's texts after which no other message is taken.
_MOST_TEXT = 50_000
#: Conversations of which messages are read together: there is a query for each of these numbers.
_SIZES = (1, 8, 64)
_TOGETHER = _SIZES[-1]


class Message(NamedTuple):
    """A stored message as the index has it. `words`: None for one that it must not have. `changed`: something
    was done to it, so it may be there; `edited`: its words have."""

    place: Place
    words: Sequence[str] | None
    changed: bool
    edited: bool


class News(NamedTuple):
    """What has come in a conversation since its version `known`, up to `ver`."""

    conversation_id: int
    known: int
    ver: int
    messages: list[Message]


class Gathered(NamedTuple):
    """`left`: conversations of which there is more. `starts`: of parts, when there are none yet."""

    news: list[News]
    left: list[int]
    starts: list[int]


# --- which --------------------------------------------------------------------------------------------------


def behind(start: int, most: int) -> tuple[list[int], int, int]:
    """Of the conversations above the id `start` the first that are not in the index as they are, `most` at
    most; where to go on, 0 at the end; and by how many versions all that were looked at are behind."""
    c, i = Conversation, Indexed
    end = start + _STRIDE
    known = fn.COALESCE(i.ver, 0)
    found = list(
        c.select(c.id, c.ver - known)
        .join(i, JOIN.LEFT_OUTER, on=(i.conversation_id == c.id))
        .where(c.id > start, c.id <= end, c.ver > known)
        .order_by(c.id)
        .limit(most)
        .tuples()
    )
    if len(found) == most:
        end = found[-1][0]
    elif not c.select(c.id).where(c.id > end).limit(1).tuples().first():
        end = 0
    return [conversation_id for conversation_id, _ in found], end, sum(count for _, count in found)


# --- gathering ----------------------------------------------------------------------------------------------


def gather(conversation_ids: Sequence[int], most: int) -> Gathered:
    """What has come in these conversations, so many messages at most."""
    c, i = Conversation, Indexed
    known = fn.COALESCE(i.ver, 0)
    found = list(
        c.select(c.id, known, c.ver)
        .join(i, JOIN.LEFT_OUTER, on=(i.conversation_id == c.id))
        .where(c.id.in_(list(conversation_ids)), c.ver > known)
        .order_by(c.id)
        .tuples()
    )
    # Most have a few, which are read together. Of one that has more than there is room for, it is the first.
    count, room = 0, most
    while count < min(len(found), _TOGETHER) and room >= found[count][2] - found[count][1]:
        room -= found[count][2] - found[count][1]
        count += 1
    if not count and found:
        first = list(_first_of(found[0][0], found[0][1], most))
        return _fitting(found, {found[0][0]: first}, len(first) < most)
    return _fitting(found, _all_of([one[:2] for one in found[:count]]), True)


def _first_of(conversation_id: int, known: int, most: int) -> Iterator[Stored]:
    return islice(after(View(conversation_id, 0, 0, 0), known, most), most)


def _fitting(
    found: Sequence[tuple[int, int, int]], stored: Mapping[int, list[Stored]], whole: bool
) -> Gathered:
    """Of what was read, as much as has not too long texts; the first always. `whole`: there is no more."""
    news: list[News] = []
    left: list[int] = []
    text = 0
    for conversation_id, known, ver in found:
        taken: list[Message] = []
        rows = stored.get(conversation_id)
        for row in rows or ():
            if text > _MOST_TEXT:
                break
            text += len(row[6])
            taken.append(_message(row))
        if whole and rows is not None and len(taken) == len(rows):
            news.append(News(conversation_id, known, ver, taken))
            continue
        if rows and taken:  # there may be more
            news.append(News(conversation_id, known, rows[len(taken) - 1][2], taken))
        left.append(conversation_id)
    return Gathered(news, left, [] if Part.select().limit(1).exists() else parts.plan())


def _all_of(places: Sequence[tuple[int, int]]) -> dict[int, list[Stored]]:
    """All messages of these conversations above a version each, by conversation, in the order of theirs."""
    size = next(size for size in _SIZES if size >= len(places))
    filled = [*places, *[(0, 0)] * (size - len(places))]
    found: dict[int, list[Stored]] = {conversation_id: [] for conversation_id, _ in places}
    sql, each = _sql(type(database.obj).__name__, size)
    for row in database.execute_sql(sql, [value for place in filled for value in place * each]).fetchall():
        found[row[0]].append(row)
    for rows in found.values():
        rows.sort(key=lambda row: row[2])
    return found


@lru_cache
def _sql(kind: str, size: int) -> tuple[str, int]:
    """The query of so many conversations, and how often each is asked for in it. Those whose version is not
    their number have a key of their own where there are such keys."""
    m = StoredMessage
    of_it = m.select(*COLUMNS)
    whole = [of_it.where(m.conversation_id == 0, m.ver > 0)]
    if of_database(database.obj).partial_indexes:
        whole = [
            of_it.where(m.conversation_id == 0, m.seq > 0, m.ver == m.seq),
            of_it.where(m.conversation_id == 0, m.ver > 0, m.ver != m.seq),
        ]
    return " UNION ALL ".join([query.sql()[0] for query in whole] * size), len(whole)


def texts(kind: int, content: str, memo: str) -> tuple[str, ...]:
    """What of a message can be found; of a contact card its name, too. Notices can't."""
    if kind == Media.NOTICE:
        return ()
    return (content, memo) if kind == Media.CARD else (content,)


def _message(stored: Stored) -> Message:
    conversation_id, seq, ver, userid, _, kind, content, _, _, memo, _, _, _, createat, extra = stored
    place = Place(createat, conversation_id, seq)
    changed, edited = ver != seq, bool(extra) and '"edited"' in extra
    found = tokens(*texts(kind, content, memo))
    if not found:
        return Message(place, None, changed, edited)
    own = (conversation(conversation_id), author(userid), media(kind))
    return Message(place, [*dict.fromkeys(found), *own], changed, edited)


# --- writing ------------------------------------------------------------------------------------------------


def write(gathered: Gathered, now: int) -> int:
    """Puts into the index what was gathered, but for conversations of which another has done it; how many
    messages."""
    if lock():
        return 0
    ids = [news.conversation_id for news in gathered.news]
    stands = dict(
        Indexed.select(Indexed.conversation_id, Indexed.ver).where(Indexed.conversation_id.in_(ids)).tuples()
    )
    ours = [news for news in gathered.news if stands.get(news.conversation_id, 0) == news.known]
    if not ours:
        return 0
    there = Parts()
    if not there.starts:
        parts.make(gathered.starts or parts.plan())
        there = Parts()
    messages = [message for news in ours for message in news.messages]
    added = _put(messages, there)
    there.note(added, index().newest() if added else 0, now)
    Indexed.delete().where(Indexed.conversation_id.in_([news.conversation_id for news in ours])).execute()
    Indexed.insert_many([(news.conversation_id, news.ver) for news in ours]).execute()
    return len(messages)


def _put(messages: Sequence[Message], there: Parts) -> list[Place]:
    """Those that are new in the index, or anew."""
    into = index()
    changed = into.there([message.place for message in messages if message.changed])
    stay = {message.place for message in messages if message.words and not message.edited} & changed
    into.remove(sorted(changed - stay))
    new = [message for message in messages if message.words and message.place not in stay]
    rows = []
    for message in new:
        part = there.name(message.place.createat)
        rows.append((message.place, " ".join([part + word for word in message.words or ()])))
    into.add(rows)
    return [message.place for message in new]


def begin_emptying() -> None:
    """Nothing counts as being in the index any more, and nobody writes into it until `empty` was called."""
    lock()
    Indexed.delete().execute()
    ServerState.update(value=1).where(_HERE).execute()


def is_to_be_emptied() -> bool:
    """Whether somebody began to empty it, and did not come to the end."""
    return bool(ServerState.select(ServerState.value).where(_HERE).scalar())


def empty() -> bool:
    """Takes some of it out of the index, if that was begun; whether all is. MySQL commits on the way: whoever
    does it once more does the rest."""
    with index().emptying() as mine:
        if not mine:
            return False
        if lock():
            if not index().empty():
                return False
            parts.clear()
            ServerState.update(value=0).where(_HERE).execute()
    return True


def counts() -> tuple[int, int]:
    """(versions of conversations that are in the index, all that there are)."""
    known: Any = Indexed.select(fn.COALESCE(fn.SUM(Indexed.ver), 0)).scalar()
    total: Any = Conversation.select(fn.COALESCE(fn.SUM(Conversation.ver), 0)).scalar()
    return int(known), int(total)


def lock() -> int:
    """Others who write into the index wait until this transaction ends. 1 while it is to be emptied."""
    row = ServerState.select(ServerState.value).where(_HERE)
    [(value,)] = of_database(database.obj).locked(row).tuples()
    return int(value)


_HERE = ServerState.name == "indexing"
