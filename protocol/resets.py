"""A new password by a link, for whoever has lost theirs."""

from typing import Annotated

from msgspec import Meta

from protocol.accounts import NewPasswd
from protocol.declare import Access, Command, call
from protocol.fields import ONCE
from protocol.limits import MAX_CODE


@call("/user/reset", access=Access.PUBLIC)
class ResetPasswd(Command, frozen=True):
    """The password of the link's user, once. All their sessions end. A token that is none counts as a failed
    log-in, so the action looks at that limit."""

    token: Annotated[str, Meta(min_length=1, max_length=MAX_CODE), ONCE]
    new: NewPasswd
