"""/message/…: passing messages on, and what is in a chat record."""

from actions import forwards
from handlers.http.gate import ApiHandler, routes_of
from protocol.forwards import Forward, Record


class ForwardHandler(ApiHandler[Forward]):
    async def answer(self, command: Forward) -> None:
        await self.reply_rows(await forwards.forward(self.app, self.user_id, command, self.lang))


class RecordHandler(ApiHandler[Record]):
    async def answer(self, command: Record) -> None:
        await self.reply_part(await forwards.inside(self.app, self.user_id, command))


routes = routes_of(ForwardHandler, RecordHandler)
