"""Who has asked whom to be friends: one row for each direction of a pair, which lives for a week.

Whoever asked is told of nothing but a yes: what was declined, or came from somebody who is blocked, looks as
if it waited until its end.
"""

from collections.abc import Callable
from typing import NamedTuple

from models import blocks, contacts, settings
from models.accounts import PROFILE, unknown_user
from models.restraints import is_deactivated
from models.tables import FriendRequest, User
from protocol import rows
from protocol.errors import Forbidden, NotFound, Refused, SlowDown
from protocol.limits import MAX_ASKED_A_DAY, MAX_REQUEST_ROWS

#: How long (ms) a request lives.
LIFE_MS = 7 * 86_400_000
_DAY_MS = 86_400_000
#: Requests are listed for so long (ms) after they came.
KEPT_MS = 90 * 86_400_000

#: What a request is. UNHEARD: whom it goes to blocked its author then, and knows nothing of it. WITHDRAWN:
#: its author has blocked whom it went to.
PENDING, ACCEPTED, DECLINED, UNHEARD, WITHDRAWN = range(5)
_NAMES: dict[int, rows.RequestState] = {PENDING: "pending", ACCEPTED: "accepted", DECLINED: "declined"}
#: After which somebody who asks again, within its life, has asked already.
_STANDING = (PENDING, DECLINED, UNHEARD, WITHDRAWN)


class Asked(NamedTuple):
    """What became of it: friends, in the conversation `conversation_id`, after a `request` or without one
    (0); or a `request` that waits, and no conversation (0). `since` (ms): when that came to be; `heard`:
    whether the other one is told of a request."""

    conversation_id: int
    request: int
    since: int
    heard: bool


def ask(user_id: int, dst_id: int, memo: str, installed: str, now: int) -> Asked:
    """`user_id` wants to be a friend of `dst_id`, who decides how that goes; `installed`: for who has not.

    Raises `NotFound` and `Refused`, `Conflict` when they are friends, `Forbidden` when the caller blocks
    them, and `SlowDown` after too many in a day."""
    contacts.lock(user_id, dst_id)
    blockers = blocks.between(user_id, dst_id)
    if user_id in blockers:
        raise _blocked()
    barred = bool(blockers)
    if not barred and contacts.are_friends(user_id, dst_id):
        raise contacts.friends_already()
    if is_deactivated(dst_id):
        raise unknown_user()
    own, theirs = _of(user_id, dst_id), _of(dst_id, user_id)
    wanted = settings.settings_of(dst_id, installed)
    crosses = _stands(theirs, now) and not barred
    if not crosses and not _stands(own, now):
        _require_way(user_id, dst_id, wanted["find"])
    if crosses or (not barred and wanted["approval"] == "auto"):
        asked = next((row.id for row in (theirs, own) if row is not None and _stands(row, now)), 0)
        return Asked(befriend(user_id, dst_id, now), asked, now, True)
    if own is not None and _stands(own, now):
        if not barred and own.state in (UNHEARD, WITHDRAWN):
            heard = own.state == UNHEARD  # a withdrawn one was told of when it came
            _put(own, PENDING, now, memo or own.memo)
            return Asked(0, own.id, now, heard)
        return Asked(0, own.id, own.stateat, own.state == PENDING)
    if wanted["approval"] == "none":
        raise Refused("对方不接受加为好友", "This user takes no new friends")
    _count(user_id, now)
    row = own if own is not None else FriendRequest(userid=user_id, dstid=dst_id)
    row.createat = now
    _put(row, UNHEARD if barred else PENDING, now, memo)
    return Asked(0, row.id, now, not barred)


def answer(user_id: int, asker_id: int, request_id: int, accept: bool, now: int) -> int:
    """Whom a request went to says yes or no; a no can become a yes as long as it lives. Returns when (ms) it
    was answered so.

    Raises `NotFound` when there is none, `Forbidden` for who asked, and `Refused` when it is over."""
    row = FriendRequest.get_or_none(FriendRequest.id == request_id)
    if row is not None and row.userid == user_id:
        raise Forbidden("只有被申请人可以处理", "Only who was asked can answer")
    if row is None or row.dstid != user_id:
        raise unknown()
    blocks.lock(user_id, asker_id)
    row = FriendRequest.get_or_none(FriendRequest.id == request_id)  # as it is under the lock
    if row is None or row.state == UNHEARD:
        raise unknown()
    if row.state == (ACCEPTED if accept else DECLINED):
        return int(row.stateat)
    if row.state == ACCEPTED:
        raise Refused("该申请已经通过", "This request was accepted")
    blockers = blocks.between(user_id, asker_id)
    if not _stands(row, now) or row.state == WITHDRAWN or asker_id in blockers:
        raise Refused("该申请已过期", "This request is over")
    if accept and user_id in blockers:
        raise _blocked()
    if not accept:
        _put(row, DECLINED, now)
    elif contacts.are_friends(user_id, asker_id):  # by another way
        _put(row, ACCEPTED, now)
    else:
        befriend(user_id, asker_id, now)
    return now


def befriend(user_id: int, other_id: int, now: int) -> int:
    """As `contacts.befriend`, which the requests of both are then granted by."""
    conversation_id = contacts.befriend(user_id, other_id, now)
    for row in (_of(user_id, other_id), _of(other_id, user_id)):
        if row is not None and _stands(row, now):
            _put(row, ACCEPTED, now)
    return conversation_id


