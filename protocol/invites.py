"""Invite codes, which operators make."""

from typing import Annotated, TypedDict

from msgspec import Meta

from protocol.declare import Access, Command, call
from protocol.fields import ONCE, Id, Number
from protocol.limits import MAX_INVITE_USES
from protocol.messages import More


class Invite(TypedDict):
    """A code with which accounts are made, `used` of `uses` times so far, until `until` (ms, 0: for ever);
    `userid` made it."""

    id: int
    code: str
    uses: int
    used: int
    until: int
    userid: int
    createat: int


@call("/ops/invites", access=Access.OPERATOR, data=Invite)
class MakeInvite(Command, frozen=True):
    """A new code for so many accounts, until a time (ms; 0: for ever)."""

    uses: Annotated[int, Meta(ge=1, le=MAX_INVITE_USES), ONCE] = 1
    until: Number = 0


@call("/ops/invite/list", access=Access.OPERATOR, row=Invite, data=More)
class ListInvites(Command, frozen=True):
    """All codes, the newest first; `before`: an id."""

    before: Id | None = None


@call("/ops/invite/revoke", access=Access.OPERATOR)
class RevokeInvite(Command, frozen=True):
    """Nobody registers with it any more."""

    id: Id
