"""Media: a file on its way in."""

from protocol.declare import Access, Command, call
from protocol.fields import Flag


@call(
    "/attach/upload",
    access=Access.OPTIONAL,
    limit="upload",
    anonymous_limit="anonymous_upload",
    file="file",
    data=str,
)
class Upload(Command, frozen=True):
    """One file; its content decides what it is, but with `raw`, when it is stored bit for bit and only ever
    saved. Before log-in it is a picture: an avatar is chosen before the account exists."""

    raw: Flag = 0
