"""Messages that wait for a look, and what has become of them.

The log writes a message here instead of into its conversation, and later from here into it, each in one
transaction with all that hangs on it. What is shown by a message that waits is kept, as by one that is
stored.
"""

from collections.abc import Sequence

import msgspec
from peewee import Expression, fn

from models import audit, media
from models.accounts import lock, nicknames_of
from models.fitting import fitting
from models.tables import Community
from models.tables import Review as Stored
from protocol import reviews as wire
from protocol.errors import Conflict, NotFound, Refused
from protocol.limits import MAX_WAITING
from protocol.media import keys_in
from protocol.messages import ROOM, Message
from protocol.reviews import PASSED, REFUSED, WAITING, WITHDRAWN

#: How long (ms) an author is shown what was refused, and how long it is kept at all: until then it can't be
#: sent again under its cid.
SHOWN_MS, KEPT_MS = 7 * 86_400_000, 30 * 86_400_000
#: Deleted in one transaction.
_ROUND = 200

_message = msgspec.json.Decoder(Message).decode


def find(user_id: int, cid: str) -> Stored | None:
    """What waits, or waited, under this cid."""
    found: Stored | None = Stored.get_or_none(Stored.user_id == user_id, Stored.cid == cid)
    return found


def hold(message: Message, cid: str | None, digest: int, word: str, now: int) -> Stored:
    """The message waits from now on. `Refused` when too many of its author's do."""
    lock(message.userid)  # others of theirs may be written elsewhere
    waiting = Stored.select().where(Stored.user_id == message.userid, Stored.state == WAITING).count()
    if waiting >= MAX_WAITING:
        raise Refused("您等待审核的消息太多", "Too many of your messages wait for a review")
    text = msgspec.json.encode(message).decode()
    where = {"user_id": message.userid, "cid": cid, "digest": digest, "word": word[:100]}
    made: Stored = Stored.create(**where, message=text, createat=now)
    return made


def forget(review: Stored) -> None:
    """Its cid may name something else: of one that was refused."""
    Stored.delete().where(Stored.id == review.id, Stored.state.in_((REFUSED, WITHDRAWN))).execute()


def message_of(review: Stored) -> Message:
    return _message(review.message)


def row_of(review: Stored) -> wire.Review:
    """As its author is told."""
    return wire.review_of(review.id, review.state, message_of(review), review.createat)


def waiting(review_id: int) -> Stored:
    """One that waits. Raises `NotFound`, and `Conflict` for one about which it was decided."""
    review = _review(Stored.id == review_id)
    if review.state != WAITING:
        raise decided()
    return review


def _review(*which: Expression) -> Stored:
    review: Stored | None = Stored.get_or_none(*which)
    if review is None:
        raise NotFound("该审核不存在", "No such review")
    return review


def decided() -> Conflict:
    return Conflict("该消息已经处理过了", "It was decided about this message already")


def settle(review_id: int, state: int, op: int, now: int) -> bool:
    """`op` decides, and it is noted; False when somebody has before. The UPDATE itself decides between two at
    once."""
    waits = (Stored.id == review_id) & (Stored.state == WAITING)
    if not Stored.update(state=state, op=op, settledat=now).where(waits).execute():
        return False
    audit.note(
        op,
        f"review.{wire.STATES[state]}",
        f"review {review_id}",
        now,
        wire.STATES[WAITING],
        wire.STATES[state],
    )
    return True


def refuse(op: int, review_id: int, now: int) -> Stored:
    """It is not let pass. Raises as `waiting`."""
    review = waiting(review_id)
    if not settle(review_id, REFUSED, op, now):
        raise decided()
    release(review)
    return review


def withdraw(user_id: int, review_id: int) -> Stored:
    """Its author takes back what waits, or has seen that it was refused. `NotFound` for what is not theirs,
    `Conflict` for what was passed."""
    review = _review(Stored.id == review_id, Stored.user_id == user_id)
    here = Stored.id == review_id
    if Stored.delete().where(here, Stored.state == WAITING).execute():
        release(review)
    elif not Stored.update(state=WITHDRAWN).where(here, Stored.state.in_((REFUSED, WITHDRAWN))).execute():
        raise decided()
    return review


def drop_all(user_id: int) -> None:
    """The author has deleted their account: what waits is withdrawn, and nothing is kept of what did."""
    for review in list(Stored.select().where(Stored.user_id == user_id)):
        here = Stored.id == review.id
        if Stored.delete().where(here, Stored.state == WAITING).execute():
            release(review)
        else:
            Stored.delete().where(here).execute()


def release(review: Stored) -> None:
    """What it shows is shown no more."""
    message = message_of(review)
    media.drop(keys_in(message.content, message.pic, message.url, message.memo))


# --- lists ------------------------------------------------------------------------------------------------


def waiting_of(user_id: int, now: int) -> list[wire.Review]:
    """The author's that wait, and those that were refused lately, the oldest first."""
    r = Stored
    mine = r.select().where(r.user_id == user_id, r.state == WAITING).order_by(r.id)
    refused = r.select().where(r.user_id == user_id, r.state == REFUSED, r.settledat > now - SHOWN_MS)
    found = [*mine, *refused.order_by(r.id.desc()).limit(MAX_WAITING)]
    return [row_of(review) for review in fitting(sorted(found, key=lambda review: review.id), _size)[0]]


def queue(op: int, after: int | None, limit: int, now: int) -> tuple[list[wire.Review], bool, int]:
    """What waits, behind `after`, the oldest first; whether there is more, and how much waits in all. That
    somebody has looked at it is noted."""
    r = Stored
    query = r.select().where(r.state == WAITING, r.id > (after or 0)).order_by(r.id).limit(limit + 1)
    found, more = fitting(query, _size, limit)
    count = r.select(fn.COUNT(r.id)).where(r.state == WAITING).scalar()
    if found:
        ids = ",".join(str(review.id) for review in found)
        audit.note(op, "review.look", f"review {found[0].id}", now, after=ids)
    return _named(found), more, count


def _size(review: Stored) -> int:
    return len(review.message.encode())


def _named(found: Sequence[Stored]) -> list[wire.Review]:
    told = [row_of(review) for review in found]
    people = {row.userid for row in told} | {row.dstid for row in told if row.kind != ROOM}
    rooms = {row.dstid for row in told if row.kind == ROOM}
    nicknames = nicknames_of(sorted(people))
    g = Community
    names = dict(g.select(g.id, g.name).where(g.id.in_(sorted(rooms))).tuples()) if rooms else {}
    for row, review in zip(told, found, strict=True):
        row.word = review.word
        row.nickname = nicknames.get(row.userid, "")
        row.name = (names if row.kind == ROOM else nicknames).get(row.dstid, "")
    return told


def purge(now: int) -> int:
    """Deletes some of what was decided long ago; how many."""
    r = Stored
    old = r.select(r.id).where(r.state.in_((PASSED, REFUSED, WITHDRAWN)), r.settledat < now - KEPT_MS)
    ids = [row_id for (row_id,) in old.order_by(r.id).limit(_ROUND).tuples()]
    return int(r.delete().where(r.id.in_(ids)).execute()) if ids else 0
