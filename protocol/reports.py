"""Reports: what people tell operators about messages, people and groups; and the list of words."""

from typing import Annotated, Any, Literal, TypedDict

import msgspec
from msgspec import UNSET, Meta, UnsetType

from protocol import frames
from protocol.declare import Access, Command, call
from protocol.errors import BadArgument
from protocol.fields import STRIP, Held, Id, Limit
from protocol.limits import DEFAULT_REPORTS, MAX_NOTE, MAX_REASON, MAX_REPORTS
from protocol.messages import Kind, More
from protocol.numbers import Cmd

#: What becomes of a report, by the number under which that is stored.
STATES = ("open", "kept", "removed", "dismissed")
OPEN, KEPT, REMOVED, DISMISSED = range(4)
DEEDS = {"keep": KEPT, "remove": REMOVED, "dismiss": DISMISSED}

What = Literal["message", "user", "community"]


class Report(msgspec.Struct):
    """A report by `userid`, called `nickname`, about `target`. `kind` and `dstid`: where a message stands, as
    the reporter means it. `copy`: what it was then: of a message `message` and, where it was edited, its
    earlier texts, `edits`; else the row of the user or the group, `user` or `community`; `author`: the name
    of whose it is. `reporters`: how many people have open ones about the same. `note`, `op` and `answeredat`
    (ms) once it is answered."""

    id: int
    userid: int
    nickname: str
    what: str
    target: int
    kind: int | UnsetType
    dstid: int | UnsetType
    reason: str
    copy: dict[str, Any]
    state: str
    createat: int
    reporters: int
    note: str | UnsetType = UNSET
    op: int | UnsetType = UNSET
    answeredat: int | UnsetType = UNSET


@call("/report/add", access=Access.USER, limit="contact")
class AddReport(Command, frozen=True, kw_only=True):
    """Reports a message of (`kind`, `dstid`) that the caller can read, a user or a group to the operators,
    who get a copy of it. While that is open, the same once more is the same report."""

    what: What
    id: Id
    kind: Kind | None = None
    dstid: Id | None = None
    reason: Annotated[str, Meta(min_length=1, max_length=MAX_REASON), STRIP]

    def check(self) -> None:
        if self.what == "message" and (self.kind is None or self.dstid is None):
            raise BadArgument.missing("kind" if self.kind is None else "dstid")


class OpenCount(More):
    """How many reports are open in all."""

    open: int


@call("/ops/reports", access=Access.OPERATOR, row=Report, data=OpenCount)
class ListReports(Command, frozen=True):
    """Reports in one state, or in any, the newest first; `before`: below this one."""

    state: Literal["open", "kept", "removed", "dismissed"] | None = None
    before: Id | None = None
    limit: Annotated[Limit, Held(MAX_REPORTS)] = DEFAULT_REPORTS


@call("/ops/report/answer", access=Access.OPERATOR)
class AnswerReport(Command, frozen=True):
    """`keep` and `remove` answer all open reports about the same; `remove` recalls the message. `dismiss`
    answers this one. Its reporters are told."""

    id: Id
    what: Literal["keep", "remove", "dismiss"]
    note: Annotated[str, Meta(max_length=MAX_NOTE), STRIP] = ""


def told(report_id: int, reporter: int, state: int) -> bytes:
    """The event by which a reporter's connections learn what became of a report."""
    return frames.event(Cmd.MODERATED, what="report", report=report_id, state=STATES[state], userid=reporter)


class Fault(TypedDict):
    """A line of the file that was refused, and why, in Chinese and in English."""

    line: int
    zh: str
    en: str


class Words(TypedDict):
    """The list of words that holds in the process that answers: its file ("" without one), how many words are
    blocked, masked and reviewed, when it was read (ms), the lines that were refused, at most 100, how many
    they are, and why a newer file is not used, "" when there is none."""

    path: str
    block: int
    mask: int
    review: int
    loaded: int
    faults: list[Fault]
    refused: int
    broken: str


@call("/ops/words", access=Access.OPERATOR, data=Words)
class ShowWords(Command, frozen=True):
    """What of the list of words is in force."""
