"""Operators: what they ask for and decide about people, groups, and themselves."""

from typing import Annotated, NotRequired, TypedDict

from msgspec import Meta

from protocol import rows
from protocol.declare import Access, Command, call
from protocol.fields import STRIP, Flag, Held, Id, Limit, Position
from protocol.limits import DEFAULT_OPERATOR_ROWS, MAX_OPERATOR_ROWS, MAX_QUERY
from protocol.messages import More

Query = Annotated[str, Meta(max_length=MAX_QUERY), STRIP]
Rows = Annotated[Limit, Held(MAX_OPERATOR_ROWS)]


class Account(rows.Profile):
    """A user, as operators see them. `muted_until` (ms): 0 when they are not muted; `deactivated`: 1 when
    they can't log in."""

    muted_until: int
    deactivated: int
    online: NotRequired[int]


class Act(TypedDict):
    """What an operator did (`op`: their user id, 0: somebody at the command line), to what, and how that was
    `before` and is `after`. `op_name` and `target_name`: of users, as they are called now."""

    id: int
    op: int
    op_name: str
    what: str
    target: str
    target_name: str
    before: str
    after: str
    createat: int


class AnyGroup(rows.Group):
    """A community, as operators see it. `members`: how many; `dissolved`: since when (ms), 0 while it goes
    on."""

    members: int
    dissolved: int


class Ended(TypedDict):
    """How many sessions ended."""

    sessions: int


@call("/ops/users", access=Access.OPERATOR, row=Account, data=More)
class FindUsers(Command, frozen=True):
    """Users by number, in the order of ids; with `q` those with this id, or whose number or name begins so,
    in their order. `after`: behind this user."""

    q: Query = ""
    after: Id | None = None
    limit: Rows = DEFAULT_OPERATOR_ROWS


@call("/ops/user", access=Access.OPERATOR, data=Account, row=rows.Session)
class ShowUser(Command, frozen=True):
    """One user, and their sessions."""

    id: Id


@call("/ops/groups", access=Access.OPERATOR, row=AnyGroup, data=More)
class FindGroups(Command, frozen=True):
    """Groups, in the order of ids; with `q` the one with this id, or those whose name begins so."""

    q: Query = ""
    after: Id | None = None
    limit: Rows = DEFAULT_OPERATOR_ROWS


@call("/ops/group/dissolve", access=Access.OPERATOR, limit="contact")
class DissolveAnyGroup(Command, frozen=True):
    """The group is over: its members read what was said, and nobody writes there."""

    id: Id


@call("/ops/mute", access=Access.OPERATOR, limit="contact", data=Account)
class MuteUser(Command, frozen=True):
    """The user says nothing until then (ms), anywhere; a time that has passed ends it."""

    id: Id
    until: Position


@call("/ops/sessions/close", access=Access.OPERATOR, limit="contact", data=Ended)
class CloseSessions(Command, frozen=True):
    """All sessions of the user end, with their sockets."""

    id: Id


@call("/ops/deactivate", access=Access.OPERATOR, limit="contact", data=Account)
class DeactivateUser(Command, frozen=True):
    """`on` 1: the user's sessions end, and they can't log in, nor be found, until it is 0 again."""

    id: Id
    on: Flag


@call("/ops/op", access=Access.OPERATOR, limit="contact", data=Account)
class MakeOperator(Command, frozen=True):
    """The user is an operator, or no longer. There is always one left."""

    id: Id
    on: Flag


@call("/ops/audit", access=Access.OPERATOR, row=Act, data=More)
class ListActs(Command, frozen=True):
    """What operators did, the latest first; `before`: this act."""

    before: Id | None = None
    limit: Rows = DEFAULT_OPERATOR_ROWS
