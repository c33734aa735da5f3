"""/favorite/…: messages that one keeps."""

from actions import favorites
from handlers.http.caller import SEARCH_COSTS
from handlers.http.gate import ApiHandler, routes_of
from protocol.favorites import AddFavorite, ListFavorites, RemoveFavorite


class AddHandler(ApiHandler[AddFavorite]):
    async def answer(self, command: AddFavorite) -> None:
        self.reply(await favorites.add(self.app, self.user_id, command))


class ListHandler(ApiHandler[ListFavorites]):
    async def answer(self, command: ListFavorites) -> None:
        if command.q:
            self.cost_more(SEARCH_COSTS)
        await self.reply_part(await favorites.listed(self.app, self.user_id, command))


class RemoveHandler(ApiHandler[RemoveFavorite]):
    async def answer(self, command: RemoveFavorite) -> None:
        await favorites.remove(self.app, self.user_id, command.favorite)
        self.reply()


routes = routes_of(AddHandler, ListHandler, RemoveHandler)
