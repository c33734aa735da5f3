"""Settings: what a user has decided about being seen, asked, found and pushed to."""

import re
from datetime import UTC, datetime
from typing import Annotated, Literal, get_args
from zoneinfo import ZoneInfo

from msgspec import Meta

from protocol import rows
from protocol.declare import Access, Command, call
from protocol.errors import BadArgument
from protocol.fields import STRIP, Flag, Rule
from protocol.limits import MAX_QUIET

#: What becomes of it when somebody wants to be a friend: at once, when it was granted, never.
Approval = Literal["auto", "request", "none"]
#: A way in which people find somebody whom they don't know.
Way = Literal["id", "mobile", "group"]
WAYS: tuple[str, ...] = get_args(Way)
#: What is shown of a message that is pushed: who wrote what, or only that there is one.
Shown = Literal["content", "none"]

_TIME = r"([01][0-9]|2[0-3]):([0-5][0-9])"
_QUIET = re.compile(rf"{_TIME}-{_TIME} ([A-Za-z0-9_+\-]+(?:/[A-Za-z0-9_+\-]+)*)")


def _refuse_no_hours(text: str, name: str) -> None:
    if not text:
        return
    match = _QUIET.fullmatch(text)
    if match is None or match[1] + match[2] == match[3] + match[4] or _zone(match[5]) is None:
        raise BadArgument.of(name)


def _zone(name: str) -> ZoneInfo | None:
    """None for one that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        return None


def is_quiet(hours: str, now: int) -> bool:
    """Whether `now` (ms) lies within somebody's quiet hours, which may go over midnight."""
    match = _QUIET.fullmatch(hours)
    if match is None:
        return False
    here = datetime.fromtimestamp(now / 1000, _zone(match[5]) or UTC)
    begins, ends = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
    minute = here.hour * 60 + here.minute
    return begins <= minute < ends if begins < ends else minute >= begins or minute < ends


@call("/user/settings", access=Access.USER, limit="contact", data=rows.Settings)
class ChangeSettings(Command, frozen=True):
    """Those that are missing stay as they are; without any, nothing changes. `online` 0: nobody sees whether
    the caller is online, who sees nobody either; `read` 0: the same with how far one has read. `find`: how
    strangers find the caller. `push` none: nobody reads a message on a locked screen; `quiet`: from when to
    when nothing is pushed, and where that is, as in `22:00-07:30 Asia/Shanghai`, empty for never;
    `previews` 0: the server opens no links that the caller sends. Friends' pages are told, so it counts with
    the changes of contacts."""

    online: Flag | None = None
    read: Flag | None = None
    approval: Approval | None = None
    find: Annotated[list[Way], Meta(max_length=len(WAYS))] | None = None
    push: Shown | None = None
    quiet: Annotated[str, Meta(max_length=MAX_QUIET), STRIP, Rule(_refuse_no_hours)] | None = None
    previews: Flag | None = None

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
        if self.push is not None:
            said["push"] = self.push
        if self.quiet is not None:
            said["quiet"] = self.quiet
        if self.previews is not None:
            said["previews"] = self.previews
        return said