def silence(user_id: int, other_id: int, now: int) -> None:
    """`user_id` blocks the other one: what they have asked waits for nobody any more, and their own request
    is taken back."""
    for row, state in ((_of(other_id, user_id), UNHEARD), (_of(user_id, other_id), WITHDRAWN)):
        if row is not None and row.state == PENDING:
            _put(row, state, now)


def asker_of(request_id: int) -> int:
    """Who has made it, or `NotFound`."""
    found = FriendRequest.select(FriendRequest.userid).where(FriendRequest.id == request_id).scalar()
    if found is None:
        raise unknown()
    return int(found)


def granted_at(user_id: int, other_id: int, when: Callable[[int], bool]) -> bool:
    """Whether a request of either of them was granted at such a time."""
    rows_ = (_of(user_id, other_id), _of(other_id, user_id))
    return any(row is not None and row.state == ACCEPTED and when(row.stateat) for row in rows_)


class Page(NamedTuple):
    """A part of somebody's requests, the newest first, and the rows of the other ones by their ids, with
    those who are friends now. `waiting`: how many wait for an answer in all."""

    requests: list[rows.Request]
    people: dict[int, rows.Profile]
    friends: set[int]
    waiting: int
    more: bool


def requests_of(user_id: int, before: int | None, now: int) -> Page:
    """Those that somebody has made and got, below `before`; `NotFound` when that is none of them."""
    r = FriendRequest
    older = r.createat > now - KEPT_MS
    if before is not None:
        last = r.get_or_none(r.id == before)
        if last is None or user_id not in (last.userid, last.dstid):
            raise unknown()
        older &= (r.createat < last.createat) | ((r.createat == last.createat) & (r.id < before))
    found: list[FriendRequest] = []
    for mine in (r.userid == user_id, (r.dstid == user_id) & (r.state != UNHEARD)):
        query = r.select().where(mine, older).order_by(r.createat.desc(), r.id.desc())
        found.extend(query.limit(MAX_REQUEST_ROWS + 1))
    found.sort(key=lambda row: (row.createat, row.id), reverse=True)
    shown = found[:MAX_REQUEST_ROWS]
    others = {row.dstid if row.userid == user_id else row.userid for row in shown}
    if not shown:
        return Page([], {}, set(), 0, False)
    people = {row["id"]: row for row in User.select(*PROFILE).where(User.id.in_(list(others))).dicts()}
    told = [_told(row, user_id, now) for row in shown]
    known = set(contacts.friends_among([user_id], others).get(user_id, ()))
    return Page(told, people, known, waiting(user_id, now), len(found) > len(shown))


def waiting(user_id: int, now: int) -> int:
    """How many requests wait for somebody's answer."""
    r = FriendRequest
    alive = (r.dstid == user_id) & (r.createat > now - LIFE_MS)
    return r.select().where(alive, r.state == PENDING).count()


def forget(now: int) -> int:
    """Deletes some of those that nobody is told of any more; how many."""
    old = FriendRequest.select(FriendRequest.id).where(FriendRequest.createat <= now - KEPT_MS).limit(1000)
    ids = [number for (number,) in old.tuples()]
    return FriendRequest.delete().where(FriendRequest.id.in_(ids)).execute() if ids else 0


def unknown() -> NotFound:
    return NotFound("该好友申请不存在", "No such request")


def _told(row: FriendRequest, user_id: int, now: int) -> rows.Request:
    state = row.state
    if row.userid == user_id and state in (DECLINED, UNHEARD):
        state = PENDING
    if state == WITHDRAWN or (state == PENDING and not _lives(row, now)):
        name: rows.RequestState = "expired"
    else:
        name = _NAMES[state]
    return {
        "id": row.id,
        "userid": row.userid,
        "dstid": row.dstid,
        "memo": row.memo,
        "state": name,
        "createat": row.createat,
    }


def _of(user_id: int, dst_id: int) -> FriendRequest | None:
    found: FriendRequest | None = FriendRequest.get_or_none(
        FriendRequest.userid == user_id, FriendRequest.dstid == dst_id
    )
    return found


def _lives(row: FriendRequest, now: int) -> bool:
    return bool(row.createat > now - LIFE_MS)


def _stands(row: FriendRequest | None, now: int) -> bool:
    """Whether its author, as far as they know, is still waiting."""
    return row is not None and row.state in _STANDING and _lives(row, now)


def _put(row: FriendRequest, state: int, now: int, memo: str | None = None) -> None:
    row.state, row.stateat = state, now
    if memo is not None:
        row.memo = memo
    row.save()


def _blocked() -> Forbidden:
    return Forbidden("请先将对方移出黑名单", "You have blocked this user")


def _require_way(user_id: int, dst_id: int, ways: list[str]) -> None:
    """Refuses who can have found them in no way that they allow: by number or mobile, or, where only that is
    left, in a group that both are in."""
    if "id" in ways or "mobile" in ways:
        return
    known = contacts.acquainted(user_id, dst_id)
    if not known:
        raise unknown_user()
    if "group" not in ways:
        raise Refused("对方不接受从群聊加为好友", "This user takes no friends from groups")


def _count(user_id: int, now: int) -> None:
    """One more request, of so many in a day; whoever asks holds the lock of themselves."""
    r = FriendRequest
    lately = r.select(r.createat).where(r.userid == user_id, r.createat > now - _DAY_MS)
    times = [time for (time,) in lately.order_by(r.createat.desc()).limit(MAX_ASKED_A_DAY).tuples()]
    if len(times) == MAX_ASKED_A_DAY:
        raise SlowDown(
            (times[-1] + _DAY_MS - now) / 1000, "今天的好友申请太多了，请明天再试", "Too many requests today"
        )
