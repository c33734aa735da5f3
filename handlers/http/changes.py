"""/message/…: changing what was said, and what is known of such changes."""

from actions import changes
from handlers.http.gate import ApiHandler, routes_of
from protocol.changes import ChangeMessage, Edits, Pins, Reactions


class ChangeHandler(ApiHandler[ChangeMessage]):
    async def answer(self, command: ChangeMessage) -> None:
        self.reply(await changes.change(self.app, command, self.user_id))


class EditsHandler(ApiHandler[Edits]):
    async def answer(self, command: Edits) -> None:
        await self.reply_rows(
            await changes.edits(self.app, self.user_id, command.kind, command.dstid, command.id)
        )


class ReactionsHandler(ApiHandler[Reactions]):
    async def answer(self, command: Reactions) -> None:
        await self.reply_part(await changes.reactions(self.app, self.user_id, command))


class PinsHandler(ApiHandler[Pins]):
    async def answer(self, command: Pins) -> None:
        await self.reply_rows(await changes.pins(self.app, self.user_id, command.kind, command.dstid))


routes = routes_of(ChangeHandler, EditsHandler, ReactionsHandler, PinsHandler)
