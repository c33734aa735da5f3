"""Messages that are sent later, at a time that their author has chosen."""

from typing import Annotated, ClassVar, Literal, NotRequired, TypeAlias, TypedDict

from msgspec import Meta

from protocol import rows
from protocol.declare import Access, Command, Frame, call
from protocol.errors import BadArgument
from protocol.fields import Id
from protocol.limits import MAX_INT
from protocol.messages import Kind, More, SendMessage, Text

#: How far ahead (ms) one may be sent, at least and at most.
SOONEST_MS, LATEST_MS = 10_000, 366 * 86_400_000

#: When (ms).
Time = Annotated[int, Meta(ge=1, le=MAX_INT)]


State: TypeAlias = Literal["waiting", "sending", "refused"]


class Schedule(TypedDict):
    """A message that is to be sent, as its author wrote it. `state`: waiting; sending, in this moment; or
    refused, with `code` and `msg`: it stays until the author has looked at it."""

    id: int
    kind: int
    dstid: int
    media: int
    content: NotRequired[str]
    pic: NotRequired[str]
    url: NotRequired[str]
    memo: NotRequired[str]
    amount: NotRequired[int]
    ref: NotRequired[int]
    at: NotRequired[list[int]]
    cid: str
    sendat: int
    createat: int
    state: State
    code: NotRequired[int]
    msg: NotRequired[str]


@call("/schedule/add", access=Access.USER, limit="message", data=Schedule)
class AddSchedule(SendMessage, frozen=True, kw_only=True):
    """The message goes at `sendat` (ms), 10 s to 366 days from now, as if it were sent then; the same `cid`
    again is the same one."""

    by_frame: ClassVar[Frame[Command] | None] = None
    is_speech: ClassVar[bool] = False

    sendat: Time


@call("/schedule/list", access=Access.USER, row=Schedule, data=More)
class ListSchedules(Command, frozen=True):
    """The caller's, in the order in which they were made; those for one conversation, or all. `after`: the
    last one that is known."""

    kind: Kind | None = None
    dstid: Id | None = None
    after: Id | None = None

    def check(self) -> None:
        if (self.kind is None) != (self.dstid is None):
            raise BadArgument.missing("dstid" if self.dstid is None else "kind")


@call("/schedule/update", access=Access.USER, limit="message", data=Schedule)
class UpdateSchedule(Command, frozen=True):
    """Another text, another time; one that was refused waits again, and needs a time."""

    id: Id
    content: Text | None = None
    sendat: Time | None = None


@call("/schedule/remove", access=Access.USER)
class RemoveSchedule(Command, frozen=True):
    """It is not sent."""

    id: Id


@call("/schedule/now", access=Access.USER, limit="message", data=rows.Ack)
class SendScheduleNow(Command, frozen=True):
    """It is sent at once."""

    id: Id
