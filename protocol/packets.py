"""Red packets: points that somebody puts into a conversation, and others take out of it."""

from typing import Annotated, Literal, TypeAlias, TypedDict

from msgspec import Meta

from protocol import rows
from protocol.accounts import Memo
from protocol.declare import Access, Command, call
from protocol.errors import BadArgument
from protocol.fields import ONCE, Id
from protocol.limits import MAX_POINTS, MAX_SHARES
from protocol.messages import SINGLE, Cid, Kind, Message, digest_of
from protocol.numbers import PACKETS, Media

#: Each share is another, drawn when it is opened; in the other mode all are alike.
LUCKY: Literal["lucky"] = "lucky"
#: There is something for the next one; all was taken; a day has passed.
OPEN: Literal["open"] = "open"
EMPTY: Literal["empty"] = "empty"
EXPIRED: Literal["expired"] = "expired"


State: TypeAlias = Literal["open", "empty", "expired"]
Mode: TypeAlias = Literal["equal", "lucky"]


class Opened(TypedDict):
    """What the caller got, 0 for nothing; how the packet stands, and how many of `count` were opened."""

    amount: int
    state: State
    opened: int
    count: int


class Share(TypedDict):
    """What somebody got and when (ms). `best`: 1 for the one with the best luck, once all are opened."""

    userid: int
    amount: int
    createat: int
    best: int


class Packet(TypedDict):
    """A red packet: who sent it, how many points in how many shares; how many were opened, and the points
    that are left in it."""

    userid: int
    amount: int
    count: int
    opened: int
    left: int
    mode: Mode
    memo: str
    state: State
    createat: int
    expires: int
    rows: list[Share]


@call("/redpacket/send", access=Access.USER, limit="message", data=rows.Ack)
class SendPacket(Command, frozen=True, kw_only=True):
    """Puts `amount` points into `count` shares, one in a single chat. Money and message are one: both are
    there or neither. The same call under the same `cid` takes nothing twice."""

    is_speech = True

    kind: Kind
    dstid: Id
    amount: Annotated[int, Meta(ge=1, le=MAX_POINTS), ONCE]
    count: Annotated[int, Meta(ge=1, le=MAX_SHARES), ONCE] = 1
    mode: Annotated[Mode, ONCE] = LUCKY
    memo: Memo = ""
    cid: Cid | None = None

    def check(self) -> None:
        if self.kind == SINGLE and self.count != 1:
            raise BadArgument("单聊红包只能有一个", "A single chat's red packet has one share")
        if self.amount < self.count:
            raise BadArgument("每个红包至少 1 积分", "Each share has one point at least")

    def by(self, userid: int) -> Message:
        """The message of this author, but for its address, which it has once it has a number."""
        return Message(
            userid, self.dstid, self.kind, Media.RED_PACKET, memo=self.memo, amount=self.amount,
            cid=self.cid or None,
        )  # fmt: skip

    def digest(self) -> int:
        """As `Message.digest`: of what was said."""
        numbers = (self.kind, self.dstid, self.amount, self.count)
        return digest_of(("red packet", " ".join(map(str, numbers)), self.mode, self.memo))


@call("/redpacket/open", access=Access.USER, limit="message", data=Opened)
class OpenPacket(Command, frozen=True):
    """Takes the caller's share, once; asked again it is the same answer."""

    id: Id


@call("/redpacket/info", access=Access.USER, data=Packet)
class ReadPacket(Command, frozen=True):
    """A red packet and who has opened it, in that order."""

    id: Id


def address(packet_id: int) -> str:
    """What its message has as url."""
    return f"{PACKETS}{packet_id}"
