"""Presence: that somebody types, what they have on the screen, and that they are there at all."""

from protocol.declare import Command, frame
from protocol.errors import Malformed
from protocol.fields import Flag, Id
from protocol.messages import Kind
from protocol.numbers import Cmd


@frame(Cmd.TYPING, limit="request")
class Typing(Command, frozen=True):
    """The caller types in a conversation; nothing of it is stored."""

    kind: Kind
    dstid: Id

    is_speech = True


@frame(Cmd.LOOK, limit="request")
class Look(Command, frozen=True):
    """What the client has on its screen: a conversation, or without kind and dstid none; and with `friends` a
    list of friends or chats."""

    kind: Kind | None = None
    dstid: Id | None = None
    friends: Flag = 0

    def check(self) -> None:
        if (self.kind is None) != (self.dstid is None):
            name = "kind" if self.kind is None else "dstid"
            raise Malformed.of(name)


@frame(Cmd.HEARTBEAT, limit=None)
class Heartbeat(Command, frozen=True):
    """The client is there; a v2 one is told the server's time."""
