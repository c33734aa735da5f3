"""Changes: what is done to a message after it was said."""

from typing import Annotated, Literal, TypedDict

from protocol import rows
from protocol.declare import Access, Command, call, frame
from protocol.errors import BadArgument
from protocol.fields import Held, Id, Limit, Missing
from protocol.limits import MAX_REACTION_BYTES, MAX_REACTION_ROWS
from protocol.messages import At, Cid, Kind, More, Text
from protocol.numbers import Cmd

#: What a change cannot do without, besides the message.
_REQUIRED: dict[int, tuple[str, ...]] = {
    Cmd.EDIT: ("content",),
    Cmd.REACTION: ("content", "amount"),
    Cmd.PIN: ("amount",),
}


class ChangeAck(TypedDict):
    """The change is durable; `ver` is the version at which the message stands. `cid` is empty when the
    client gave none."""

    cid: str
    id: int
    seq: int
    ver: int
    kind: int
    dstid: int


class Edited(TypedDict):
    """A text that a message had or has, and since when (ms)."""

    content: str
    createat: int


@call("/message/change", access=Access.USER, limit="message", data=ChangeAck)
@frame(Cmd.RECALL, Cmd.EDIT, Cmd.REACTION, Cmd.PIN, limit="message")
class ChangeMessage(Command, frozen=True, kw_only=True):
    """Recalls a message (14), gives it another text (15; `at` then names others), reacts to it (16, with
    `content`) or pins it (19); `amount` -1 takes a reaction or a pin back."""

    cmd: Annotated[Literal[14, 15, 16, 19], Missing(BadArgument.of)]
    id: Id
    kind: Kind
    dstid: Id
    content: Text | None = None
    at: At | None = None
    amount: Literal[1, -1] | None = None
    cid: Cid | None = None

    def check(self) -> None:
        for name in _REQUIRED.get(self.cmd, ()):
            if not getattr(self, name):
                raise BadArgument.missing(name)
        if Cmd(self.cmd) is Cmd.REACTION and not _is_reaction(self.content or ""):
            raise BadArgument.of("content")

    @property
    def speaks(self) -> bool:
        """What somebody said may be taken back in silence."""
        cmd = Cmd(self.cmd)
        return cmd is Cmd.EDIT or (cmd is Cmd.REACTION and self.amount == 1)


def _is_reaction(text: str) -> bool:
    """One emoji as a rule; a short word in any case."""
    return len(text.encode()) <= MAX_REACTION_BYTES and not any(char.isspace() for char in text)


@call("/message/edits", access=Access.USER, row=Edited)
class Edits(Command, frozen=True):
    """The texts of a message, from the first to the present one."""

    kind: Kind
    dstid: Id
    id: Id


@call("/message/reactions", access=Access.USER, row=rows.User, data=More)
class Reactions(Command, frozen=True):
    """Who has reacted to a message with `content`, in the order of time; `after`: the last of them that is
    known."""

    kind: Kind
    dstid: Id
    id: Id
    content: Text
    after: Id | None = None
    limit: Annotated[Limit, Held(MAX_REACTION_ROWS)] = MAX_REACTION_ROWS


@call("/message/pins", access=Access.USER, row=rows.Message)
class Pins(Command, frozen=True):
    """The pinned messages, the one pinned last first."""

    kind: Kind
    dstid: Id
