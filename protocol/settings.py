"""Settings: what a user has decided about being seen, asked and found."""

from typing import Annotated, Literal, get_args

from msgspec import Meta

from protocol import rows
from protocol.declare import Access, Command, call
from protocol.fields import Flag

#: What becomes of it when somebody wants to be a friend: at once, when it was granted, never.
Approval = Literal["auto", "request", "none"]
#: A way in which people find somebody whom they don't know.
Way = Literal["id", "mobile", "group"]
WAYS: tuple[str, ...] = get_args(Way)


@call("/user/settings", access=Access.USER, limit="contact", data=rows.Settings)
class ChangeSettings(Command, frozen=True):
    """Those that are missing stay as they are; without any, nothing changes. `online` 0: nobody sees whether
    the caller is online, who sees nobody either; `read` 0: the same with how far one has read. `find`: how
    strangers find the caller. Friends' pages are told, so it counts with the changes of contacts."""

    online: Flag | None = None
    read: Flag | None = None
    approval: Approval | None = None
    find: Annotated[list[Way], Meta(max_length=len(WAYS))] | None = None

    def changes(self) -> rows.SomeSettings:
        """Those that were said; the ways in one order, each once."""
        said: rows.SomeSettings = {}
        if self.online is not None:
            said["online"] = self.online
        if self.read is not None:
            said["read"] = self.read
        if self.approval is not None:
            said["approval"] = self.approval
        if self.find is not None:
            said["find"] = [way for way in WAYS if way in self.find]
        return said
