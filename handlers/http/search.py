"""/message/search: messages by their words."""

from actions import search
from handlers.http.gate import ApiHandler, routes_of
from protocol.search import SearchMessages


class SearchHandler(ApiHandler[SearchMessages]):
    async def answer(self, command: SearchMessages) -> None:
        rows, more = await search.search(self.app, self.user_id, command)
        await self.reply_rows(rows, data={"more": int(more)})


routes = routes_of(SearchHandler)
