"""/user/…: where one is logged in, and logging out."""

from actions import sessions
from handlers.http.gate import ApiHandler, routes_of
from protocol.sessions import ConfirmSession, ListSessions, Logout, RevokeSession


class LogoutHandler(ApiHandler[Logout]):
    async def answer(self, command: Logout) -> None:
        await sessions.logout(self.app, self.own_session)
        self.clear_session_cookie(self.user_id)
        self.reply()


class SessionsHandler(ApiHandler[ListSessions]):
    async def answer(self, command: ListSessions) -> None:
        await self.reply_rows(await sessions.sessions_of(self.app, self.own_session))


class RevokeHandler(ApiHandler[RevokeSession]):
    async def answer(self, command: RevokeSession) -> None:
        await sessions.revoke(self.app, self.own_session, command.session)
        self.reply()


class ConfirmHandler(ApiHandler[ConfirmSession]):
    async def answer(self, command: ConfirmSession) -> None:
        await sessions.confirm(self.app, self.own_session, command.session)
        self.reply()


routes = routes_of(LogoutHandler, SessionsHandler, RevokeHandler, ConfirmHandler)
