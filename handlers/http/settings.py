"""/user/settings: being seen, asked and found."""

from actions import settings
from handlers.http.gate import ApiHandler, routes_of
from protocol.settings import ChangeSettings


class SettingsHandler(ApiHandler[ChangeSettings]):
    async def answer(self, command: ChangeSettings) -> None:
        self.reply(await settings.change(self.app, self.user_id, command.changes()))


routes = routes_of(SettingsHandler)
