"""Conversations: the list of them, and how far one is read."""

import re
from typing import Annotated, NotRequired, TypedDict

from msgspec import Meta

from protocol import rows
from protocol.declare import Access, Command, call, frame
from protocol.errors import BadArgument
from protocol.fields import ECHOED, IN_FRAMES, ONCE, Held, Id, Limit, Position, Rule
from protocol.limits import MAX_CONVERSATIONS
from protocol.messages import Kind
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
