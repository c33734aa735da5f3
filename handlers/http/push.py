"""/push/…: browsers that are told of messages."""

from actions import push
from handlers.http.gate import ApiHandler, routes_of
from protocol.push import ReadPushKey, Subscribe, Unsubscribe


class KeyHandler(ApiHandler[ReadPushKey]):
    async def answer(self, command: ReadPushKey) -> None:
        self.reply(push.key(self.app))


class SubscribeHandler(ApiHandler[Subscribe]):
    async def answer(self, command: Subscribe) -> None:
        await push.subscribe(self.app, self.own_session, command, self.lang)
        self.reply()


class UnsubscribeHandler(ApiHandler[Unsubscribe]):
    async def answer(self, command: Unsubscribe) -> None:
        await push.unsubscribe(self.app, self.own_session, command.endpoint)
        self.reply()


routes = routes_of(KeyHandler, SubscribeHandler, UnsubscribeHandler)
