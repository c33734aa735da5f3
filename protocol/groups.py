"""Groups ("communities" on the wire): making them, joining them, and the list of them."""

from typing import Annotated

from msgspec import Meta

from protocol import rows
from protocol.accounts import Memo
from protocol.declare import Access, Command, call
from protocol.errors import BadArgument
from protocol.fields import ONCE, STRIP, Also, Held, Id, Limit, Missing, Name, Picture
from protocol.limits import MAX_CATE, MAX_GROUP_NAME, MAX_MEMBER_ROWS
from protocol.messages import More


def _nameless(name: str) -> BadArgument:
    return BadArgument("缺少群名称", "The group needs a name")


GroupName = Annotated[Name, Meta(min_length=1, max_length=MAX_GROUP_NAME), Missing(_nameless)]


@call("/contact/createcommunity", access=Access.USER, limit="contact", data=rows.Group)
class CreateGroup(Command, frozen=True):
    """A new group with the caller as its owner and first member."""

    name: GroupName
    icon: Annotated[Picture, Also("pic")] = ""
    cate: Annotated[int, Meta(ge=0, le=MAX_CATE), ONCE] = 0
    memo: Memo = ""


@call("/contact/loadcommunity", "/contact/community", access=Access.USER, row=rows.Group)
class ListGroups(Command, frozen=True):
    """The rows of the groups that the caller made or joined."""


@call("/contact/joincommunity", access=Access.USER, limit="contact")
class JoinGroup(Command, frozen=True):
    """The caller becomes a member; joining again changes nothing."""

    dstid: Id


@call("/community/members", access=Access.USER, row=rows.Member, data=More)
class ListMembers(Command, frozen=True):
    """A group's members, for members: its owner, then the others in the order of joining; `after`: behind
    this user; `q`: those whose name has it."""

    dstid: Id
    after: Id | None = None
    q: Annotated[str, Meta(max_length=100), STRIP] = ""
    limit: Annotated[Limit, Held(MAX_MEMBER_ROWS)] = MAX_MEMBER_ROWS
