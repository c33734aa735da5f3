"""Groups ("communities" on the wire): making them, coming into them, leaving them, heading them.

Who may is judged where it is done, in the log's transaction: `role` is 1 for a member, 2 for an admin, 3 for
the owner.
"""

from typing import Annotated, Literal, TypedDict

from msgspec import Meta

from protocol import rows
from protocol.accounts import Memo
from protocol.declare import Access, Command, call
from protocol.errors import BadArgument
from protocol.fields import ONCE, STRIP, Also, Flag, Held, Id, Limit, Missing, Name, Number, Picture, Rule
from protocol.joining import (
    Banned,
    GroupLink,
    JoinAnswer,
    JoinedGroup,
    JoinRequest,
    JoinsWaiting,
    Moved,
    SeenGroup,
)
from protocol.limits import (
    MAX_ALIAS,
    MAX_ANNOUNCEMENT,
    MAX_BANNED_ROWS,
    MAX_CATE,
    MAX_GROUP_NAME,
    MAX_JOIN_MEMO,
    MAX_JOIN_REQUEST_ROWS,
    MAX_LINK_USES,
    MAX_MEMBER_ROWS,
    MAX_PEOPLE,
)
from protocol.messages import More


def _nameless(name: str) -> BadArgument:
    return BadArgument("缺少群名称", "The group needs a name")


def _refuse_repeated(ids: list[int], name: str) -> None:
    if len(set(ids)) < len(ids):
        raise BadArgument.of(name)


GroupName = Annotated[Name, Meta(min_length=1, max_length=MAX_GROUP_NAME), Missing(_nameless)]
#: How one comes into a group: at once, when its heads say yes, or only when a member asks one to.
Join = Literal["open", "approve", "invite"]
#: What leads into a group, of a link.
LinkCode = Annotated[str, Meta(min_length=1, max_length=64), ONCE]
People = Annotated[list[Id], Meta(min_length=1, max_length=MAX_PEOPLE), Rule(_refuse_repeated)]


@call("/contact/createcommunity", access=Access.USER, limit="contact", data=JoinedGroup)
class CreateGroup(Command, frozen=True):
    """A new group with the caller as its owner and first member."""

    name: GroupName
    icon: Annotated[Picture, Also("pic")] = ""
    cate: Annotated[int, Meta(ge=0, le=MAX_CATE), ONCE] = 0
    memo: Memo = ""

    is_speech = True


@call("/contact/loadcommunity", "/contact/community", access=Access.USER, row=JoinedGroup)
class ListGroups(Command, frozen=True):
    """The rows of the groups that the caller is in."""


@call("/community/info", access=Access.USER, limit="find", data=SeenGroup)
class GroupInfo(Command, frozen=True):
    """A group; who is not in it sees what it is called and how one comes in. `link`: the code of a link that
    leads into it, in place of its number."""

    dstid: Id | None = None
    link: LinkCode | None = None

    def check(self) -> None:
        if self.dstid is None and self.link is None:
            raise BadArgument.missing("dstid")
        if self.dstid is not None and self.link is not None:
            raise BadArgument("dstid 与 link 只能有一个", "Give dstid or link, not both")


#: Of what `UpdateGroup` says, what all members see.
SEEN_BY_ALL = ("name", "icon", "memo", "notice")


@call("/community/update", access=Access.USER, limit="contact", data=JoinedGroup)
class UpdateGroup(Command, frozen=True):
    """By owner and admins. Fields that are missing stay as they are; icon, memo and notice may be emptied.
    `notice`: what all members are told; `join`: how one comes in; `history`: whether who comes from now on
    reads what was before."""

    dstid: Id
    name: GroupName | None = None
    icon: Picture | None = None
    memo: Memo | None = None
    notice: Annotated[str, Meta(max_length=MAX_ANNOUNCEMENT), STRIP] | None = None
    join: Join | None = None
    history: Flag | None = None

    @property
    def speaks(self) -> bool:
        """Whether all members see something of it."""
        return any(getattr(self, name) for name in SEEN_BY_ALL)

    def changes(self) -> dict[str, str | int]:
        """Those that were said."""
        names = ("name", "icon", "memo", "notice", "join", "history")
        said = {name: getattr(self, name) for name in names}
        return {name: value for name, value in said.items() if value is not None}

    def check(self) -> None:
        if not self.changes():
            raise BadArgument("没有要修改的内容", "Nothing to change")


@call("/contact/joincommunity", access=Access.USER, limit="contact", data=JoinAnswer | None)
class JoinGroup(Command, frozen=True):
    """The caller becomes a member, or asks to (with `memo`), as the group's `join` says; joining again
    changes nothing. `link`: the code of a link that leads into it, in place of its number."""

    dstid: Id | None = None
    memo: Annotated[Name, Meta(max_length=MAX_JOIN_MEMO)] = ""
    link: LinkCode | None = None

    def check(self) -> None:
        if self.dstid is None and self.link is None:
            raise BadArgument.missing("dstid")

    @property
    def speaks(self) -> bool:
        return bool(self.memo)


class MorePeople(TypedDict):
    """`more`: 1 when the list goes on, behind member `next`."""

    more: int
    next: int


