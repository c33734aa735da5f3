"""/message/…: changing what was said, and what is known of such changes."""

from actions import changes
from handlers.http.body import body_of
from handlers.http.gate import ApiHandler, routes_of
from protocol.changes import ChangeMessage, Edits, Pins, Reactions
from protocol.errors import TooLarge
from protocol.forms import Form


class ChangeHandler(ApiHandler[ChangeMessage]):
    def read(self, form: Form) -> ChangeMessage:
        """A change has the same bound by both doors."""
        if len(body_of(self.request)) > self.app.config.hub.max_frame:
            raise TooLarge()
        return super().read(form)

    async def answer(self, command: ChangeMessage) -> None:
        self.reply(await changes.change(self.app, command, self.user_id))


class EditsHandler(ApiHandler[Edits]):
    async def answer(self, command: Edits) -> None:
        await self.reply_rows(
            await changes.edits(self.app, self.user_id, command.kind, command.dstid, command.id)
        )


class ReactionsHandler(ApiHandler[Reactions]):
    async def answer(self, command: Reactions) -> None:
        rows, more = await changes.reactions(self.app, self.user_id, command)
        await self.reply_rows(rows, data={"more": int(more)})


class PinsHandler(ApiHandler[Pins]):
    async def answer(self, command: Pins) -> None:
        await self.reply_rows(await changes.pins(self.app, self.user_id, command.kind, command.dstid))


routes = routes_of(ChangeHandler, EditsHandler, ReactionsHandler, PinsHandler)
