"""/message/…: the list of conversations, and how far one is read."""

from actions import conversations
from handlers.http.gate import ApiHandler, routes_of
from models.conversations import conversations_and_epoch
from protocol.conversations import ListConversations, MarkRead


class ConversationsHandler(ApiHandler[ListConversations]):
    async def answer(self, command: ListConversations) -> None:
        rows, epoch = await self.app.db.read(
            conversations_and_epoch, self.user_id, command.after, command.limit
        )
        await self.reply_rows(rows, data={"epoch": epoch})


class ReadHandler(ApiHandler[MarkRead]):
    async def answer(self, command: MarkRead) -> None:
        await conversations.read(self.app, self.user_id, command.kind, command.dstid, command.seq)
        self.reply()


routes = routes_of(ConversationsHandler, ReadHandler)