@call("/community/members", access=Access.USER, row=rows.Member, data=MorePeople)
class ListMembers(Command, frozen=True):
    """A group's members, for members: its owner, the admins, then the others in the order of joining;
    `after`: behind this user; `q`: those whose name has it, or sounds like it. Some thousand names are looked
    at in a call, so that an answer may have fewer rows than there is room for, and go on. `muted`: 1 for
    who is muted now alone. `ids`: these alone, whoever of them is a member, in this order."""

    dstid: Id
    after: Id | None = None
    q: Annotated[str, Meta(max_length=100), STRIP] = ""
    limit: Annotated[Limit, Held(MAX_MEMBER_ROWS)] = MAX_MEMBER_ROWS
    muted: Flag = 0
    ids: People | None = None

    def check(self) -> None:
        if self.ids is not None and (self.after is not None or self.q or self.muted):
            raise BadArgument("ids 不能与 after、q 或 muted 同用", "Give ids without after, q and muted")


@call("/community/invite", access=Access.USER, limit="contact", row=Moved)
class InviteToGroup(Command, frozen=True):
    """The caller's friends become members; where `join` is approve, by an ordinary member, they are proposed
    to the group's heads. A row for each, in the order of `ids`."""

    dstid: Id
    ids: People


@call("/community/requests", access=Access.USER, row=JoinRequest, data=JoinsWaiting)
class ListJoinRequests(Command, frozen=True):
    """Who wants to come in, for owner and admins, the latest first; `before`: those behind this one."""

    dstid: Id
    before: Id | None = None
    limit: Annotated[Limit, Held(MAX_JOIN_REQUEST_ROWS)] = MAX_JOIN_REQUEST_ROWS


@call("/community/answer", access=Access.USER, limit="contact")
class AnswerJoinRequest(Command, frozen=True):
    """Owner or admin lets somebody in, or not."""

    request: Id
    accept: Flag


@call("/community/leave", access=Access.USER, limit="contact")
class LeaveGroup(Command, frozen=True):
    """The caller is a member no longer, and reads nothing there any more. An owner has to transfer the group
    first."""

    dstid: Id


@call("/community/remove", access=Access.USER, limit="contact", row=Moved)
class RemoveMembers(Command, frozen=True):
    """Members of a lower role than the caller's are so no longer; with `ban` they can't come back until they
    are unbanned, which others may be who were no members. A row for each, in the order of `ids`."""

    dstid: Id
    ids: People
    ban: Flag = 0


@call("/community/unban", access=Access.USER, limit="contact")
class UnbanUser(Command, frozen=True):
    """By owner and admins: this user may come in again. One who is not banned stays so."""

    dstid: Id
    id: Id


@call("/community/banned", access=Access.USER, row=Banned, data=More)
class ListBanned(Command, frozen=True):
    """Who may not come in, for owner and admins, the latest first; `after`: behind this user."""

    dstid: Id
    after: Id | None = None
    limit: Annotated[Limit, Held(MAX_BANNED_ROWS)] = MAX_BANNED_ROWS


@call("/community/role", access=Access.USER, limit="contact")
class SetRole(Command, frozen=True):
    """The owner makes a member an admin (2), or no longer (1)."""

    dstid: Id
    id: Id
    role: Literal[1, 2]


@call("/community/transfer", access=Access.USER, limit="contact")
class TransferGroup(Command, frozen=True):
    """The owner gives the group to another member, and is an ordinary one from then on."""

    dstid: Id
    id: Id


@call("/community/mute", access=Access.USER, limit="contact")
class MuteGroup(Command, frozen=True):
    """A member of a lower role than the caller's can't write until then (ms); a time that has passed ends it.
    Without `id` all members of role 1."""

    dstid: Id
    until: Annotated[Number, ONCE]
    id: Id | None = None


@call("/community/alias", access=Access.USER, limit="contact")
class SetAlias(Command, frozen=True):
    """What the caller is called in the group; empty for their own name."""

    dstid: Id
    nickname: Annotated[Name, Meta(max_length=MAX_ALIAS)]

    is_speech = True


@call("/community/dissolve", access=Access.USER, limit="contact")
class DissolveGroup(Command, frozen=True):
    """The owner ends the group: members keep what was said to read, and nobody writes there any more."""

    dstid: Id


@call("/community/link", access=Access.USER, limit="contact", data=GroupLink)
class MakeLink(Command, frozen=True):
    """A new link that leads into the group: an invitation by the caller to whoever has it. `until`: when it
    ends (ms), 0 for never, in a week when nothing is said; `uses`: after how many people, 0 for any."""

    dstid: Id
    until: Annotated[Number, ONCE] | None = None
    uses: Annotated[int, Meta(ge=0, le=MAX_LINK_USES), ONCE] = 0


@call("/community/links", access=Access.USER, row=GroupLink)
class ListLinks(Command, frozen=True):
    """The links that lead into a group now, the latest first: a member's own, for owner and admins all."""

    dstid: Id


@call("/community/unlink", access=Access.USER, limit="contact")
class RevokeLink(Command, frozen=True):
    """A link leads nowhere from now on: by who made it, owner and admins."""

    dstid: Id
    link: Annotated[Id, Meta(description="its `id`")]
