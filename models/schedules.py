"""Messages that are sent later: their rows, and whose turn it is to send one.

Who sends one claims it first, by a conditional UPDATE that moves `due` on: it is that process's until then.
If nothing becomes of it, because the process was killed, it is claimed again; and the message is the same,
with the same cid, so the log stores it once.
"""

from dataclasses import dataclass

import msgspec
from msgspec.structs import replace
from peewee import Expression

from models import access, media
from models.accounts import lock
from models.fitting import fitting
from models.tables import Schedule as Stored
from models.tables import StoredMessage
from protocol.errors import BadArgument, Conflict, NotFound, Refusal, Refused
from protocol.limits import MAX_INT, MAX_SCHEDULES
from protocol.media import keys_in
from protocol.messages import SINGLE, Message
from protocol.schedules import Schedule, State

WAITING, SENDING, REFUSED = 0, 1, 2
_STATES: tuple[State, ...] = ("waiting", "sending", "refused")
#: How long (ms) one is its claimer's.
CLAIM_MS = 10_000

_message = msgspec.json.Decoder(Message).decode


@dataclass(frozen=True)
class Claimed:
    """One that is the caller's to send, until `due`."""

    id: int
    user_id: int
    due: int
    message: Message
    row: Schedule


def add(
    message: Message, cid: str, sendat: int, strangers: bool, quota: int, now: int
) -> tuple[Schedule, bool]:
    """The row, and whether it is new. Raises `Conflict` where the cid names something else, `Refused` when
    there are too many, and why they have nothing to do with that conversation; what else speaks against the
    message may be over when it is sent."""
    user_id = message.userid
    lock(user_id)
    there = Stored.get_or_none(Stored.user_id == user_id, Stored.cid == cid)
    if there is not None:
        if there.message != _json(message) or there.sendat != sendat:
            raise _taken()
        return row_of(there), False
    sent = (StoredMessage.userid == user_id) & (StoredMessage.cid == cid)
    if StoredMessage.select(StoredMessage.seq).where(sent).exists():
        raise _taken()
    if message.cmd == SINGLE:
        access.require_reach(user_id, message.dstid, strangers)
    else:
        access.locate(user_id, message.cmd, message.dstid, strangers)
    if Stored.select().where(Stored.user_id == user_id).count() >= MAX_SCHEDULES:
        raise Refused(f"最多有 {MAX_SCHEDULES} 条定时消息", f"{MAX_SCHEDULES} scheduled messages at most")
    media.attach(user_id, quota, *_texts(message))
    made = Stored.create(
        user_id=user_id, kind=message.cmd, dstid=message.dstid, cid=cid, message=_json(message),
        sendat=sendat, due=sendat, zh="", en="", createat=now,
    )  # fmt: skip
    return row_of(made), True


def schedules_of(
    user_id: int, kind: int | None, dstid: int | None, after: int | None, lang: str = "zh"
) -> tuple[list[Schedule], bool]:
    """Somebody's, in the order in which they were made, from behind the id `after` on; and whether there are
    more."""
    mine = Stored.user_id == user_id
    if kind is not None:
        mine &= (Stored.kind == kind) & (Stored.dstid == dstid)
    if after is not None:
        mine &= Stored.id > after
    query = Stored.select().where(mine).order_by(Stored.id)
    found, more = fitting(query.iterator(), lambda row: 3 * len(row.message))
    return [row_of(row, lang) for row in found], more


def change(user_id: int, schedule_id: int, content: str | None, sendat: int | None, quota: int) -> Schedule:
    """The row as it is now. Raises `NotFound`, `BadArgument` for a text that the message can't have, and
    `Conflict` when it is being sent."""
    found = _find(user_id, schedule_id)
    message = _message(found.message)
    if content is not None and content != message.content:
        if not content:
            raise BadArgument.missing("content")
        before = keys_in(*_texts(message))
        message = replace(message, content=content)
        media.attach(user_id, quota, *_texts(message))
        media.drop(before)
    elif sendat is None and found.state == WAITING:
        return row_of(found)
    if sendat is None and found.state == REFUSED:
        raise BadArgument.missing("sendat")
    sendat = sendat or found.sendat
    said = {"message": _json(message), "sendat": sendat, "due": sendat, "state": WAITING, "code": 0}
    free = (Stored.id == found.id) & (Stored.state == found.state) & (Stored.due == found.due)
    if not Stored.update(**said, zh="", en="").where(free, Stored.state != SENDING).execute():
        raise _sending()
    return row_of(_find(user_id, schedule_id))


