"""Who may read and write which conversation, and why somebody else may not."""

from typing import NamedTuple

from peewee import SQL

from database.prepared import Prepared
from models import blocks
from models.accounts import unknown_user
from models.tables import (
    ADMIN,
    BLOCKED,
    DISSOLVED,
    MEMBER,
    MUTED,
    NOT_FRIENDS,
    OWNER,
    Community,
    Conversation,
    Member,
    User,
    key_of,
)
from models.views import View
from protocol.clock import now_ms
from protocol.errors import Forbidden, NotFound, Refusal, Refused
from protocol.messages import ROOM, SINGLE


class Seat(NamedTuple):
    """What a member is in a conversation: how they see it, their role, what bars them from writing there, and
    what bars others, too."""

    view: View
    role: int
    bars: int
    place_bars: int


def seat(user_id: int, kind: int, dstid: int) -> Seat | None:
    """The caller's in the conversation, or None where they are no member: the one look-up of who may."""
    for conversation_id, cleared, hidden, *rest in _seat(key_of(user_id, kind, dstid), user_id):
        return Seat(View(conversation_id, cleared, hidden, user_id), *rest)
    return None


_seat = Prepared(
    lambda: (
        Conversation.select(
            Conversation.id, Member.cleared, Member.hidden, Member.role, Member.bars, Conversation.bars
        )
        .join(Member, on=(Member.conversation_id == Conversation.id))
        .where(Conversation.key == "", Member.user_id == 0, Member.role > SQL("0"))
    )
)


def find(user_id: int, kind: int, dstid: int) -> View | None:
    """The conversation as the caller sees it, or None where they are no member."""
    found = seat(user_id, kind, dstid)
    return found.view if found else None


def locate(user_id: int, kind: int, dstid: int, strangers: bool) -> View | None:
    """As `find`, for a caller who may read it; None for one that has no message yet.

    Raises `NotFound` where there is no such user or community, `Forbidden` for strangers and non-members."""
    found = _admitted(user_id, kind, dstid, strangers)
    return found.view if found else None


def _admitted(user_id: int, kind: int, dstid: int, strangers: bool) -> Seat | None:
    """As `locate`."""
    found = seat(user_id, kind, dstid)
    if found is None and not may_open(user_id, kind, dstid, strangers):
        raise refusal(kind, dstid)
    return found


def may_open(user_id: int, kind: int, dstid: int, strangers: bool) -> bool:
    """Whether a single chat that has no row yet may begin: notes to oneself, and strangers where allowed who
    don't block each other."""
    if kind != SINGLE or user_id == dstid:
        return kind == SINGLE
    return strangers and _exists(kind, dstid) and not blocks.between(user_id, dstid)


def may_begin(user_id: int, dstid: int, strangers: bool) -> bool:
    """As `may_open`, for who opens a single chat now: until the transaction ends neither blocks the other."""
    if user_id != dstid and strangers:
        try:
            blocks.lock(user_id, dstid)
        except NotFound:
            return False
    return may_open(user_id, SINGLE, dstid, strangers)


def refusal(kind: int, dstid: int) -> Refusal:
    """Why somebody who is no member of (kind, dstid) is refused."""
    if not _exists(kind, dstid):
        return no_group() if kind == ROOM else unknown_user()
    if kind == ROOM:
        return Forbidden("你不是该群成员", "You are not a member of this group")
    return _not_friends()


def require_free(user_id: int, kind: int, dstid: int, bars: int, strangers: bool) -> None:
    """Raises why a member with these `bars` may not write there. Who is blocked is told what a stranger
    is."""
    if kind != SINGLE:
        return
    if bars & BLOCKED:
        refuse_blocked(user_id, dstid)
    if bars & BLOCKED or (bars & NOT_FRIENDS and not strangers):
        raise _not_friends()


def refuse_blocked(user_id: int, dstid: int) -> None:
    """Raises `Forbidden` where one of two people blocks the other: who does knows it, and who is blocked is
    told what a stranger is. For whatever somebody does to another that is not in a chat of theirs."""
    blockers = blocks.between(user_id, dstid)
    if user_id in blockers:
        raise Forbidden("你已将对方加入黑名单", "You have blocked this user")
    if blockers:
        raise _not_friends()


