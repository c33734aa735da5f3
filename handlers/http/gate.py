"""The one gate that every API call passes, and the one place where a refusal becomes an answer.

A handler says who may call it (`access`) and which rate limit it counts against (`action`), implements
``async def post(self)``, reads typed arguments from `self.form` and answers with `reply` or `reply_rows`::

    class AddFriendHandler(ApiHandler):
        access = Access.USER
        action = "contact"

        async def post(self) -> None:
            await contacts.add_friend(self.app, self.user_id, self.form.id("dstid"))
            self.reply(msg="好友添加成功")

A handler without `access` answers nobody.
"""

from enum import Enum
from typing import Any

from actions import sessions
from actions.limits import address_key
from handlers.http import security
from handlers.http.base import BaseHandler, of_status
from protocol import envelope
from protocol.errors import BadArgument, Forbidden, NotLoggedIn, Refusal, TooLarge
from protocol.forms import Form

#: Bytes of an API call's body; files go to `Access.UPLOAD` handlers, which stream.
MAX_BODY = 256 * 1024


class Access(Enum):
    """Who may call a handler."""

    PUBLIC = "public"  #: anyone: log-in and registration
    USER = "user"  #: the user named in `userid` (or `ownerid`), with a credential of that user
    ANY_SESSION = "any session"  #: any valid credential; a `userid`, when given, must be its user
    UPLOAD = "upload"  #: as ANY_SESSION or nobody (`user_id` None); the body is left to the handler to stream


class ApiHandler(BaseHandler):
    """One API call. The gate is `prepare`; what gets past it has `user_id` and `session` as `access`
    promises."""

    SUPPORTED_METHODS = ("POST", "OPTIONS")

    access: Access | None = None
    action: str | None = None  #: the rate limit of this call, by user, or by address before log-in
    anonymous_action: str | None = None  #: another limit for callers without a session (`Access.UPLOAD`)

    form: Form
    session: Any = None  #: the row the credential belongs to: `id`, `user_id`
    callers: dict[int, Any]  #: the sessions of all valid credentials sent, by user (ANY_SESSION and UPLOAD)

    def set_default_headers(self) -> None:
        super().set_default_headers()
        origin = self.request.headers.get("Origin", "")
        if security.origin_listed(origin, self.app.config.auth.origins):
            self.set_header("Access-Control-Allow-Origin", origin)
            self.set_header("Access-Control-Allow-Credentials", "true")
            self.set_header("Vary", "Origin")

    async def prepare(self) -> None:
        """The gate. Everything it does not let through is a `Refusal`."""
        self.application.running.add(self)
        if not security.origin_allowed(self.request, self.settings["proxies"], self.app.config.auth.origins):
            raise Forbidden("来源不被允许", "This origin is not allowed")
        if self.request.method == "OPTIONS":
            return
        self.app.limits.check("request", address_key(self.address))
        self.form = Form({}) if self.access is Access.UPLOAD else self._read_form()
        await self._authenticate()
        self._check_rate()

    def on_finish(self) -> None:
        self.application.running.discard(self)

    def on_connection_close(self) -> None:
        super().on_connection_close()
        self.application.running.discard(self)

    async def options(self) -> None:
        """The preflight of a page on one of `auth.origins`; others are told nothing."""
        if "Access-Control-Allow-Origin" in self._headers:
            self.set_header("Access-Control-Allow-Methods", "POST")
            self.set_header("Access-Control-Allow-Headers", "Content-Type, Authorization")
            self.set_header("Access-Control-Max-Age", "600")
        self.set_status(204)

    def speak_as(self, user_id: int) -> None:
        """For an upload whose body names its user: `NotLoggedIn` unless a credential of that user was
        sent."""
        if user_id not in self.callers:
            raise NotLoggedIn()
        self.user_id, self.session = user_id, self.callers[user_id]

    def reply(self, data: object = None, msg: str = "") -> None:
        self.code = 0
        self.write_json(envelope.ok(data, msg))

    def reply_rows(self, rows: list, data: object = None, total: int | None = None) -> None:
        self.code = 0
        self.write_json(envelope.rows(rows, total, data))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None))[1]
        if isinstance(error, Refusal):
            self.set_status(200)  # a classic page waits for ever on anything else
            self.write_failure(error)
        else:
            self.write_failure(of_status(status_code, self.request_id))

    def set_session_cookie(self, user_id: int, token: str) -> None:
        """Log-in: the browser shall send `token` back. It ends when the session does."""
        self.user_id = user_id
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

    def _read_form(self) -> Form:
        """The body's fields. `handlers.site` has kept the body from Tornado's parser and bounded it."""
        body = self.request.api_body
        if body is None:
            raise TooLarge()
        kind = self.request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind == "application/json":
            return Form.from_json(body)
        if kind in ("application/x-www-form-urlencoded", "") or not body:
            return Form.from_urlencoded(body)
        raise BadArgument("不支持的 Content-Type", "Content-Type must be a form or JSON")

    async def _authenticate(self) -> None:
        if self.access is Access.PUBLIC:
            return
        if self.access is None:
            raise Forbidden()
        named = self._named_user()
        tokens = self._tokens(named)
        found = await sessions.authenticate(self.app, tokens) if tokens else []
        self.callers = {row.user_id: row for row in found}
        if named is not None:
            self.speak_as(named)
        elif found:
            self.speak_as(found[0].user_id)
        elif self.access is not Access.UPLOAD:
            raise NotLoggedIn()

    def _named_user(self) -> int | None:
        """The user that the call names; required unless any session will do."""
        if self.access is Access.USER:
            named = self.form.id("userid", "ownerid")
            if self.form.opt_id("ownerid") not in (None, named):
                raise BadArgument("userid 与 ownerid 不一致", "userid and ownerid differ")
            return named
        return self.form.opt_id("userid")

    def _tokens(self, named: int | None) -> list[str]:
        """The credentials to look at: an explicit token alone, otherwise cookies, only `named`'s if any."""
        if token := security.bearer_token(self.request):
            return [token]
        if "token" in self.form:
            return [self.form.secret("token")]
        cookies = security.cookie_tokens(self.request, self.secure)
        if named is None:
            return list(cookies.values())
        return [cookies[named]] if named in cookies else []

    def _check_rate(self) -> None:
        if self.user_id is None:
            action, key = self.anonymous_action or self.action, address_key(self.address)
        else:
            action, key = self.action, self.user_id
        if action:
            self.app.limits.check(action, key)