def remove(user_id: int, schedule_id: int) -> Schedule:
    """It is not sent; the row as it was. Raises as `change`."""
    found = _find(user_id, schedule_id)
    if not Stored.delete().where(Stored.id == found.id, Stored.state != SENDING).execute():
        raise _sending()
    media.drop(keys_in(*_texts(_message(found.message))))
    return row_of(found)


def forget(user_id: int) -> None:
    """None of somebody's is sent any more."""
    for found in list(Stored.select().where(Stored.user_id == user_id)):
        if Stored.delete().where(Stored.id == found.id).execute():
            media.drop(keys_in(*_texts(_message(found.message))))


# --- sending them -----------------------------------------------------------------------------------------


def next_due() -> int | None:
    """When the next one has to be looked at; never for what was refused."""
    due = Stored.select(Stored.due).where(Stored.due < MAX_INT).order_by(Stored.due).limit(1).scalar()
    return None if due is None else int(due)


def due(now: int, limit: int) -> list[int]:
    """Ids of those whose time has come, the oldest first."""
    query = Stored.select(Stored.id).where(Stored.due <= now).order_by(Stored.due, Stored.id).limit(limit)
    return [schedule_id for (schedule_id,) in query.tuples()]


def claim(schedule_id: int, now: int, user_id: int | None = None) -> Claimed | None:
    """It is the caller's to send, if its time has come and it is nobody else's; one of `user_id`'s also
    before its time and when it was refused."""
    which = Stored.id == schedule_id
    if user_id is None:
        which &= Stored.due <= now
    else:
        which &= (Stored.user_id == user_id) & ((Stored.state != SENDING) | (Stored.due <= now))
    until = now + CLAIM_MS
    if not Stored.update(state=SENDING, due=until).where(which).execute():
        return None
    found = Stored.get_by_id(schedule_id)
    message = replace(_message(found.message), cid=found.cid)
    return Claimed(found.id, found.user_id, until, message, row_of(found))


def own(user_id: int, schedule_id: int, now: int) -> Claimed:
    """As `claim`, of one's own. Raises `NotFound`, and `Conflict` when it is being sent."""
    found = claim(schedule_id, now, user_id)
    if found is None:
        _find(user_id, schedule_id)
        raise _sending()
    return found


def done(claimed: Claimed) -> bool:
    """It is sent; False when another one has said so."""
    if not Stored.delete().where(Stored.id == claimed.id).execute():
        return False
    media.drop(keys_in(*_texts(claimed.message)))
    return True


def refuse(claimed: Claimed, why: Refusal) -> Schedule | None:
    """It stays, with the reason; None when it is not the caller's any more."""
    said = {"state": REFUSED, "due": MAX_INT, "code": why.code, "zh": why.zh, "en": why.en}
    if not Stored.update(said).where(_mine(claimed)).execute():
        return None
    return row_of(Stored.get_by_id(claimed.id))


def put_off(claimed: Claimed, until: int) -> None:
    """It waits a little more."""
    Stored.update(state=WAITING, due=until).where(_mine(claimed)).execute()


def _mine(claimed: Claimed) -> Expression:
    return (Stored.id == claimed.id) & (Stored.state == SENDING) & (Stored.due == claimed.due)


# --- rows -------------------------------------------------------------------------------------------------


def _find(user_id: int, schedule_id: int) -> Stored:
    found: Stored | None = Stored.get_or_none(Stored.id == schedule_id, Stored.user_id == user_id)
    if found is None:
        raise NotFound("该定时消息不存在", "No such scheduled message")
    return found


def _taken() -> Conflict:
    return Conflict("该消息编号已被使用", "This cid names another message")


def _sending() -> Conflict:
    return Conflict("该消息正在发送", "This message is being sent")


def _json(message: Message) -> str:
    return msgspec.json.encode(message).decode()


def _texts(message: Message) -> tuple[str, ...]:
    return message.content, message.pic, message.url, message.memo


def row_of(found: Stored, lang: str = "zh") -> Schedule:
    """As its author is told."""
    message = _message(found.message)
    row: Schedule = {
        "id": found.id,
        "kind": message.cmd,
        "dstid": message.dstid,
        "media": message.media,
        "cid": found.cid,
        "sendat": found.sendat,
        "createat": found.createat,
        "state": _STATES[found.state],
    }
    said = {name: getattr(message, name) for name in ("content", "pic", "url", "memo", "amount", "ref", "at")}
    row |= {name: value for name, value in said.items() if value}  # type: ignore[typeddict-item]
    if found.state == REFUSED:
        row["code"], row["msg"] = found.code, found.en if lang == "en" else found.zh
    return row
