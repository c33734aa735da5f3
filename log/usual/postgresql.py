"""The usual batch on PostgreSQL: one call of a function, which commits itself."""

from collections.abc import Iterable

import msgspec

from database import functions
from log.place import Place
from log.usual.plain import Plain, digest_of
from log.usual.way import Way

#: The function says no when it would have to give a time that is later than asked for by so many ms, so that
#: the times of a call whose answer was lost are known as far as this.
_SPAN_MS = 1000

_CALL = f"""
SELECT place, seq_was, ver_was, change_was, change_now, time_ FROM {functions.APPEND}(
    %s::json, %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint, %s::bigint
)
"""


class _Said(msgspec.Struct):
    """A message as the function takes it."""

    place: int
    who: int
    cid: str | None
    digest: int | None
    media: int
    content: str
    pic: str
    url: str
    memo: str
    amount: int
    ref: int


class PostgresqlWay(Way):
    alone = True
    answers = False

    def works(self) -> bool:
        return functions.there(self.statements.peewee)

    def store(self, plain: Plain) -> bool:
        batch = plain.batch
        arrays = (*zip(*plain.who), plain.counts.keys(), plain.counts.values())
        batch.span = _SPAN_MS
        rows = self.statements.rows(_CALL, (_said(plain), *map(_array, arrays), batch.now, batch.born))
        batch.span = 1
        if not rows:
            return False
        now = rows[0][5]
        found = [Place(place, seq, ver, now, change) for place, seq, ver, change, _, _ in rows]
        plain.begun(found, now)
        plain.number()
        plain.take(min(row[4] for row in rows))
        return True


def _said(plain: Plain) -> str:
    said = []
    for post, (user_id, conversation_id) in zip(plain.posts, plain.pairs):
        m, cid, digest = post.message, post.cid, digest_of(post)
        texts = m.content, m.pic, m.url, m.memo
        said.append(_Said(conversation_id, user_id, cid, digest, m.media, *texts, m.amount, m.ref))
    return msgspec.json.encode(said).decode()


def _array(numbers: Iterable[int]) -> str:
    return f"{{{','.join(map(str, numbers))}}}"
