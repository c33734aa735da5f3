"""/user/…: accounts, sessions and the profile."""

import re

from actions import accounts, sessions
from actions.accounts import Profile
from actions.limits import address_key
from actions.sessions import Client
from handlers.http.gate import Access, ApiHandler
from protocol.errors import BadArgument
from protocol.forms import Form
from protocol.limits import MAX_MEMO, MAX_NICKNAME, MAX_URL

SEXES = ("M", "W", "U")
_MOBILE = re.compile(r"\+?[0-9]{5,20}\Z")
#: A classic page sends the + of +86… raw, which a form body reads as a space.
_LOST_PLUS = re.compile(r" (?=[0-9]{5,20}\Z)")
_PASSWD_BYTES = range(6, 129)


class RegisterHandler(ApiHandler):
    access = Access.PUBLIC
    action = "register"

    async def post(self) -> None:
        mobile, passwd = new_mobile(self.form), new_passwd(self.form, "passwd")
        profile = Profile(
            self.form.text("nickname", max_length=MAX_NICKNAME),
            self.form.picture("avatar", max_length=MAX_URL),
            self.form.choice("sex", SEXES, "U"),
            self.form.text("memo", max_length=MAX_MEMO),
        )
        user = await accounts.register(self.app, mobile, passwd, profile, client_of(self))
        self.set_session_cookie(user["id"], user["token"])
        self.reply(user)


class LoginHandler(ApiHandler):
    """The limit of log-ins counts failures only, so the action checks it itself."""

    access = Access.PUBLIC

    async def post(self) -> None:
        mobile, passwd = given_mobile(self.form), self.form.secret("passwd")
        user = await accounts.login(self.app, mobile, passwd, client_of(self))
        self.set_session_cookie(user["id"], user["token"])
        self.reply(user)


class LogoutHandler(ApiHandler):
    access = Access.USER

    async def post(self) -> None:
        await sessions.logout(self.app, self.user_id, self.session.id)
        self.clear_session_cookie(self.user_id)
        self.reply()


class SessionsHandler(ApiHandler):
    access = Access.USER

    async def post(self) -> None:
        self.reply_rows(await sessions.sessions_of(self.app, self.user_id, self.session.id))


class RevokeHandler(ApiHandler):
    access = Access.USER

    async def post(self) -> None:
        await sessions.revoke(self.app, self.user_id, self.session.id, self.form.opt_id("session"))
        self.reply()


class ProfileHandler(ApiHandler):
    """Fields that are missing stay as they are; avatar and memo may be emptied."""

    access = Access.USER
    action = "contact"  # friends are told of every change

    async def post(self) -> None:
        form, changes = self.form, {}
        if form.value("nickname") is not None:
            changes["nickname"] = form.text("nickname", max_length=MAX_NICKNAME, required=True)
        if form.value("avatar") is not None:
            changes["avatar"] = form.picture("avatar", max_length=MAX_URL)
        if "sex" in form:
            changes["sex"] = form.choice("sex", SEXES, "U")
        if form.value("memo") is not None:
            changes["memo"] = form.text("memo", max_length=MAX_MEMO)
        self.reply(await accounts.change_profile(self.app, self.user_id, changes))


class PasswdHandler(ApiHandler):
    access = Access.USER

    async def post(self) -> None:
        old, new = self.form.secret("old"), new_passwd(self.form, "new")
        await accounts.change_passwd(self.app, self.user_id, self.session.id, old, new)
        self.reply()


class FindHandler(ApiHandler):
    access = Access.ANY_SESSION
    action = "find"

    async def post(self) -> None:
        wanted = self.form.id("id")
        # Of two users in one browser, each may see their own row, whichever cookie came first.
        viewer = wanted if wanted in self.callers else self.user_id
        self.reply(await accounts.find(self.app, viewer, wanted))


def given_mobile(form: Form) -> str:
    """The number as a log-in gives it, whatever it looks like: a malformed one is simply unknown."""
    mobile = form.value("mobile")
    if isinstance(mobile, str) and _LOST_PLUS.match(mobile):
        return "+" + mobile[1:]
    return form.text("mobile", max_length=64, required=True)


def new_mobile(form: Form) -> str:
    """A number to register: 5 to 20 digits, perhaps with a leading +."""
    mobile = given_mobile(form)
    if not _MOBILE.match(mobile):
        raise BadArgument("手机号应为 5 到 20 位数字", "A mobile number has 5 to 20 digits")
    return mobile


def new_passwd(form: Form, name: str) -> str:
    """A password to be set: 6 to 128 bytes, kept as they are."""
    passwd = form.secret(name)
    if len(passwd.encode()) not in _PASSWD_BYTES:
        raise BadArgument("密码长度应为 6 到 128 个字节", "A password has 6 to 128 bytes")
    return passwd


def client_of(handler: ApiHandler) -> Client:
    """Where a call comes from."""
    ua = "".join(filter(str.isprintable, handler.request.headers.get("User-Agent", "")))
    return Client(handler.address, address_key(handler.address), ua)


routes = [
    (r"/user/register", RegisterHandler),
    (r"/user/login", LoginHandler),
    (r"/user/logout", LogoutHandler),
    (r"/user/sessions", SessionsHandler),
    (r"/user/revoke", RevokeHandler),
    (r"/user/profile", ProfileHandler),
    (r"/user/passwd", PasswdHandler),
    (r"/user/find", FindHandler),
]
