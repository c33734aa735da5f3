"""Chat records: messages that were forwarded as one, kept as they were then.

A record belongs to no conversation: the messages that show it, and the records in which it stands, are
counted, so that forwarding it once more costs one row, however much is in it. It is made before what shows it
first, by another thread than the log's; when the last of these goes its messages go with it. What nothing
ever showed, because somebody died in between, or what was only in a record that is gone, is collected.
"""

from collections.abc import Sequence

import msgspec

from models import media
from models.tables import Record, Recorded
from protocol import rows
from protocol.errors import Refusal
from protocol.limits import MAX_RECORD_DEPTH
from protocol.media import keys_in

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, object]).decode

#: A message that is to be kept, and the record that it shows, None for any other.
Kept = tuple[rows.Recorded, int | None]


def make(user_id: int, kept: Sequence[Kept], quota: int, now: int) -> tuple[int, list[rows.Recorded]]:
    """A new record of these messages, in which `user_id` shows their uploads; its id, and what is in it. What
    is gone meanwhile, a file or a record, is left out."""
    shown = media.Shown({key for row, _ in kept for key in _keys(row)}, quota)
    record = Record.create(depth=1, createat=now)
    inside: list[rows.Recorded] = []
    depth = 1
    for row, holds in kept:
        if holds is not None:
            deep = _depth(holds)
            if not deep or (deep < MAX_RECORD_DEPTH and not use(holds)):
                continue
            if deep >= MAX_RECORD_DEPTH:  # its title stays, and nobody can look into it
                holds = None
            else:
                depth = max(depth, deep + 1)
        try:
            shown.show(user_id, _keys(row))
        except Refusal:
            if holds is not None:
                _use_less(holds)
            continue
        Recorded.insert(
            record_id=record.id, n=len(inside), holds=holds, message=_encode(row).decode()
        ).execute()
        inside.append(row)
    shown.write()
    if depth > 1:
        Record.update(depth=depth).where(Record.id == record.id).execute()
    return record.id, inside


def use(record_id: int) -> bool:
    """One more shows it; False when it is gone."""
    return bool(Record.update(uses=Record.uses + 1).where(Record.id == record_id).execute())


def release(record_id: int) -> None:
    """One shows it no more: with the last of them its messages go, and their uploads are released. Records
    that stood in it alone are left to `collect`, so that nobody waits for all that was in them."""
    _use_less(record_id)
    _delete(record_id, Record.uses == 0)


def forget(record_id: int) -> None:
    """What was made and is shown by nothing goes again."""
    _delete(record_id, Record.uses == 0)


def collect(before: int, limit: int) -> int:
    """Deletes up to `limit` records from before `before` (ms) that nothing shows; how many."""
    unused = Record.select(Record.id).where(Record.uses == 0, Record.createat < before)
    ids = [record_id for (record_id,) in unused.order_by(Record.createat).limit(limit).tuples()]
    return sum(_delete(record_id, Record.uses == 0) for record_id in ids)


def inside(record_id: int, after: int, most_bytes: int) -> tuple[list[msgspec.Raw], bool]:
    """The rows of a record from number `after` on, as far as they fit into so many bytes, one at least; and
    whether there are more."""
    found: list[msgspec.Raw] = []
    size = 0
    query = Recorded.select(Recorded.message).where(Recorded.record_id == record_id, Recorded.n >= after)
    for (message,) in query.order_by(Recorded.n).tuples().iterator():
        raw = message.encode()
        size += len(raw)
        if found and size > most_bytes:
            return found, True
        found.append(msgspec.Raw(raw))
    return found, False


def within(record_id: int, path: Sequence[int]) -> int | None:
    """The record that stands at these places, one in the other; None where there is none."""
    for n in path:
        here = (Recorded.record_id == record_id, Recorded.n == n)
        holds = Recorded.select(Recorded.holds).where(*here).scalar()
        if holds is None:
            return None
        record_id = holds
    return record_id


def _keys(row: rows.Recorded) -> tuple[str, ...]:
    return keys_in(*(text for text in (row.content, row.pic, row.url, row.memo) if text))


def _depth(record_id: int) -> int:
    """0 where there is no such record."""
    return Record.select(Record.depth).where(Record.id == record_id).scalar() or 0


def _use_less(record_id: int) -> None:
    Record.update(uses=Record.uses - 1).where(Record.id == record_id).execute()


def _delete(record_id: int, still: object) -> bool:
    """With its messages, if nothing has come to show it; the DELETE itself decides."""
    if not Record.delete().where(Record.id == record_id, still).execute():
        return False
    for message, holds in (
        Recorded.select(Recorded.message, Recorded.holds).where(Recorded.record_id == record_id).tuples()
    ):
        told = _decode(message)
        media.drop(keys_in(*(str(told.get(name, "")) for name in ("content", "pic", "url", "memo"))))
        if holds is not None:
            _use_less(holds)
    Recorded.delete().where(Recorded.record_id == record_id).execute()
    return True
