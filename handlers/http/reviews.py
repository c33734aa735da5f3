"""/message/waiting, /ops/review…: messages that wait for a look."""

from actions import reviews
from handlers.http.gate import ApiHandler, routes_of
from protocol.reviews import AnswerReview, ListReviews, ListWaiting, Withdraw


class WaitingHandler(ApiHandler[ListWaiting]):
    async def answer(self, command: ListWaiting) -> None:
        await self.reply_rows(await reviews.waiting(self.app, self.user_id))


class WithdrawHandler(ApiHandler[Withdraw]):
    async def answer(self, command: Withdraw) -> None:
        await reviews.withdraw(self.app, self.user_id, command.review)
        self.reply()


class QueueHandler(ApiHandler[ListReviews]):
    async def answer(self, command: ListReviews) -> None:
        found, data = await reviews.queue(self.app, self.user_id, command.after, command.limit)
        await self.reply_rows(found, data=data)


class AnswerHandler(ApiHandler[AnswerReview]):
    async def answer(self, command: AnswerReview) -> None:
        self.reply(await reviews.answer(self.app, self.user_id, command.id, command.pass_ == 1))


routes = routes_of(WaitingHandler, WithdrawHandler, QueueHandler, AnswerHandler)
