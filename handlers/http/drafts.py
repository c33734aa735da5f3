"""/draft/…: what one has begun to write, on all one's devices."""

from actions import drafts
from handlers.http.gate import ApiHandler, routes_of
from models.drafts import drafts_of
from protocol.drafts import ListDrafts, SetDraft


class SetHandler(ApiHandler[SetDraft]):
    async def answer(self, command: SetDraft) -> None:
        self.reply(await drafts.put(self.app, self.user_id, command))


class ListHandler(ApiHandler[ListDrafts]):
    async def answer(self, command: ListDrafts) -> None:
        rows, data = await self.app.db.read_much(drafts_of, self.user_id, command.after)
        await self.reply_rows(rows, data)


routes = routes_of(SetHandler, ListHandler)
