"""Leaving: taking along what is one's own, and deleting the account."""

from protocol.declare import Access, Command, call
from protocol.fields import Secret


@call("/user/export", access=Access.USER, mime="application/zip")
class ExportAccount(Command, frozen=True):
    """What is stored of the caller, as a ZIP archive, which is no envelope; a refusal is one."""


@call("/user/delete", access=Access.USER)
class DeleteAccount(Command, frozen=True):
    """Deletes the caller's account, given the password. Their messages stay, without their name. Refused
    while they own groups."""

    passwd: Secret
