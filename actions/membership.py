"""What a group is told of what was done to it, and who listens to it from then on."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from hub.audience import V2
from hub.ports.bus import Publication
from hub.ports.control import GroupChanged, MembershipChanged, Order
from log.entries import (
    AnswerJoin,
    CreateGroup,
    Dissolve,
    HandOver,
    Invite,
    Join,
    Leave,
    Mute,
    Post,
    Remove,
    SetAlias,
    SetRole,
    Unban,
    Update,
)
from log.entries.group import Act
from protocol.frames import event
from protocol.messages import ROOM, Cmd

#: What is done to a group that is there.
ACTS = (
    AnswerJoin,
    Dissolve,
    Invite,
    Join,
    Leave,
    Mute,
    Remove,
    SetAlias,
    SetRole,
    HandOver,
    Unban,
    Update,
)

_News: TypeAlias = list[Publication | Order]


def created(entry: CreateGroup, post: Callable[[Post], _News]) -> _News:
    """Its owner's connections listen to it before they are told: the event, then the notice."""
    news: _News = [MembershipChanged(entry.userid, entry.dstid, True)]
    news.append(Publication(_changed(entry, "created", [entry.userid]), group=entry.dstid, audience=V2))
    return news + _said(entry.notice, post)


def acted(entry: Act, post: Callable[[Post], _News]) -> _News:
    """Who went hears that they did, and nothing that comes behind it; who came hears the group first."""
    if not entry.what:
        return []
    group = entry.dstid
    number = entry.notice.place.change if entry.notice is not None and entry.notice.place is not None else 0
    news: _News = [MembershipChanged(user_id, group, False, number) for user_id in entry.went]
    news += [MembershipChanged(user_id, group, True, number) for user_id in entry.came]
    if entry.others_speak:
        news.append(GroupChanged(group))
    told = _changed(entry, entry.what, entry.who)
    if entry.told is not None:
        news.append(Publication(told, entry.told, audience=V2))
        return news
    for user_ids, left in ((entry.went, 1), (entry.returned, 0)):
        news += [_own(user_id, group, {"left": left}) for user_id in user_ids]
    if entry.went:
        news.append(Publication(told, entry.went, audience=V2))
    news.append(Publication(told, group=group, audience=V2))
    return news + _said(entry.notice, post)


def _said(notice: Post | None, post: Callable[[Post], _News]) -> _News:
    return post(notice) if notice is not None and notice.refusal is None else []


def _changed(entry: Act | CreateGroup, what: str, who: Sequence[int]) -> bytes:
    return event(
        Cmd.COMMUNITY_CHANGED, what=what, dstid=entry.dstid, userid=entry.userid, kind=ROOM, who=[*who]
    )


def _own(user_id: int, group: int, what: Mapping[str, object]) -> Publication:
    """To all connections of one member: their conversation has changed."""
    told = event(Cmd.CONVERSATION_CHANGED, userid=user_id, kind=ROOM, dstid=group, **what)
    return Publication(told, (user_id,), audience=V2)
