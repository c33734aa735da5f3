"""/message/…: sending without a socket, and reading what was said."""

from actions import messages
from handlers.http.gate import ApiHandler, routes_of
from models.messages import around, changes, history, mentions, some
from protocol import frames
from protocol.limits import MAX_MENTIONS
from protocol.messages import Around, Changes, GetMessages, History, ListReaders, Mentions, SendMessage


class SendHandler(ApiHandler[SendMessage]):
    async def answer(self, command: SendMessage) -> None:
        message = command.by(self.user_id)
        self.reply(frames.ack_fields(message, await messages.send(self.app, message)))


class HistoryHandler(ApiHandler[History]):
    async def answer(self, command: History) -> None:
        strangers = self.app.config.contacts.strangers
        said = command.kind, command.dstid, command.before, command.after, command.limit
        await self.reply_part(await self.app.db.read(history, self.user_id, *said, strangers))


class ChangesHandler(ApiHandler[Changes]):
    async def answer(self, command: Changes) -> None:
        strangers = self.app.config.contacts.strangers
        said = command.kind, command.dstid, command.ver, command.limit
        await self.reply_part(await self.app.db.read(changes, self.user_id, *said, strangers))


class GetHandler(ApiHandler[GetMessages]):
    async def answer(self, command: GetMessages) -> None:
        strangers = self.app.config.contacts.strangers
        await self.reply_rows(
            await self.app.db.read(some, self.user_id, command.kind, command.dstid, command.ids, strangers)
        )


class AroundHandler(ApiHandler[Around]):
    async def answer(self, command: Around) -> None:
        strangers = self.app.config.contacts.strangers
        kind, dstid, seq, limit = command.kind, command.dstid, command.seq, command.limit
        rows, before, after = await self.app.db.read(around, self.user_id, kind, dstid, seq, limit, strangers)
        await self.reply_rows(rows, data={"before": int(before), "after": int(after)})


class MentionsHandler(ApiHandler[Mentions]):
    async def answer(self, command: Mentions) -> None:
        strangers = self.app.config.contacts.strangers
        kind, dstid = command.kind, command.dstid
        await self.reply_rows(
            await self.app.db.read(mentions, self.user_id, kind, dstid, MAX_MENTIONS, strangers)
        )


class ReadersHandler(ApiHandler[ListReaders]):
    async def answer(self, command: ListReaders) -> None:
        rows, data = await messages.readers(self.app, self.user_id, command)
        await self.reply_rows(rows, data=data)


routes = routes_of(
    SendHandler,
    HistoryHandler,
    ChangesHandler,
    GetHandler,
    AroundHandler,
    MentionsHandler,
    ReadersHandler,
)
