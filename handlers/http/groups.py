"""/contact/…, /community/…: groups, which the wire calls communities."""

from actions import groups
from handlers.http.caller import SEARCH_COSTS
from handlers.http.gate import ApiHandler, routes_of
from models.groups import communities_of
from protocol import groups as commands


class CreateGroupHandler(ApiHandler[commands.CreateGroup]):
    async def answer(self, command: commands.CreateGroup) -> None:
        name, icon, cate, memo = command.name, command.icon, command.cate, command.memo
        self.reply(await groups.create(self.app, self.user_id, name, icon, cate, memo))


class GroupsHandler(ApiHandler[commands.ListGroups]):
    async def answer(self, command: commands.ListGroups) -> None:
        await self.reply_rows(await self.app.db.read(communities_of, self.user_id))


class GroupInfoHandler(ApiHandler[commands.GroupInfo]):
    async def answer(self, command: commands.GroupInfo) -> None:
        self.reply(await groups.info(self.app, self.user_id, command))


class UpdateGroupHandler(ApiHandler[commands.UpdateGroup]):
    async def answer(self, command: commands.UpdateGroup) -> None:
        self.reply(await groups.update(self.app, self.user_id, command))


class JoinGroupHandler(ApiHandler[commands.JoinGroup]):
    async def answer(self, command: commands.JoinGroup) -> None:
        waiting = await groups.join(self.app, self.user_id, command)
        if waiting is None:
            self.reply()
        else:
            self.reply(waiting, self.in_words("已发送入群申请", "Your request was sent"))


class MembersHandler(ApiHandler[commands.ListMembers]):
    async def answer(self, command: commands.ListMembers) -> None:
        if command.q:
            self.cost_more(SEARCH_COSTS)
        rows, data = await groups.members(self.app, self.user_id, command)
        await self.reply_rows(rows, data=data)


class InviteHandler(ApiHandler[commands.InviteToGroup]):
    async def answer(self, command: commands.InviteToGroup) -> None:
        await self.reply_rows(await groups.invite(self.app, self.user_id, command, self.lang))


class JoinRequestsHandler(ApiHandler[commands.ListJoinRequests]):
    async def answer(self, command: commands.ListJoinRequests) -> None:
        rows, data = await groups.requests(self.app, self.user_id, command)
        await self.reply_rows(rows, data=data)


class AnswerJoinRequestHandler(ApiHandler[commands.AnswerJoinRequest]):
    async def answer(self, command: commands.AnswerJoinRequest) -> None:
        await groups.answer(self.app, self.user_id, command)
        self.reply()


class LeaveHandler(ApiHandler[commands.LeaveGroup]):
    async def answer(self, command: commands.LeaveGroup) -> None:
        await groups.leave(self.app, self.user_id, command)
        self.reply()


class RemoveHandler(ApiHandler[commands.RemoveMembers]):
    async def answer(self, command: commands.RemoveMembers) -> None:
        await self.reply_rows(await groups.remove(self.app, self.user_id, command, self.lang))


class UnbanHandler(ApiHandler[commands.UnbanUser]):
    async def answer(self, command: commands.UnbanUser) -> None:
        await groups.unban(self.app, self.user_id, command)
        self.reply()


class BannedHandler(ApiHandler[commands.ListBanned]):
    async def answer(self, command: commands.ListBanned) -> None:
        await self.reply_part(await groups.banned(self.app, self.user_id, command))


class RoleHandler(ApiHandler[commands.SetRole]):
    async def answer(self, command: commands.SetRole) -> None:
        await groups.set_role(self.app, self.user_id, command)
        self.reply()


class TransferHandler(ApiHandler[commands.TransferGroup]):
    async def answer(self, command: commands.TransferGroup) -> None:
        await groups.transfer(self.app, self.user_id, command)
        self.reply()


class MuteHandler(ApiHandler[commands.MuteGroup]):
    async def answer(self, command: commands.MuteGroup) -> None:
        await groups.mute(self.app, self.user_id, command)
        self.reply()


class AliasHandler(ApiHandler[commands.SetAlias]):
    async def answer(self, command: commands.SetAlias) -> None:
        await groups.set_alias(self.app, self.user_id, command)
        self.reply()


class DissolveHandler(ApiHandler[commands.DissolveGroup]):
    async def answer(self, command: commands.DissolveGroup) -> None:
        await groups.dissolve(self.app, self.user_id, command)
        self.reply()


class LinkHandler(ApiHandler[commands.MakeLink]):
    async def answer(self, command: commands.MakeLink) -> None:
        self.reply(await groups.make_link(self.app, self.user_id, command))


class LinksHandler(ApiHandler[commands.ListLinks]):
    async def answer(self, command: commands.ListLinks) -> None:
        await self.reply_rows(await groups.links(self.app, self.user_id, command))


class UnlinkHandler(ApiHandler[commands.RevokeLink]):
    async def answer(self, command: commands.RevokeLink) -> None:
        await groups.revoke_link(self.app, self.user_id, command)
        self.reply()


routes = routes_of(
    CreateGroupHandler,
    GroupsHandler,
    GroupInfoHandler,
    UpdateGroupHandler,
    JoinGroupHandler,
    MembersHandler,
    InviteHandler,
    JoinRequestsHandler,
    AnswerJoinRequestHandler,
    LeaveHandler,
    RemoveHandler,
    UnbanHandler,
    BannedHandler,
    RoleHandler,
    TransferHandler,
    MuteHandler,
    AliasHandler,
    DissolveHandler,
    LinkHandler,
    LinksHandler,
    UnlinkHandler,
)
