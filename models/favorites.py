"""Favorites: copies of messages that somebody keeps, whatever becomes of the originals."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

import msgspec
from msgspec import UNSET

from models import forwards, media, messages, records
from models.access import no_message
from models.accounts import lock
from models.changes import find
from models.fitting import fitting
from models.forwards import Source
from models.ids import place_of
from models.messages import RECORD
from models.tables import Favorite
from protocol import rows
from protocol.errors import NotFound, Refused
from protocol.limits import MAX_FAVORITES
from protocol.media import keys_in

_decode = msgspec.json.Decoder(dict[str, Any]).decode


def add(
    user_id: int, kind: int, dstid: int, message_id: int, strangers: bool, quota: int, now: int
) -> rows.Favorite:
    """Keeps a message that the caller can read; one that is kept already is the same favorite. Raises
    `NotFound`, also for what was recalled, and `Refused` when they keep too many."""
    found = messages.some(user_id, kind, dstid, [message_id], strangers)
    if not found or found[0].recalled:
        raise no_message()
    [message] = found
    conversation_id, seq = place_of(message_id)
    mine = Favorite.user_id == user_id
    lock(user_id)  # so that of many at once none is too many
    here = (mine, Favorite.conversation_id == conversation_id, Favorite.seq == seq)
    kept = Favorite.select().where(*here).first()
    if kept is not None:
        return _row(kept)
    if Favorite.select().where(mine).count() >= MAX_FAVORITES:
        raise Refused(f"最多收藏 {MAX_FAVORITES} 条", f"{MAX_FAVORITES} favorites at most")
    stored = find(conversation_id, seq)
    record = stored.extra.get(RECORD) if stored is not None else None
    if record is not None and not records.use(record):  # recalled in this moment
        raise no_message()
    message.reactions = message.pinned = message.mine = message.preview = UNSET
    media.attach(user_id, quota, *_texts(msgspec.to_builtins(message)))
    text = msgspec.json.encode(message).decode()
    where = {"user_id": user_id, "conversation_id": conversation_id, "seq": seq}
    return _row(Favorite.create(**where, message=text, createat=now, record=record))


def favorites_of(user_id: int, before: int | None, q: str, limit: int) -> tuple[list[rows.Favorite], bool]:
    """The newest first, below `before`; with `q` those whose text has it. And whether there are more."""
    query = Favorite.select().where(Favorite.user_id == user_id).order_by(Favorite.id.desc())
    if before is not None:
        query = query.where(Favorite.id < before)
    wanted = q.casefold()
    kept: Iterable[Favorite] = query.iterator()
    if wanted:
        kept = (
            row for row in kept if any(wanted in text.casefold() for text in _texts(_decode(row.message)))
        )
    found, more = fitting(kept, lambda row: 3 * len(row.message), limit)
    return [_row(row) for row in found], more


def remove(user_id: int, favorite_id: int) -> None:
    """Raises `NotFound` when it is not one of theirs."""
    kept = Favorite.get_or_none(Favorite.id == favorite_id, Favorite.user_id == user_id)
    if kept is None or not kept.delete_instance():
        raise NotFound("该收藏不存在", "No such favorite")
    media.drop(keys_in(*_texts(_decode(kept.message))))
    if kept.record is not None:
        records.release(kept.record)


def sources(user_id: int, favorite_id: int) -> list[Source]:
    """The favorite as it can be passed on; nothing when it is not theirs, not there, or not for others."""
    kept = Favorite.get_or_none(Favorite.id == favorite_id, Favorite.user_id == user_id)
    if kept is None:
        return []
    said = _decode(kept.message)
    if said["media"] in forwards.NOT_PASSED_ON:
        return []
    content, pic, url, memo = (said.get(name, "") for name in ("content", "pic", "url", "memo"))
    return [
        Source(
            favorite_id, said["userid"], said["media"], content, pic, url, memo, said.get("amount", 0),
            said["createat"], said.get("fwd", 0), kept.record,
        )
    ]  # fmt: skip


def record(user_id: int, favorite_id: int, path: Sequence[int], after: int) -> tuple[list[msgspec.Raw], bool]:
    """As `models.forwards.record`, of the record that a favorite shows."""
    mine = (Favorite.id == favorite_id, Favorite.user_id == user_id)
    kept = Favorite.select(Favorite.record).where(*mine).scalar()
    if kept is None:
        raise forwards.no_record()
    return forwards.inside(kept, path, after)


def _texts(message: dict[str, Any]) -> list[str]:
    return [str(message[name]) for name in ("content", "pic", "url", "memo") if name in message]


def _row(kept: Favorite) -> rows.Favorite:
    raw = msgspec.Raw(kept.message.encode())  # it is JSON already
    return rows.Favorite(kept.id, cast(rows.Message, raw), kept.createat)
