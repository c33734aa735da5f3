"""Contacts: making friends, and the list of them."""

from protocol import rows
from protocol.declare import Access, Command, call
from protocol.fields import Id


@call("/contact/addfriend", access=Access.USER, limit="contact")
class AddFriend(Command, frozen=True):
    """Both become friends at once and may write to each other."""

    dstid: Id


@call("/contact/loadfriend", "/contact/friend", access=Access.USER, row=rows.User)
class ListFriends(Command, frozen=True):
    """The rows of the caller's friends."""
