"""Ways into a group, and what bars them: requests, links, bans."""

import secrets
from typing import NamedTuple

from peewee import SQL, fn

from database.base import database
from database.dialect import of_database
from models.access import role_in
from models.accounts import PROFILE
from models.tables import ACCEPTED, ADMIN, DECLINED, PENDING, Ban, Block, Community, JoinRequest, Link, User
from protocol import rows
from protocol.errors import Conflict, NotFound, Refusal, Refused
from protocol.joining import GroupLink
from protocol.limits import MAX_LINKS

#: How long a request waits for an answer, and a link leads in when nothing else is said.
REQUEST_MS = LINK_MS = 7 * 86_400_000

_STATES = {PENDING: "pending", ACCEPTED: "accepted", DECLINED: "declined"}


# --- requests -----------------------------------------------------------------------------------------------


def ask(community_id: int, user_id: int, proposer: int, memo: str, now: int) -> tuple[int, bool]:
    """The request of somebody to come in, and whether it is a new one. One that waits, or was declined, is
    the same for a week; of two at once the unique key keeps one."""
    r = JoinRequest
    of_them = (r.community_id == community_id) & (r.user_id == user_id)
    there = r.get_or_none(of_them)
    if there is not None:
        if there.state != ACCEPTED and there.createat > now - REQUEST_MS:
            return there.id, False
        r.delete().where(r.id == there.id).execute()
    row = r.insert(community_id=community_id, user_id=user_id, proposer=proposer, memo=memo, createat=now)
    new = bool(row.on_conflict_ignore().as_rowcount().execute())
    return int(r.select(r.id).where(of_them).scalar()), new


def group_of(request_id: int) -> int:
    """The group that a request is about, or `NotFound`."""
    community_id = JoinRequest.select(JoinRequest.community_id).where(JoinRequest.id == request_id).scalar()
    if community_id is None:
        raise _no_request()
    return int(community_id)


def _no_request() -> NotFound:
    return NotFound("该申请不存在", "No such request")


def answer(request_id: int, accept: bool, now: int) -> tuple[int, int]:
    """A request that waits has this answer from now on: who wanted to come in, and who proposed them. Raises
    `Conflict` when it has one already: of two answers at once the row takes one."""
    r = JoinRequest
    state = ACCEPTED if accept else DECLINED
    waits = (r.id == request_id) & (r.state == PENDING)
    found = r.get_or_none(r.id == request_id)
    if found is None:
        raise _no_request()
    if found.state == PENDING and found.createat <= now - REQUEST_MS:
        raise Refused("该申请已过期", "This request has expired")
    if not r.update(state=state).where(waits).execute():
        raise Conflict("该申请已处理", "This request was answered already")
    return found.user_id, found.proposer


def has_asked(community_id: int, user_id: int) -> bool:
    """Whether they want, or wanted, to come in."""
    r = JoinRequest
    return r.select(r.id).where(r.community_id == community_id, r.user_id == user_id).exists()


def settle(community_id: int, user_id: int) -> None:
    """They are in, however they came: nobody has to answer any more."""
    r = JoinRequest
    of_them = (r.community_id == community_id) & (r.user_id == user_id)
    r.update(state=ACCEPTED).where(of_them, r.state == PENDING).execute()


class Asked(NamedTuple):
    """A request, and who wants to come in, as stored."""

    request_id: int
    proposer: int
    memo: str
    state: str
    createat: int
    user: rows.Profile


def requests(
    user_id: int, community_id: int, before: int | None, limit: int, now: int
) -> tuple[list[Asked], int, bool]:
    """The requests of a group, the latest first; how many wait; whether there are more. Raises `Forbidden`
    for who is no head."""
    role_in(user_id, community_id, ADMIN)
    r = JoinRequest
    here = r.community_id == community_id
    fresh = now - REQUEST_MS
    waiting = r.select(fn.COUNT(SQL("*"))).where(here, r.state == PENDING, r.createat > fresh).scalar()
    which = here if before is None else here & (r.id < before)
    found = list(r.select().where(which).order_by(r.id.desc()).limit(limit + 1))
    users = _profiles([row.user_id for row in found])
    told = [
        Asked(
            row.id,
            row.proposer,
            row.memo,
            "expired" if row.state == PENDING and row.createat <= fresh else _STATES[row.state],
            row.createat,
            users[row.user_id],
        )
        for row in found[:limit]
        if row.user_id in users
    ]
    return told, int(waiting), len(found) > limit


def _profiles(ids: list[int]) -> dict[int, rows.Profile]:
    return {row["id"]: row for row in User.select(*PROFILE).where(User.id.in_(ids)).dicts()} if ids else {}


def is_blocked(user_id: int, other_id: int) -> bool:
    """Whether `user_id` wants nothing from the other one."""
    return Block.select().where(Block.user_id == user_id, Block.blocked_id == other_id).exists()


# --- bans ---------------------------------------------------------------------------------------------------


def is_banned(community_id: int, user_id: int) -> bool:
    return Ban.select(Ban.id).where(Ban.community_id == community_id, Ban.user_id == user_id).exists()


def ban(community_id: int, user_id: int, by: int, now: int) -> None:
    """They can't come in from now on; what they asked for is declined."""
    Ban.insert(
        community_id=community_id, user_id=user_id, banned_by=by, createat=now
    ).on_conflict_ignore().execute()
    r = JoinRequest
    r.update(state=DECLINED).where(
        r.community_id == community_id, r.user_id == user_id, r.state == PENDING
    ).execute()


