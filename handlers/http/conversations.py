"""/message/…: the list of conversations, and how far one is read."""

from actions import conversations
from handlers.http.gate import ApiHandler, routes_of
from models.conversations import list_changed, list_newest
from protocol.conversations import ListConversations, MarkRead, Standing


class ConversationsHandler(ApiHandler[ListConversations]):
    async def answer(self, command: ListConversations) -> None:
        db = self.app.db
        if command.after is None:
            found = await db.read_much(list_newest, self.user_id, command.before, command.limit)
        else:
            found = await db.read_much(list_changed, self.user_id, command.after, command.limit)
        data: Standing = {"epoch": found.epoch, "change": found.change}
        if found.more:
            data["more"] = 1
        if found.next:
            data["next"] = found.next
        await self.reply_rows(found.rows, data=data)


class ReadHandler(ApiHandler[MarkRead]):
    async def answer(self, command: MarkRead) -> None:
        await conversations.read(self.app, self.user_id, command.kind, command.dstid, command.seq)
        self.reply()


routes = routes_of(ConversationsHandler, ReadHandler)
