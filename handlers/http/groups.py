"""/contact/…, /community/…: groups, which the wire calls communities."""

from actions import groups
from handlers.http.gate import ApiHandler, routes_of
from models.groups import communities_of
from protocol.groups import CreateGroup, JoinGroup, ListGroups, ListMembers


class CreateGroupHandler(ApiHandler[CreateGroup]):
    async def answer(self, command: CreateGroup) -> None:
        name, icon, cate, memo = command.name, command.icon, command.cate, command.memo
        self.reply(await groups.create(self.app, self.user_id, name, icon, cate, memo))


class GroupsHandler(ApiHandler[ListGroups]):
    async def answer(self, command: ListGroups) -> None:
        await self.reply_rows(await self.app.db.read(communities_of, self.user_id))


class JoinGroupHandler(ApiHandler[JoinGroup]):
    async def answer(self, command: JoinGroup) -> None:
        await groups.join(self.app, self.user_id, command.dstid)
        self.reply()


class MembersHandler(ApiHandler[ListMembers]):
    async def answer(self, command: ListMembers) -> None:
        rows, more = await groups.members(self.app, self.user_id, command)
        await self.reply_rows(rows, data={"more": int(more)})


routes = routes_of(CreateGroupHandler, GroupsHandler, JoinGroupHandler, MembersHandler)