def require_reach(user_id: int, dstid: int, strangers: bool) -> None:
    """Raises why somebody may not reach another one (a call, an invitation): `NotFound` where there is no
    such user, `Forbidden` where a message would be refused."""
    found = _admitted(user_id, SINGLE, dstid, strangers)
    if found is not None and user_id != dstid:
        require_free(user_id, SINGLE, dstid, found.bars, strangers)


def _not_friends() -> Forbidden:
    return Forbidden("你们还不是好友", "You are not friends")


def require_writing(user_id: int, kind: int, dstid: int, strangers: bool, now: int) -> None:
    """Raises why a message of theirs would be refused there now, whatever it says."""
    if kind == SINGLE:
        require_reach(user_id, dstid, strangers)
        return
    found = _admitted(user_id, kind, dstid, strangers)
    assert found is not None  # a group has one
    require_voice(user_id, found.view.id, found.role, found.bars, found.place_bars, now)


def hears_typing(user_id: int, kind: int, dstid: int, strangers: bool, max_members: int) -> bool:
    """Whether anybody is to be told that the caller types in (kind, dstid): nobody in a group of more than
    `max_members` or where they may not write, nor in notes to oneself. Raises as `locate`."""
    if kind == SINGLE:
        require_reach(user_id, dstid, strangers)
        return user_id != dstid
    found = _admitted(user_id, kind, dstid, strangers)
    assert found is not None  # a group has one
    members = Community.select(Community.members).where(Community.id == dstid).scalar()
    if members > max_members:
        return False
    try:
        require_voice(user_id, found.view.id, found.role, found.bars, found.place_bars, now_ms())
    except Refusal:
        return False
    return True


def require_voice(user_id: int, conversation_id: int, role: int, bars: int, place_bars: int, now: int) -> int:
    """Raises why a member of this role may not write in a group, with these `bars` of theirs and of the
    group. Who may although there are some: which of these are over."""
    if place_bars & DISSOLVED:
        raise dissolved()
    over = 0
    if bars & MUTED:
        mine = (Member.user_id == user_id) & (Member.conversation_id == conversation_id)
        until = Member.select(Member.muted_until).where(mine).scalar() or 0
        if until > now:
            raise muted(until)
        over = MUTED
    if place_bars & MUTED and role < ADMIN:
        group = Community.select(Community.muted_until).join(
            Conversation, on=(Conversation.a == Community.id)
        )
        until = group.where(Conversation.id == conversation_id).scalar() or 0
        if until > now:
            raise Refused("本群已全员禁言", "All members of this group are muted", {"until": until})
    return over


def muted(until: int) -> Refused:
    """By the heads of a group, until then (ms)."""
    return Refused("你已被禁言", "You are muted in this group", {"until": until})


def dissolved() -> Forbidden:
    return Forbidden("该群已解散", "This group was dissolved")


def no_group() -> NotFound:
    return NotFound("该群不存在", "No such group")


def no_message() -> NotFound:
    return NotFound("该消息不存在", "No such message")


def role_in(user_id: int, community_id: int, least: int = MEMBER) -> int:
    """What a member is in a group. Raises as `locate`, `Forbidden` when the group is over, and as
    `require_role`."""
    found = seat(user_id, ROOM, community_id)
    if found is None:
        raise refusal(ROOM, community_id)
    require_role(found.role, least, found.place_bars, community_id)
    return found.role


def require_role(role: int, least: int, place_bars: int, community_id: int) -> None:
    """Raises why somebody of this role may not do what is for those of role `least` in a group with these
    bars."""
    if place_bars & DISSOLVED:
        raise dissolved()
    if role < MEMBER <= least:
        raise refusal(ROOM, community_id)
    if role < least:
        if least == OWNER:
            raise Forbidden("只有群主可以这样做", "Only the owner of the group may")
        raise Forbidden("只有群主和管理员可以这样做", "Only owner and admins of the group may")


def _exists(kind: int, dstid: int) -> bool:
    model = Community if kind == ROOM else User
    return model.select(model.id).where(model.id == dstid).exists()
