"""Contacts: making friends, ending it, and the list of them."""

from typing import Annotated, Literal, TypedDict

from msgspec import Meta

from protocol import rows
from protocol.declare import Access, Command, call
from protocol.fields import ONCE, Flag, Id, Name
from protocol.joining import JoinedGroup
from protocol.limits import MAX_GREETING, MAX_QUERY, MAX_REMARK

Greeting = Annotated[Name, Meta(max_length=MAX_GREETING)]
Remark = Annotated[Name, Meta(max_length=MAX_REMARK)]


class Asked(TypedDict):
    """A wish to be friends that waits for the other one."""

    request: int
    state: Literal["pending"]


class Waiting(TypedDict):
    """`waiting`: how many requests wait for the caller's answer; `more`: 1 when there are older ones."""

    waiting: int
    more: int


@call("/contact/addfriend", access=Access.USER, limit="contact", data=Asked)
class AddFriend(Command, frozen=True):
    """The other one decides: both become friends at once, or `memo` is told to them with the request; then
    there is `data`. Asking twice is the same request; two who ask each other are friends."""

    dstid: Id
    memo: Greeting = ""

    is_speech = True


@call("/contact/requests", access=Access.USER, row=rows.ToldRequest, data=Waiting)
class ListRequests(Command, frozen=True):
    """What the caller has asked and was asked, the newest first; `before`: what came before this one."""

    before: Id | None = None


@call("/contact/answer", access=Access.USER, limit="contact")
class AnswerRequest(Command, frozen=True):
    """Yes (1) or no (0) to a request, by who was asked. The asker is told of a yes only."""

    request: Id
    accept: Flag


@call("/contact/update", access=Access.USER, limit="contact")
class CallFriend(Command, frozen=True):
    """What the caller calls a friend for themselves; emptied, by their own name."""

    dstid: Id
    remark: Remark


@call("/contact/remove", access=Access.USER, limit="contact")
class RemoveFriend(Command, frozen=True):
    """Both are friends no more. What they said stays readable, and nobody writes there."""

    dstid: Id


@call("/contact/block", access=Access.USER, limit="contact")
class BlockUser(Command, frozen=True):
    """The caller wants nothing of them (1), or does again (0). They are not told, and get what a stranger
    gets; the caller does not write to them either."""

    dstid: Id
    on: Flag


@call("/contact/blocked", access=Access.USER, row=rows.Friend)
class ListBlocked(Command, frozen=True):
    """Whom the caller blocks, the latest first."""


@call("/contact/common", access=Access.USER, limit="find", row=JoinedGroup)
class ListCommonGroups(Command, frozen=True):
    """The groups that the caller and somebody else are in."""

    dstid: Id


@call("/contact/loadfriend", "/contact/friend", access=Access.USER, row=rows.Friend)
class ListFriends(Command, frozen=True):
    """The rows of the caller's friends."""


@call("/contact/search", access=Access.USER, limit="find", row=rows.Known)
class SearchContacts(Command, frozen=True):
    """The caller's friends and groups that are called so: each word of `q` is a part of the name or of how it
    is pronounced. One that has no word finds nothing. It counts as looking for people, because it looks at
    all of the caller's."""

    q: Annotated[str, Meta(min_length=1, max_length=MAX_QUERY), ONCE]