def unban(community_id: int, user_id: int) -> bool:
    """False when they were not banned."""
    gone = Ban.delete().where(Ban.community_id == community_id, Ban.user_id == user_id).execute()
    if gone:  # and may ask at once
        JoinRequest.delete().where(
            JoinRequest.community_id == community_id, JoinRequest.user_id == user_id
        ).execute()
    return bool(gone)


def banned(
    user_id: int, community_id: int, after: int | None, limit: int
) -> tuple[list[tuple[rows.Profile, int, int]], bool]:
    """(who may not come in, since when, by whom), the latest first, behind user `after`; and whether there
    are more. Raises `Forbidden` for who is no head."""
    role_in(user_id, community_id, ADMIN)
    here = Ban.community_id == community_id
    which = here
    if after is not None:
        place = Ban.select(Ban.id).where(here, Ban.user_id == after).scalar()
        if place is None:
            raise NotFound("该用户未被封禁", "This user is not banned")
        which = here & (Ban.id < place)
    found = list(Ban.select().where(which).order_by(Ban.id.desc()).limit(limit + 1))
    users = _profiles([row.user_id for row in found[:limit]])
    told = [
        (users[row.user_id], row.createat, row.banned_by) for row in found[:limit] if row.user_id in users
    ]
    return told, len(found) > limit


# --- links --------------------------------------------------------------------------------------------------


def make_link(user_id: int, community_id: int, until: int | None, uses: int, now: int) -> GroupLink:
    """A new link by a member. `until` (ms): None for the usual time."""
    role_in(user_id, community_id)
    if until is not None and 0 < until <= now:
        raise Refused("链接的截止时间已过", "The link would have ended already")
    group = Community.select(Community.id).where(Community.id == community_id)
    of_database(database.obj).locked(group).tuples().first()  # of many at once none is too many
    living = Link.select(Link.id).where(*_lives(community_id, now))
    if len(living.limit(MAX_LINKS).tuples()) >= MAX_LINKS:
        raise Refused(f"最多同时有 {MAX_LINKS} 个邀请链接", f"{MAX_LINKS} links at most lead into a group")
    # What leads nowhere any more goes, so that a group has few of them.
    ended = (Link.revoked == 1) | ((Link.until > 0) & (Link.until <= now))
    ended |= (Link.uses > 0) & (Link.used >= Link.uses)
    Link.delete().where(Link.community_id == community_id, ended).execute()
    code = secrets.token_urlsafe(15)
    ends = now + LINK_MS if until is None else until
    Link.insert(
        community_id=community_id, code=code, maker=user_id, until=ends, uses=uses, createat=now
    ).execute()
    return _link(Link.get(Link.code == code))


def links(user_id: int, community_id: int, now: int) -> list[GroupLink]:
    """The links that lead in now, the latest first: a member's own, for heads all."""
    role = role_in(user_id, community_id)
    which = _lives(community_id, now)
    if role < ADMIN:
        which = (*which, Link.maker == user_id)
    return [_link(row) for row in Link.select().where(*which).order_by(Link.id.desc()).limit(MAX_LINKS)]


def revoke_link(user_id: int, community_id: int, link_id: int) -> None:
    """It leads nowhere from now on. `NotFound` where there is none, or it is another's and the caller no
    head."""
    role = role_in(user_id, community_id)
    which = (Link.id == link_id) & (Link.community_id == community_id)
    if role < ADMIN:
        which &= Link.maker == user_id
    if not Link.update(revoked=1).where(which).execute():
        raise no_link()


def revoke_links_of(user_id: int, community_id: int) -> None:
    """Who is in no longer asks nobody in."""
    Link.update(revoked=1).where(Link.community_id == community_id, Link.maker == user_id).execute()


def leads_to(code: str, now: int) -> int:
    """The group that a link leads into now, or `NotFound`."""
    link = living_link(code, now)
    try:
        role_in(link.maker, link.community_id)
    except Refusal:  # it is over
        raise no_link() from None
    return int(link.community_id)


def living_link(code: str, now: int) -> Link:
    """The link with this code, or `NotFound` when it leads nowhere (any more)."""
    found = Link.get_or_none(Link.code == code, Link.revoked == 0)
    if found is None or 0 < found.until <= now or 0 < found.uses <= found.used:
        raise no_link()
    return found


def take_link(link: Link) -> None:
    """One more has come by it; `NotFound` when it was used up meanwhile, which its row decides."""
    open_ = (Link.uses == 0) | (Link.used < Link.uses)
    if not Link.update(used=Link.used + 1).where(Link.id == link.id, Link.revoked == 0, open_).execute():
        raise no_link()


def no_link() -> NotFound:
    return NotFound("邀请链接不存在或已失效", "This link leads nowhere, or no longer")


def _lives(community_id: int, now: int) -> tuple[object, ...]:
    return (
        Link.community_id == community_id,
        Link.revoked == 0,
        (Link.until == 0) | (Link.until > now),
        (Link.uses == 0) | (Link.used < Link.uses),
    )


def _link(row: Link) -> GroupLink:
    return {
        "id": row.id,
        "code": row.code,
        "url": f"/g/{row.code}",
        "by": row.maker,
        "until": row.until,
        "uses": row.uses,
        "used": row.used,
        "createat": row.createat,
    }
