"""/user/…: accounts and the profile."""

import secrets
from functools import cached_property

from actions import accounts
from actions.accounts import Profile
from actions.sessions import Client
from handlers.http import security
from handlers.http.gate import ApiHandler, C, routes_of
from protocol import rows
from protocol.accounts import ChangePasswd, ChangeProfile, FindUser, Login, Register


class LoggingInHandler(ApiHandler[C]):
    """Registering and logging in: the answer is the user's own row, and the browser gets the session."""

    @property
    def client(self) -> Client:
        """Where the call comes from."""
        ua = "".join(filter(str.isprintable, self.request.headers.get("User-Agent", "")))
        return Client(self.address, self.network, ua, self.device, self.disconnected)

    @cached_property
    def device(self) -> str:
        """What the browser is known by: what it got at an earlier log-in, or something new."""
        return security.device_token(self.request, self.secure) or secrets.token_urlsafe(32)

    def let_in(self, user: rows.User) -> None:
        self.caller_id = user["id"]
        self.set_session_cookie(user["id"], user["token"])
        self.set_cookie(
            security.device_cookie(self.secure),
            self.device,
            httponly=True,
            samesite="Lax",
            secure=self.secure,
            max_age=security.DEVICE_SECONDS,
        )
        self.reply(user)


class RegisterHandler(LoggingInHandler[Register]):
    async def answer(self, command: Register) -> None:
        profile = Profile(command.nickname, command.avatar, command.sex, command.memo)
        self.let_in(await accounts.register(self.app, command.mobile, command.passwd, profile, self.client))


class LoginHandler(LoggingInHandler[Login]):
    async def answer(self, command: Login) -> None:
        self.let_in(await accounts.login(self.app, command.mobile, command.passwd, self.client))


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
