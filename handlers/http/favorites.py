"""/favorite/…: messages that one keeps."""

from actions import favorites, search
from handlers.http.caller import SEARCH_COSTS
from handlers.http.gate import ApiHandler, routes_of
from models.favorites import favorites_of, remove
from protocol.favorites import AddFavorite, ListFavorites, RemoveFavorite


class AddHandler(ApiHandler[AddFavorite]):
    async def answer(self, command: AddFavorite) -> None:
        self.reply(await favorites.add(self.app, self.user_id, command))


class ListHandler(ApiHandler[ListFavorites]):
    async def answer(self, command: ListFavorites) -> None:
        before, q, limit = command.before, command.q, command.limit
        if q:
            self.cost_more(SEARCH_COSTS)
            rows, more = await search.kept(self.app, self.user_id, before, q, limit)
        else:
            rows, more = await self.app.db.read_much(favorites_of, self.user_id, before, q, limit)
        await self.reply_rows(rows, data={"more": int(more)})


class RemoveHandler(ApiHandler[RemoveFavorite]):
    async def answer(self, command: RemoveFavorite) -> None:
        await self.app.db.write(remove, self.user_id, command.favorite)
        self.reply()


routes = routes_of(AddHandler, ListHandler, RemoveHandler)
