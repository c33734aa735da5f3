"""The one gate that every API call passes, and the one place where a refusal becomes an answer.

Who may call, what it counts against, what its fields are and where it is found are said by the command
(`protocol.declare`). Its handler names it, answers it with one call of an action, and says no more::

    class AddFriendHandler(ApiHandler[AddFriend]):
        async def answer(self, command: AddFriend) -> None:
            await contacts.add_friend(self.app, self.user_id, command.dstid)
            self.reply(msg="好友添加成功")

A handler without a command answers nobody.
"""

import asyncio
import weakref
from collections.abc import Hashable, Sequence
from typing import Any, ClassVar, Generic, TypeVar, get_args

from actions import sessions
from handlers.http import security
from handlers.http.base import BaseHandler, of_status
from handlers.http.body import body_of, form_of
from models.accounts import is_operator
from models.sessions import SessionRow
from protocol import envelope
from protocol.declare import Access, Call, Command
from protocol.errors import BadArgument, Forbidden, NotLoggedIn, Refusal, TooLarge
from protocol.fields import Field, Id, Secret
from protocol.forms import Form

C = TypeVar("C", bound=Command)
Route = tuple[str, "type[ApiHandler[Any]]"]

#: Who is calling, in the fields of any call.
_USERID, _OWNERID, _TOKEN = Field("userid", Id), Field("ownerid", Id), Field("token", Secret)


