"""Conversations: the list of them, how far one is read, and what a member does with one for themselves."""

import re
from typing import Annotated, NotRequired, TypedDict

from msgspec import Meta

from protocol import rows
from protocol.declare import Access, Command, call, frame
from protocol.errors import BadArgument
from protocol.fields import ECHOED, IN_FRAMES, ONCE, Flag, Held, Id, Limit, Number, Position, Rule
from protocol.limits import MAX_CONVERSATIONS, MAX_HIDE
from protocol.messages import Kind, More
from protocol.numbers import Cmd

_NEXT = re.compile(r"([0-9]{1,16}-[0-9]{1,16})?")


def _refuse_invented(place: str, name: str) -> None:
    if not _NEXT.fullmatch(place):
        raise BadArgument.of(name)


class Standing(TypedDict):
    """Which history the rows belong to, and where the list stands."""

    epoch: int
    change: int
    more: NotRequired[int]
    next: NotRequired[str]


@call("/message/conversations", access=Access.USER, row=rows.Conversation, data=Standing)
class ListConversations(Command, frozen=True):
    """The caller's conversations that have a message, the one with the newest first; `before`: those after
    the ones that an answer with this `next` told. `after`: only those that have changed since the list stood
    at this `change`, the oldest change first."""

    after: Position | None = None
    before: Annotated[str, Meta(max_length=33), Rule(_refuse_invented), ONCE] = ""
    limit: Annotated[Limit, Held(MAX_CONVERSATIONS)] = MAX_CONVERSATIONS

    def check(self) -> None:
        if self.before and self.after is not None:
            raise BadArgument("before 与 after 只能有一个", "Give before or after, not both")


@call("/message/read", access=Access.USER)
@frame(Cmd.READ, limit="request")
class MarkRead(Command, frozen=True):
    """The caller has read up to `seq`; beyond the end means the end, a lower one changes nothing."""

    kind: Kind
    dstid: Id
    seq: Position
    cid: Annotated[str, ECHOED, IN_FRAMES] | None = None


@call("/message/hide", access=Access.USER)
class HideMessages(Command, frozen=True):
    """These messages are gone for the caller, on all devices and for good; ids of other conversations are
    passed over."""

    kind: Kind
    dstid: Id
    ids: Annotated[list[Number], Meta(max_length=MAX_HIDE)]


@call("/message/hidden", access=Access.USER, row=rows.Range, data=More)
class ListHidden(Command, frozen=True):
    """What the caller has hidden and not cleared, ascending; `after`: the `low` of the last range that is
    known."""

    kind: Kind
    dstid: Id
    after: Position = 0


@call("/conversation/set", access=Access.USER, data=rows.Conversation)
class ArrangeConversation(Command, frozen=True):
    """Those that are missing stay as they are. `marked`: shown as unread until it is read."""

    kind: Kind
    dstid: Id
    pinned: Flag | None = None
    muted: Flag | None = None
    archived: Flag | None = None
    marked: Flag | None = None

    def wanted(self) -> dict[str, int]:
        """Those that were said."""
        said = {
            "pinned": self.pinned, "muted": self.muted, "archived": self.archived, "marked": self.marked,
        }  # fmt: skip
        return {name: value for name, value in said.items() if value is not None}


@call("/conversation/clear", access=Access.USER)
class ClearConversation(Command, frozen=True):
    """All up to `seq` is gone for the caller; beyond the end means the end, a lower one changes nothing."""

    kind: Kind
    dstid: Id
    seq: Position
