"""/sticker/…: stickers of one's own."""

from actions import stickers
from handlers.http.gate import ApiHandler, routes_of
from models.stickers import stickers_of
from protocol.stickers import AddSticker, ListStickers, RemoveSticker


class AddHandler(ApiHandler[AddSticker]):
    async def answer(self, command: AddSticker) -> None:
        self.reply(await stickers.add(self.app, self.user_id, command.url))


class ListHandler(ApiHandler[ListStickers]):
    async def answer(self, command: ListStickers) -> None:
        await self.reply_rows(await self.app.db.read(stickers_of, self.user_id))


class RemoveHandler(ApiHandler[RemoveSticker]):
    async def answer(self, command: RemoveSticker) -> None:
        await stickers.remove(self.app, self.user_id, command.id)
        self.reply()


routes = routes_of(AddHandler, ListHandler, RemoveHandler)
