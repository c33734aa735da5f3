"""Sessions: ending them, and the list of them."""

from protocol import rows
from protocol.declare import Access, Command, call
from protocol.fields import Id


@call("/user/logout", access=Access.USER)
class Logout(Command, frozen=True):
    """Ends the caller's session and its sockets."""


@call("/user/sessions", access=Access.USER, row=rows.Session)
class ListSessions(Command, frozen=True):
    """Where the caller is logged in."""


@call("/user/revoke", access=Access.USER)
class RevokeSession(Command, frozen=True):
    """Ends one session of the caller, or all but the current one."""

    session: Id | None = None


@call("/user/sessions/confirm", access=Access.USER)
class ConfirmSession(Command, frozen=True):
    """It was the caller who logged in on a device that the account did not know: the session is `fresh` no
    more. The session itself can't say so, nor one that is fresh."""

    session: Id
