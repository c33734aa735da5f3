"""/ops/invite…: invite codes."""

from actions import invites
from handlers.http.gate import ApiHandler, routes_of
from models.invites import made
from protocol.invites import ListInvites, MakeInvite, RevokeInvite


class MakeHandler(ApiHandler[MakeInvite]):
    async def answer(self, command: MakeInvite) -> None:
        self.reply(await invites.make(self.app, self.user_id, command.uses, command.until))


class ListHandler(ApiHandler[ListInvites]):
    async def answer(self, command: ListInvites) -> None:
        await self.reply_part(await self.app.db.read(made, command.before))


class RevokeHandler(ApiHandler[RevokeInvite]):
    async def answer(self, command: RevokeInvite) -> None:
        await invites.revoke(self.app, self.user_id, command.id)
        self.reply()


routes = routes_of(MakeHandler, ListHandler, RevokeHandler)
