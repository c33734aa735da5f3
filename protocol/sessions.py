"""Sessions: ending them, and the list of them."""

from typing import TypedDict

from protocol.declare import Access, Command, call
from protocol.fields import Id


@call("/user/logout", access=Access.USER)
class Logout(Command, frozen=True):
    """Ends the caller's session and its sockets."""


class OpenSession(TypedDict):
    """Where somebody is logged in; `current`: with the session that asks."""

    id: int
    ua: str
    ip: str
    created: int
    last_seen: int
    current: bool


@call("/user/sessions", access=Access.USER, row=OpenSession)
class ListSessions(Command, frozen=True):
    """Where the caller is logged in."""


@call("/user/revoke", access=Access.USER)
class RevokeSession(Command, frozen=True):
    """Ends one session of the caller, or all but the current one."""

    session: Id | None = None
