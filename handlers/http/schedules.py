"""/schedule/…: messages that are sent later."""

from actions import schedules
from handlers.http.gate import ApiHandler, routes_of
from models.schedules import schedules_of
from protocol.schedules import AddSchedule, ListSchedules, RemoveSchedule, SendScheduleNow, UpdateSchedule


class AddHandler(ApiHandler[AddSchedule]):
    async def answer(self, command: AddSchedule) -> None:
        self.reply(await schedules.add(self.app, self.user_id, command))


class ListHandler(ApiHandler[ListSchedules]):
    async def answer(self, command: ListSchedules) -> None:
        kind, dstid = command.kind, command.dstid
        part = await self.app.db.read_much(schedules_of, self.user_id, kind, dstid, command.after, self.lang)
        await self.reply_part(part)


class UpdateHandler(ApiHandler[UpdateSchedule]):
    async def answer(self, command: UpdateSchedule) -> None:
        self.reply(await schedules.update(self.app, self.user_id, command))


class RemoveHandler(ApiHandler[RemoveSchedule]):
    async def answer(self, command: RemoveSchedule) -> None:
        await schedules.remove(self.app, self.user_id, command.id)
        self.reply()


class NowHandler(ApiHandler[SendScheduleNow]):
    async def answer(self, command: SendScheduleNow) -> None:
        self.reply(await schedules.send_now(self.app, self.user_id, command.id))


routes = routes_of(AddHandler, ListHandler, UpdateHandler, RemoveHandler, NowHandler)
