"""``python -m tools.limits``: writes the numbers that the page shares with the server, from the server's
own."""

import sys
from pathlib import Path

from actions import typing
from config import Hub
from protocol import limits

PAGE = Path(__file__).resolve().parents[1] / "web" / "src" / "protocol" / "limits.ts"

#: Sizes in characters, bytes where the name says so; pages in rows.
SHARED = {
    "admins": limits.MAX_ADMINS,
    "alias": limits.MAX_ALIAS,
    "announcement": limits.MAX_ANNOUNCEMENT,
    "at": limits.MAX_AT,
    "changesPage": limits.MAX_CHANGES,
    "cid": limits.MAX_CID,
    "code": limits.MAX_CODE,
    "conversationsPage": limits.MAX_CONVERSATIONS,
    "favorites": limits.MAX_FAVORITES,
    "forward": limits.MAX_FORWARD,
    "forwardTo": limits.MAX_FORWARD_TO,
    "frameBytes": Hub().max_frame,  # as installed; the welcome says what holds
    "greeting": limits.MAX_GREETING,
    "groupMemo": limits.MAX_MEMO,
    "groupName": limits.MAX_GROUP_NAME,
    "heartbeatSeconds": Hub().heartbeat,
    "hide": limits.MAX_HIDE,
    "historyPage": limits.MAX_HISTORY,
    "inviteUses": limits.MAX_INVITE_USES,
    "joinMemo": limits.MAX_JOIN_MEMO,
    "linkUses": limits.MAX_LINK_USES,
    "membersPage": limits.MAX_MEMBER_ROWS,
    "mobile": limits.MAX_MOBILE + 1,  # with a leading +
    "mobileDigitsMax": limits.MAX_MOBILE,
    "mobileDigitsMin": limits.MIN_MOBILE,
    "nickname": limits.MAX_NICKNAME,
    "note": limits.MAX_NOTE,
    "packetMemo": limits.MAX_MEMO,
    "packetPoints": limits.MAX_POINTS,
    "packetShares": limits.MAX_SHARES,
    "passwdBytesMax": limits.MAX_PASSWD_BYTES,
    "passwdBytesMin": limits.MIN_PASSWD_BYTES,
    "people": limits.MAX_PEOPLE,
    "profileMemo": limits.MAX_MEMO,
    "query": limits.MAX_QUERY,
    "reason": limits.MAX_REASON,
    "remark": limits.MAX_REMARK,
    "stickers": limits.MAX_STICKERS,
    "textBytes": limits.MAX_TEXT_BYTES,
    "typingPauseSeconds": int(typing.PAUSE_S),
    "unreadExact": limits.MAX_UNREAD,
}


def text() -> str:
    """The file as it should be."""
    lines = [f"  {name}: {value},\n" for name, value in sorted(SHARED.items())]
    head = (
        "// Written by `python -m tools.limits` from the server's constants;"
        " change them there and run it again.\n"
    )
    return f"{head}export const limits = {{\n{''.join(lines)}}} as const\n"


def main() -> int:
    PAGE.write_text(text(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
