"""/user/reset, /ops/reset: a new password by a link."""

from actions import resets
from handlers.http.arriving import ArrivingHandler
from handlers.http.gate import ApiHandler, routes_of
from protocol.resets import MakeResetLink, ResetPasswd


class ResetHandler(ArrivingHandler[ResetPasswd]):
    async def answer(self, command: ResetPasswd) -> None:
        await resets.use(self.app, command.token, command.new, self.client)
        self.reply()


class MakeLinkHandler(ApiHandler[MakeResetLink]):
    async def answer(self, command: MakeResetLink) -> None:
        self.reply({"url": await resets.make_link(self.app, command.id, self.user_id)})


routes = routes_of(ResetHandler, MakeLinkHandler)
