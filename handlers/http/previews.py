"""/message/preview: what is shown of the link in one's own message."""

from actions import previews
from handlers.http.gate import ApiHandler, routes_of
from protocol.previews import RemovePreview


class RemoveHandler(ApiHandler[RemovePreview]):
    async def answer(self, command: RemovePreview) -> None:
        self.reply(await previews.remove(self.app, self.user_id, command))


routes = routes_of(RemoveHandler)