class ApiHandler(BaseHandler, Generic[C]):
    """One API call. The gate is `prepare`: origin, rate of the address, body, session, rate of the user,
    command. What gets past it has the caller that the command's `access` promises."""

    SUPPORTED_METHODS = ("POST", "OPTIONS")
    cost = 1.0

    call: ClassVar[Call[Any] | None] = None  #: how the command comes by HTTP

    command: C
    session: SessionRow | None = None  #: the one that the credential belongs to
    callers: dict[int, SessionRow]  #: of all valid credentials sent, by user

    def __init_subclass__(cls) -> None:
        """Reads the command off ``ApiHandler[AddFriend]``."""
        super().__init_subclass__()
        for base in cls.__dict__.get("__orig_bases__", ()):
            for said in get_args(base):
                if isinstance(said, type) and issubclass(said, Command):
                    cls.call = said.by_call

    # --- the gate -----------------------------------------------------------------------------------------

    async def prepare(self) -> None:
        """Everything it does not let through is a `Refusal`."""
        await self.pace()
        self.enter()
        if self.request.method != "OPTIONS":
            await self.admit(form_of(self.request))

    def enter(self) -> None:
        """As far as one can tell before the body is looked at."""
        self.running.add(self)
        if self.request.method == "OPTIONS":
            self.cost = BaseHandler.cost
        self.count()
        if not self.settings["origins"].allow(self.request):
            raise Forbidden("来源不被允许", "This origin is not allowed")

    async def admit(self, form: Form) -> None:
        """With the body's fields: who calls, how often, and what is said."""
        await self.recognise(form)
        await self.take_limit()
        self.command = self.read(form)
        if self.session is not None and self.command.speaks:
            self.app.muted.refuse(self.session.user_id)

    async def recognise(self, form: Form) -> None:
        """Finds the caller that the command wants, or refuses."""
        access = self.declared.access
        if access is Access.PUBLIC:
            return
        named = _named_user(form, required=access in (Access.USER, Access.OPERATOR))
        token = security.bearer_token(self.request)
        if not token and "token" in form:
            token = str(_TOKEN.checked(_TOKEN.found(form)[1]))
        tokens = [token] if token else self._cookies(named)
        found = await sessions.authenticate(self.app, tokens) if tokens else []
        self.callers = {row.user_id: row for row in found}
        if named is not None:
            self._speak_as(named)
        elif found:
            self._speak_as(found[0].user_id)
        elif token or access is not Access.OPTIONAL:
            raise NotLoggedIn()
        if access is Access.OPERATOR and not await self.app.db.read(is_operator, self.user_id):
            raise Forbidden("只有管理员可以这样做", "Only operators may do this")

    async def take_limit(self) -> None:
        """Counts this call against its limit."""
        await self.app.budget.count(self.counts)

    @property
    def counts(self) -> "dict[str, Hashable]":
        """The limit that this call counts against, and for whom: its user, before log-in its address."""
        if self.session:
            return {self.declared.limit: self.session.user_id} if self.declared.limit else {}
        return {self.declared.anonymous_limit: self.network} if self.declared.anonymous_limit else {}

    def read(self, form: Form) -> C:
        """The command in the fields. What is a frame, too, has the same bound by both doors."""
        by_frame = self.declared.command.by_frame
        if by_frame and len(body_of(self.request)) > self.app.config.hub.max_frame:
            raise TooLarge()
        return self.declared.read(form)

    @property
    def declared(self) -> Call[C]:
        """What the command says of its calls; a handler without one lets nobody in."""
        if self.call is None:
            raise Forbidden()
        return self.call

    def _cookies(self, named: int | None) -> list[str]:
        """The credentials that came as cookies, only `named`'s if somebody is named."""
        cookies = security.cookie_tokens(self.request, self.secure)
        if named is None:
            return list(cookies.values())
        return [cookies[named]] if named in cookies else []

    def _speak_as(self, user_id: int) -> None:
        if user_id not in self.callers:
            raise NotLoggedIn()
        self.session = self.callers[user_id]
        self.caller_id = user_id
        self.show_session(user_id)

    # --- behind it ----------------------------------------------------------------------------------------

    async def post(self) -> None:
        await self.answer(self.command)

    async def answer(self, command: C) -> None:
        """What is done about the command, and `reply`, `reply_rows` or `reply_part`."""
        raise NotImplementedError

    @property
    def running(self) -> "weakref.WeakSet[ApiHandler[Any]]":
        """The API calls that are being answered; the server waits for them before it ends."""
        running: weakref.WeakSet[ApiHandler[Any]] = self.settings["running"]
        return running

    @property
    def user_id(self) -> int:
        """The caller."""
        return self.own_session.user_id

    @property
    def own_session(self) -> SessionRow:
        """The caller's session."""
        if self.session is None:
            raise NotLoggedIn()
        return self.session

    def in_words(self, zh: str, en: str) -> str:
        """In the caller's language."""
        return en if self.lang == "en" else zh

    def reply(self, data: object = None, msg: str = "", **extra: object) -> None:
        self.code = 0
        self.write_json(envelope.ok(data, msg, **extra))

    async def reply_rows(self, rows: Sequence[object], data: object = None, total: int | None = None) -> None:
        """A long list is encoded in several turns of the loop, so that it holds nobody up."""
        written: list[bytes] = []
        for piece in envelope.rows_in_pieces(rows, total, data):
            if written:
                await asyncio.sleep(0)
            written.append(piece)
        self.code = 0
        self.write_json(b"".join(written))

    async def reply_part(self, part: "tuple[Sequence[object], bool]") -> None:
        """Rows of a list, and whether it goes on behind them."""
        rows, more = part
        await self.reply_rows(rows, {"more": int(more)})

    def set_session_cookie(self, user_id: int, token: str) -> None:
        """Log-in: the browser shall send `token` back. It ends when the session does."""
        self.set_cookie(
            security.cookie_name(user_id, self.secure),
            token,
            httponly=True,
            samesite="Lax",
            secure=self.secure,
            max_age=int(self.app.config.auth.absolute_days * 86400),
        )

    def clear_session_cookie(self, user_id: int) -> None:
        """Log-out."""
        self.clear_cookie(
            security.cookie_name(user_id, self.secure), httponly=True, samesite="Lax", secure=self.secure
        )

    # --- around it ----------------------------------------------------------------------------------------

    async def options(self) -> None:
        """The preflight of a page on one of `auth.origins`; others are told nothing."""
        if "Access-Control-Allow-Origin" in self._headers:
            self.set_header("Access-Control-Allow-Methods", "POST")
            self.set_header("Access-Control-Allow-Headers", "Content-Type, Authorization")
            self.set_header("Access-Control-Max-Age", "600")
        self.set_status(204)

    def set_default_headers(self) -> None:
        super().set_default_headers()
        origin = self.request.headers.get("Origin", "")
        if self.settings["origins"].lists(origin):
            self.set_header("Access-Control-Allow-Origin", origin)
            self.set_header("Access-Control-Allow-Credentials", "true")
            self.set_header("Vary", "Origin")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None))[1]
        if self.request.method == "OPTIONS":
            super().write_error(status_code, **kwargs)
        elif isinstance(error, Refusal):
            self.set_status(200)  # a classic page waits for ever on anything else
            self.write_failure(error)
        else:
            self.write_failure(of_status(status_code, self.request_id))

    def on_finish(self) -> None:
        super().on_finish()
        self.running.discard(self)

    def on_connection_close(self) -> None:
        super().on_connection_close()
        self.running.discard(self)


def routes_of(*handlers: "type[ApiHandler[Any]]") -> list[Route]:
    """The routes of some handlers, as their commands say."""
    return [(route, handler) for handler in handlers if handler.call for route in handler.call.routes]


def _named_user(form: Form, required: bool) -> int | None:
    """The user that the call names, as `userid` or, where one has to be named, `ownerid`."""
    if not required:
        return _user(form, _USERID)
    form.refuse_repeated("userid", "ownerid")
    userid, ownerid = _user(form, _USERID), _user(form, _OWNERID)
    if userid is None and ownerid is None:
        raise _USERID.refusal()
    if userid is not None and ownerid not in (None, userid):
        raise BadArgument("userid 与 ownerid 不一致", "userid and ownerid differ")
    return userid if userid is not None else ownerid


def _user(form: Form, field: Field) -> int | None:
    name, value = field.found(form)
    if value is None:
        return None
    checked = field.checked(value, name)
    assert isinstance(checked, int)
    return checked
