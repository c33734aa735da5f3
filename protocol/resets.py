"""A new password by a link, for whoever has lost theirs."""

from typing import Annotated, TypedDict

from msgspec import Meta

from protocol.accounts import NewPasswd
from protocol.declare import Access, Command, call
from protocol.fields import ONCE, Id
from protocol.limits import MAX_CODE


class ResetLink(TypedDict):
    """The path of a page of this installation, good for one hour and one use."""

    url: str


@call("/ops/reset", access=Access.OPERATOR, limit="contact", data=ResetLink)
class MakeResetLink(Command, frozen=True):
    """A link with which the user sets a new password; earlier ones are nothing any more."""

    id: Id


@call("/user/reset", access=Access.PUBLIC)
class ResetPasswd(Command, frozen=True):
    """The password of the link's user, once. All their sessions end. A token that is none counts as a failed
    log-in, so the action looks at that limit."""

    token: Annotated[str, Meta(min_length=1, max_length=MAX_CODE), ONCE]
    new: NewPasswd
