"""Search: messages by their words."""

from typing import Annotated

from msgspec import Meta

from protocol import rows
from protocol.declare import Access, Command, call
from protocol.errors import BadArgument
from protocol.fields import Held, Id, Limit, Position
from protocol.limits import MAX_FOUND, MAX_MEDIA, MAX_QUERY
from protocol.messages import Kind, More


@call("/message/search", access=Access.USER, row=rows.FoundMessage, data=More)
class SearchMessages(Command, frozen=True):
    """Messages that have all words of `q`, the newest first: in one conversation or in all of the caller's;
    of one author, of one kind, of some time (ms, both ends among them), below the message `before`."""

    q: Annotated[str, Meta(min_length=1, max_length=MAX_QUERY)]
    kind: Kind | None = None
    dstid: Id | None = None
    from_: Id | None = None
    media: Annotated[int, Meta(ge=0, le=MAX_MEDIA)] | None = None
    since: Position | None = None
    until: Position | None = None
    before: Id | None = None
    limit: Annotated[Limit, Held(MAX_FOUND)] = MAX_FOUND

    def check(self) -> None:
        if (self.kind is None) != (self.dstid is None):
            raise BadArgument("kind 与 dstid 须同时给出", "Give both kind and dstid, or neither")
