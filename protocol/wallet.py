"""The wallet: points, what came and went, and what an operator gives."""

from typing import Annotated, Literal, TypeAlias, TypedDict

from msgspec import Meta

from protocol.accounts import Memo
from protocol.declare import Access, Command, call
from protocol.errors import BadArgument
from protocol.fields import ONCE, Id, Rule
from protocol.limits import MAX_POINTS
from protocol.messages import Cid, More

#: Why points moved: for a new account, by an operator; into a red packet, out of one, and what was left of
#: it; with the account that was deleted.
What: TypeAlias = Literal["welcome", "grant", "packet_sent", "packet_opened", "packet_returned", "closed"]


class Balance(TypedDict):
    """Somebody's points."""

    balance: int


class Entry(TypedDict):
    """Points that came (above 0) or went. `ref`: the red packet that it is about, 0 for none; `memo`: what
    the operator wrote."""

    id: int
    amount: int
    what: What
    ref: int
    memo: str
    createat: int


class Ledger(TypedDict):
    """How many accounts there are, what they add up to, and in how many the balance is not what their entries
    add up to: 0, both, or something is broken."""

    accounts: int
    sum: int
    wrong: int


def _refuse_nothing(points: int, name: str) -> None:
    if not points:
        raise BadArgument.of(name)


@call("/wallet/balance", access=Access.USER, data=Balance)
class ReadBalance(Command, frozen=True):
    """The caller's points."""


@call("/wallet/entries", access=Access.USER, row=Entry, data=More)
class ListEntries(Command, frozen=True):
    """What came and went, the newest first; `before`: below this one."""

    before: Id | None = None


@call("/ops/grant", access=Access.OPERATOR, data=Balance)
class Grant(Command, frozen=True, kw_only=True):
    """The house gives a user points, or takes them where `amount` is below 0; their balance then. The same
    call under the same `cid` does it once."""

    id: Id
    amount: Annotated[int, Meta(ge=-MAX_POINTS, le=MAX_POINTS), ONCE, Rule(_refuse_nothing)]
    memo: Memo = ""
    cid: Cid | None = None
