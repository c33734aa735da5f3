"""What every answer has: security headers, a request id, a language, and words when something fails."""

import asyncio
import errno
import logging
import math
from typing import Any

from tornado.iostream import StreamClosedError
from tornado.web import HTTPError, RequestHandler

from handlers.http import security
from handlers.http.caller import Caller
from protocol import envelope
from protocol.errors import Refusal, SlowDown

log = logging.getLogger("magpie")

#: A request that fails by its caller's fault costs so many times what a right one does: who guesses tokens or
#: names of files is refused after sixty, and a chat with two hundred pictures that are gone is not.
FAILED_COSTS = 5
#: What is the caller's fault, as HTTP status or as the envelope's code.
_FAULTS = frozenset((400, 401, 403, 404, 405, 411, 413, 431))
#: Seconds after which to come again when there was no place.
FULL_RETRY_S = 5
#: Bytes of an answer that count for nobody while they wait to be read: there are only so many connections.
SMALL_ANSWER = 65536


class BaseHandler(RequestHandler, Caller):
    """What pages, files and API calls have in common: security headers, request id, language, errors."""

    _disconnected: "asyncio.Future[None] | None" = None

    @property
    def disconnected(self) -> "asyncio.Future[None]":
        """Done when the client has gone before its answer: nobody waits for it any more."""
        if self._disconnected is None:
            self._disconnected = asyncio.get_running_loop().create_future()
        return self._disconnected

    def on_connection_close(self) -> None:
        super().on_connection_close()
        if self._disconnected is not None and not self._disconnected.done():
            self._disconnected.set_result(None)

    # --- what a request costs -----------------------------------------------------------------------------

    async def prepare(self) -> None:
        await self.pace()
        self.count()

    def on_finish(self) -> None:
        failed = self.get_status() if self.code is None else -self.code
        if failed in _FAULTS and self.payer is not None:
            self.app.budget.charge("request", self.payer, self.cost * (FAILED_COSTS - 1))

    # --- the answer ---------------------------------------------------------------------------------------

    def set_default_headers(self) -> None:
        rules = security.browser_rules(
            self.own_host,
            self.secure,
            self.settings["media_origins"],
            self.app.config.server.tls_only_seconds,
        )
        headers = self._headers  # these texts are our own: there is nothing for `set_header` to convert
        for name, value in rules.items():
            headers[name] = value
        headers["X-Request-Id"] = self.request_id
        if self.app.draining:  # a next call on this connection would meet the end of the server
            self.set_header("Connection", "close")
        self.clear_header("Server")

    def log_exception(self, typ: Any, value: BaseException | None, tb: Any) -> None:
        if isinstance(value, OSError) and value.errno in (errno.EMFILE, errno.ENFILE):
            log.error("no descriptor left id=%s path=%s", self.request_id, self.request.path)
        elif not isinstance(value, (Refusal, HTTPError, StreamClosedError)):
            log.error(
                "crash id=%s method=%s path=%s user=%s",
                self.request_id,
                self.request.method,
                self.request.path,
                self.caller_id or "-",
                exc_info=value,
            )

    def send_error(self, status_code: int = 500, **kwargs: Any) -> None:
        if isinstance(kwargs.get("exc_info", (None, None))[1], StreamClosedError):
            self.set_status(499, "Client Closed Request")  # nobody is left to be told; for the log
            self.application.log_request(self)
            self.on_finish()
        else:
            super().send_error(status_code, **kwargs)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None))[1]
        if isinstance(error, Refusal) and 400 <= -error.code < 600:
            self.set_status(-error.code)
        if isinstance(error, SlowDown):
            self.set_header("Retry-After", str(math.ceil(error.retry_after_s)))
        elif status_code == 503:
            self.set_header("Retry-After", str(FULL_RETRY_S))
        if self.request.method in ("GET", "HEAD"):
            self.render("error.html", status=self.get_status(), lang=self.lang, request_id=self.request_id)
        else:
            self.write_failure(of_status(self.get_status(), self.request_id))

    def write_failure(self, refusal: Refusal) -> None:
        """The envelope that says no."""
        self.code = refusal.code
        self.write_json(envelope.failure(refusal, self.lang))

    def write_json(self, text: str | bytes) -> None:
        """The answer. Raises `SlowDown` when the caller has left too much unread."""
        if len(text) > SMALL_ANSWER and self.place is not None and self.payer is not None:
            share = self.app.config.limits.unread_bytes_most or len(text)  # a first one is never too large
            self.place.answer(self.payer, min(len(text), share))
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(text)


_STATUS_TEXTS = {
    400: ("请求格式错误", "Bad request"),
    404: ("没有这个地址", "No such address"),
    405: ("这个地址不接受此方法", "This address does not take this method"),
    500: ("服务器出错了", "The server failed"),
}


def of_status(status: int, request_id: str) -> Refusal:
    """The envelope of an answer whose HTTP status already says no."""
    zh, en = _STATUS_TEXTS.get(status, (f"错误 {status}", f"Error {status}"))
    refusal = Refusal(zh, en, {"request": request_id} if status >= 500 else None)
    refusal.code = -status
    return refusal
