"""Reviews: messages that wait until an operator has looked at them."""

from typing import Annotated, TypedDict

import msgspec
from msgspec import UNSET, UnsetType

from protocol import frames
from protocol.declare import Access, Command, call
from protocol.errors import Refused
from protocol.fields import Flag, Held, Id, Limit
from protocol.limits import DEFAULT_REVIEWS, MAX_REVIEWS
from protocol.messages import Message, More
from protocol.numbers import Cmd

#: How it stands with a message, by the number under which that is stored.
STATES = ("waiting", "passed", "refused", "withdrawn")
WAITING, PASSED, REFUSED, WITHDRAWN = range(4)


class Review(msgspec.Struct):
    """A message that waits, or waited lately. `id`: the review's. `kind` and `dstid`: where it goes, as its
    author means it; `createat`: since when it waits. For operators also the word for which, the names of its
    author and of where it goes."""

    id: int
    state: str
    userid: int
    kind: int
    dstid: int
    media: int
    content: str | UnsetType
    pic: str | UnsetType
    url: str | UnsetType
    memo: str | UnsetType
    amount: int | UnsetType
    cid: str | UnsetType
    ref: int | UnsetType
    at: list[int] | UnsetType
    createat: int
    word: str | UnsetType = UNSET
    nickname: str | UnsetType = UNSET
    name: str | UnsetType = UNSET


def review_of(review_id: int, state: int, message: Message, createat: int) -> Review:
    """As its author is told."""
    m = message
    return Review(
        review_id, STATES[state], m.userid, m.cmd, m.dstid, m.media, m.content or UNSET, m.pic or UNSET,
        m.url or UNSET, m.memo or UNSET, m.amount or UNSET, m.cid or UNSET, m.ref or UNSET, m.at or UNSET,
        createat,
    )  # fmt: skip


class Waits(Refused):
    """A message is not stored yet, and not refused either."""


def waits(review_id: int) -> Waits:
    """The answer to a message that waits: it is no ack, since it has no number yet."""
    data: dict[str, object] = {"review": review_id, "state": STATES[WAITING]}
    return Waits("消息需要审核，通过后会送达", "This message waits for a review", data)


def told(review_id: int, state: int, message: Message, row: Review | None = None) -> bytes:
    """The event by which an author's connections learn how it stands with a message; with all of it, `row`,
    when it begins to wait."""
    fields: dict[str, object] = {} if row is None else {"message": row}
    if message.cid:
        fields["cid"] = message.cid
    return frames.event(
        Cmd.MODERATED, what="review", review=review_id, state=STATES[state], userid=message.userid,
        kind=message.cmd, dstid=message.dstid, **fields,
    )  # fmt: skip


def not_passed(review_id: int) -> Refused:
    """The answer to one that an operator has refused."""
    data: dict[str, object] = {"review": review_id, "state": STATES[REFUSED]}
    return Refused("消息没有通过审核", "This message did not pass the review", data)


@call("/message/waiting", access=Access.USER, row=Review)
class ListWaiting(Command, frozen=True):
    """The caller's messages that wait for a review, and those that were refused in the last week, the oldest
    first."""


@call("/message/withdraw", access=Access.USER)
class Withdraw(Command, frozen=True):
    """Takes back a message of the caller's that still waits, or hides one that was refused from their
    list."""

    review: Id


class WaitingCount(More):
    """How many messages wait in all."""

    waiting: int


@call("/ops/review", access=Access.OPERATOR, row=Review, data=WaitingCount)
class ListReviews(Command, frozen=True):
    """The messages that wait, the one that came first at first; `after`: behind this one."""

    after: Id | None = None
    limit: Annotated[Limit, Held(MAX_REVIEWS)] = DEFAULT_REVIEWS


class Answered(TypedDict):
    """What has become of it: an author who may not write there any more is refused, whatever was said."""

    state: str


@call("/ops/review/answer", access=Access.OPERATOR, data=Answered)
class AnswerReview(Command, frozen=True, kw_only=True):
    """Lets a message pass (`pass` 1), so that it takes its number and is delivered, or refuses it."""

    id: Id
    pass_: Flag
