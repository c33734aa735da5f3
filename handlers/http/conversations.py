"""/conversation/… and /message/…: the list of conversations, how far one is read, and what a member does with
one for themselves."""

from actions import conversations
from handlers.http.gate import ApiHandler, routes_of
from protocol.conversations import (
    ArrangeConversation,
    ClearConversation,
    HideMessages,
    ListConversations,
    ListHidden,
    MarkRead,
)


class ConversationsHandler(ApiHandler[ListConversations]):
    async def answer(self, command: ListConversations) -> None:
        rows, data = await conversations.listed(self.app, self.user_id, command)
        await self.reply_rows(rows, data=data)


class ReadHandler(ApiHandler[MarkRead]):
    async def answer(self, command: MarkRead) -> None:
        await conversations.read(self.app, self.user_id, command.kind, command.dstid, command.seq)
        self.reply()


class HideHandler(ApiHandler[HideMessages]):
    async def answer(self, command: HideMessages) -> None:
        await conversations.hide(self.app, self.user_id, command.kind, command.dstid, command.ids)
        self.reply()


class HiddenHandler(ApiHandler[ListHidden]):
    async def answer(self, command: ListHidden) -> None:
        await self.reply_part(
            await conversations.hidden_in(self.app, self.user_id, command.kind, command.dstid, command.after)
        )


class ArrangeHandler(ApiHandler[ArrangeConversation]):
    async def answer(self, command: ArrangeConversation) -> None:
        kind, dstid = command.kind, command.dstid
        self.reply(await conversations.arrange(self.app, self.user_id, kind, dstid, command.wanted()))


class ClearHandler(ApiHandler[ClearConversation]):
    async def answer(self, command: ClearConversation) -> None:
        await conversations.clear(self.app, self.user_id, command.kind, command.dstid, command.seq)
        self.reply()


routes = routes_of(
    ConversationsHandler, ReadHandler, HideHandler, HiddenHandler, ArrangeHandler, ClearHandler
)
