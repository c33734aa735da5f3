"""/report/add, /ops/report…, /ops/words: reports, and the list of words."""

from actions import reports
from handlers.http.gate import ApiHandler, routes_of
from protocol.reports import AddReport, AnswerReport, ListReports, ShowWords


class AddHandler(ApiHandler[AddReport]):
    async def answer(self, command: AddReport) -> None:
        await reports.add(self.app, self.user_id, command)
        self.reply()


class ListHandler(ApiHandler[ListReports]):
    async def answer(self, command: ListReports) -> None:
        found, data = await reports.listed(self.app, self.user_id, command)
        await self.reply_rows(found, data=data)


class AnswerHandler(ApiHandler[AnswerReport]):
    async def answer(self, command: AnswerReport) -> None:
        await reports.answer(self.app, self.user_id, command.id, command.what, command.note)
        self.reply()


class WordsHandler(ApiHandler[ShowWords]):
    async def answer(self, command: ShowWords) -> None:
        self.reply(reports.words(self.app))


routes = routes_of(AddHandler, ListHandler, AnswerHandler, WordsHandler)
