"""/user/reset: a new password by a link."""

from actions import resets
from handlers.http.arriving import ArrivingHandler
from handlers.http.gate import routes_of
from protocol.resets import ResetPasswd


class ResetHandler(ArrivingHandler[ResetPasswd]):
    async def answer(self, command: ResetPasswd) -> None:
        await resets.use(self.app, command.token, command.new, self.client)
        self.reply()


routes = routes_of(ResetHandler)
