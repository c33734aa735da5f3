"""/user/totp…: one-time codes."""

from actions import totp
from handlers.http.gate import ApiHandler, routes_of
from models.totp import state_of
from protocol.totp import ConfirmTotp, StartTotp, StopTotp, TotpState


class StateHandler(ApiHandler[TotpState]):
    async def answer(self, command: TotpState) -> None:
        self.reply(await self.app.db.read(state_of, self.user_id))


class StartHandler(ApiHandler[StartTotp]):
    async def answer(self, command: StartTotp) -> None:
        self.reply(await totp.start(self.app, self.user_id))


class ConfirmHandler(ApiHandler[ConfirmTotp]):
    async def answer(self, command: ConfirmTotp) -> None:
        self.reply(await totp.confirm(self.app, self.own_session, command.code))


class OffHandler(ApiHandler[StopTotp]):
    async def answer(self, command: StopTotp) -> None:
        await totp.turn_off(self.app, self.own_session, command.code)
        self.reply()


routes = routes_of(StateHandler, StartHandler, ConfirmHandler, OffHandler)
