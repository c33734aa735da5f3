"""/user/qr/…: logging in by a QR code."""

from actions import qr
from handlers.http.arriving import ArrivingHandler
from handlers.http.gate import ApiHandler, routes_of
from protocol.qr import ApproveQr, NewQr, PollQr, ScanQr


class NewHandler(ArrivingHandler[NewQr]):
    async def answer(self, command: NewQr) -> None:
        self.reply(await qr.begin(self.app, command.secret, self.client))


class ScanHandler(ApiHandler[ScanQr]):
    async def answer(self, command: ScanQr) -> None:
        self.reply(await qr.scan(self.app, self.user_id, command.code))


class ApproveHandler(ApiHandler[ApproveQr]):
    async def answer(self, command: ApproveQr) -> None:
        await qr.decide(self.app, self.own_session, command.code, bool(command.accept))
        self.reply()


class PollHandler(ArrivingHandler[PollQr]):
    async def answer(self, command: PollQr) -> None:
        state, user = await qr.poll(self.app, command.code, command.secret, self.client)
        if user is None:
            self.reply(state)
        else:
            self.let_in(user)


routes = routes_of(NewHandler, ScanHandler, ApproveHandler, PollHandler)
