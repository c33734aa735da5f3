"""/user/…: accounts and the profile."""

from actions import accounts
from actions.accounts import Profile
from handlers.http.arriving import ArrivingHandler
from handlers.http.gate import ApiHandler, routes_of
from protocol.accounts import ChangePasswd, ChangeProfile, FindUser, Login, Register


class RegisterHandler(ArrivingHandler[Register]):
    async def answer(self, command: Register) -> None:
        profile = Profile(command.nickname, command.avatar, command.sex, command.memo)
        said = (command.mobile, command.passwd, profile, self.client, command.invite)
        self.let_in(await accounts.register(self.app, *said))


class LoginHandler(ArrivingHandler[Login]):
    async def answer(self, command: Login) -> None:
        self.let_in(await accounts.login(self.app, command.mobile, command.passwd, self.client, command.code))


class ProfileHandler(ApiHandler[ChangeProfile]):
    async def answer(self, command: ChangeProfile) -> None:
        self.reply(await accounts.change_profile(self.app, self.user_id, command.changes()))


class PasswdHandler(ApiHandler[ChangePasswd]):
    async def answer(self, command: ChangePasswd) -> None:
        await accounts.change_passwd(
            self.app, self.own_session, command.old, command.new, self.network, self.disconnected
        )
        self.reply()


class FindHandler(ApiHandler[FindUser]):
    async def answer(self, command: FindUser) -> None:
        if command.id is None:
            assert command.mobile is not None  # one of both is there
            self.reply(await accounts.find_by_mobile(self.app, self.user_id, command.mobile))
            return
        # Of two users in one browser, each may see their own row, whichever cookie came first.
        viewer = command.id if command.id in self.callers else self.user_id
        self.reply(await accounts.find(self.app, viewer, command.id))


routes = routes_of(RegisterHandler, LoginHandler, ProfileHandler, PasswdHandler, FindHandler)
