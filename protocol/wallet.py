"""The wallet: points, what came and went, and what an operator gives."""

from typing import Literal, TypeAlias, TypedDict

from protocol.declare import Access, Command, call
from protocol.errors import BadArgument
from protocol.fields import Id
from protocol.messages import More

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
