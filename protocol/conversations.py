"""Conversations: the list of them, and how far one is read."""

from typing import Annotated, TypedDict

from protocol import rows
from protocol.declare import Access, Command, call, frame
from protocol.fields import ECHOED, IN_FRAMES, Held, Id, Limit, Place
from protocol.limits import MAX_CONVERSATIONS
from protocol.messages import Kind
from protocol.numbers import Cmd


class Epoch(TypedDict):
    """Which history the rows belong to."""

    epoch: int


@call("/message/conversations", access=Access.USER, row=rows.Conversation, data=Epoch)
class ListConversations(Command, frozen=True):
    """The caller's conversations that have a message, latest change first; `after`: only those changed since
    that `updateat`."""

    after: Place | None = None
    limit: Annotated[Limit, Held(MAX_CONVERSATIONS)] = MAX_CONVERSATIONS


@call("/message/read", access=Access.USER)
@frame(Cmd.READ, limit="request")
class MarkRead(Command, frozen=True):
    """The caller has read up to `seq`; beyond the end means the end, a lower one changes nothing."""

    kind: Kind
    dstid: Id
    seq: Place
    cid: Annotated[str, ECHOED, IN_FRAMES] | None = None
