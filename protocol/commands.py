"""All that a client may say: the one table of commands, by the two doors they come in by.

A new command is declared in the file of its noun and named here; routes, limits, access, documents and tests
follow from that.
"""

from typing import Any

import msgspec

from protocol import (
    accounts,
    changes,
    contacts,
    conversations,
    drafts,
    favorites,
    forwards,
    groups,
    invites,
    leaving,
    media,
    messages,
    operators,
    packets,
    presence,
    previews,
    push,
    qr,
    reports,
    resets,
    reviews,
    schedules,
    search,
    sessions,
    settings,
    stickers,
    totp,
    values,
    wallet,
)
from protocol.declare import Call, Command, Frame
from protocol.errors import BadArgument

COMMANDS: tuple[type[Command], ...] = (
    accounts.Register,
    accounts.Login,
    accounts.ChangeProfile,
    accounts.ChangePasswd,
    accounts.FindUser,
    settings.ChangeSettings,
    sessions.Logout,
    sessions.ListSessions,
    sessions.RevokeSession,
    sessions.ConfirmSession,
    totp.TotpState,
    totp.StartTotp,
    totp.ConfirmTotp,
    totp.StopTotp,
    resets.MakeResetLink,
    resets.ResetPasswd,
    invites.MakeInvite,
    invites.ListInvites,
    invites.RevokeInvite,
    qr.NewQr,
    qr.ScanQr,
    qr.ApproveQr,
    qr.PollQr,
    leaving.ExportAccount,
    leaving.DeleteAccount,
    contacts.AddFriend,
    contacts.ListRequests,
    contacts.AnswerRequest,
    contacts.CallFriend,
    contacts.RemoveFriend,
    contacts.BlockUser,
    contacts.ListBlocked,
    contacts.ListCommonGroups,
    contacts.ListFriends,
    contacts.SearchContacts,
    groups.CreateGroup,
    groups.ListGroups,
    groups.ListMembers,
    groups.JoinGroup,
    groups.GroupInfo,
    groups.UpdateGroup,
    groups.InviteToGroup,
    groups.ListJoinRequests,
    groups.AnswerJoinRequest,
    groups.LeaveGroup,
    groups.RemoveMembers,
    groups.UnbanUser,
    groups.ListBanned,
    groups.SetRole,
    groups.TransferGroup,
    groups.MuteGroup,
    groups.SetAlias,
    groups.DissolveGroup,
    groups.MakeLink,
    groups.ListLinks,
    groups.RevokeLink,
    conversations.ListConversations,
    conversations.MarkRead,
    conversations.HideMessages,
    conversations.ListHidden,
    conversations.ArrangeConversation,
    conversations.ClearConversation,
    messages.SendMessage,
    messages.History,
    messages.Changes,
    messages.GetMessages,
    messages.Around,
    messages.Mentions,
    messages.ListReaders,
    search.SearchMessages,
    changes.ChangeMessage,
    changes.Edits,
    changes.Reactions,
    changes.Pins,
    media.Upload,
    forwards.Forward,
    forwards.Record,
    schedules.AddSchedule,
    schedules.ListSchedules,
    schedules.UpdateSchedule,
    schedules.RemoveSchedule,
    schedules.SendScheduleNow,
    drafts.SetDraft,
    drafts.ListDrafts,
    previews.RemovePreview,
    favorites.AddFavorite,
    favorites.ListFavorites,
    favorites.RemoveFavorite,
    stickers.AddSticker,
    stickers.ListStickers,
    stickers.RemoveSticker,
    reports.AddReport,
    reports.ListReports,
    reports.AnswerReport,
    reviews.ListWaiting,
    reviews.Withdraw,
    reviews.ListReviews,
    reviews.AnswerReview,
    reports.ShowWords,
    operators.FindUsers,
    operators.ShowUser,
    operators.FindGroups,
    operators.DissolveAnyGroup,
    operators.MuteUser,
    operators.CloseSessions,
    operators.DeactivateUser,
    operators.MakeOperator,
    operators.ListActs,
    wallet.ReadBalance,
    wallet.ListEntries,
    wallet.Grant,
    packets.SendPacket,
    packets.OpenPacket,
    packets.ReadPacket,
    push.ReadPushKey,
    push.Subscribe,
    push.Unsubscribe,
    presence.Typing,
    presence.Look,
    presence.Heartbeat,
)

#: By route.
CALLS: dict[str, Call[Any]] = {
    route: command.by_call for command in COMMANDS if command.by_call for route in command.by_call.routes
}

#: By cmd.
FRAMES: dict[int, Frame[Any]] = {
    cmd: command.by_frame for command in COMMANDS if command.by_frame for cmd in command.by_frame.cmds
}


class _Head(msgspec.Struct):
    """What tells one frame from another; the rest is passed over."""

    cmd: int


_head = msgspec.json.Decoder(_Head).decode


def frame_of(raw: str) -> Frame[Any]:
    """Which command a frame is, or why it is none."""
    try:
        return FRAMES[_head(raw).cmd]
    except (KeyError, ValueError, RecursionError):
        return _look(raw)


def _look(raw: str) -> Frame[Any]:
    """The slow way: msgspec's no is not always ours, and has not our words."""
    cmd = values.integer(values.parse_json(raw).get("cmd"), "cmd")
    if cmd not in FRAMES:
        raise BadArgument("未知的 cmd", "Unknown cmd")
    return FRAMES[cmd]


def cid_of(raw: str | bytes) -> object:
    """What a refused frame has as its `cid`, None when it can't be read."""
    try:
        return values.parse_json(raw).get("cid") if isinstance(raw, str) else None
    except BadArgument:
        return None
