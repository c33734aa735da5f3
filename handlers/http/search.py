"""/message/search: messages by their words."""

from actions import search
from handlers.http.gate import ApiHandler, routes_of
from protocol.search import SearchMessages


class SearchHandler(ApiHandler[SearchMessages]):
    cost = 3.0  # whoever looks for common words in long texts makes a thread work for seconds

    async def answer(self, command: SearchMessages) -> None:
        await self.reply_part(await search.search(self.app, self.user_id, command))


routes = routes_of(SearchHandler)
