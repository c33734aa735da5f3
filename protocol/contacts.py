"""Contacts: making friends, and the list of them."""

from typing import Annotated

from msgspec import Meta

from protocol import rows
from protocol.declare import Access, Command, call
from protocol.fields import ONCE, Id
from protocol.limits import MAX_QUERY


@call("/contact/addfriend", access=Access.USER, limit="contact")
class AddFriend(Command, frozen=True):
    """Both become friends at once and may write to each other."""

    dstid: Id

    is_speech = True


@call("/contact/loadfriend", "/contact/friend", access=Access.USER, row=rows.User)
class ListFriends(Command, frozen=True):
    """The rows of the caller's friends."""


@call("/contact/search", access=Access.USER, limit="find", row=rows.Known)
class SearchContacts(Command, frozen=True):
    """The caller's friends and groups that are called so: each word of `q` is a part of the name or of how it
    is pronounced. One that has no word finds nothing. It counts as looking for people, because it looks at
    all of the caller's."""

    q: Annotated[str, Meta(min_length=1, max_length=MAX_QUERY), ONCE]
