"""Media: a file on its way in."""

from protocol.declare import Access, Command, call


@call(
    "/attach/upload",
    access=Access.OPTIONAL,
    limit="upload",
    anonymous_limit="anonymous_upload",
    file="file",
    data=str,
)
class Upload(Command, frozen=True):
    """One file; its content decides what it is. Before log-in it is a
    picture: an avatar is chosen before the account exists."""
