"""What every answer has: security headers, a request id, a language, and words when something fails."""

import logging
import secrets
from typing import Any

from tornado.iostream import StreamClosedError
from tornado.web import HTTPError, RequestHandler

from actions.services import Services
from handlers.http import proxies, security
from protocol import envelope
from protocol.errors import Refusal

log = logging.getLogger("magpie")


class BaseHandler(RequestHandler):
    """What pages, files and API calls have in common: security headers, request id, language, errors."""

    caller_id: int | None = None  #: who calls, for the logs, once the gate has let them in
    code: int | None = None  #: the envelope's code, for the access log

    @property
    def app(self) -> Services:
        services: Services = self.settings["services"]
        return services

    @property
    def address(self) -> str:
        """The caller's IP address, seen through our own proxies."""
        return proxies.client_address(self.request, self.settings["proxies"])

    @property
    def secure(self) -> bool:
        """True when the browser speaks TLS."""
        return proxies.scheme(self.request, self.settings["proxies"]) == "https"

    @property
    def lang(self) -> str:
        """ "zh" or "en"."""
        return security.language(self.request)

    @property
    def request_id(self) -> str:
        """Names this request in the log and in the answer to a crash."""
        if not hasattr(self, "_request_id"):
            self._request_id = secrets.token_hex(6)
        return self._request_id

    def set_default_headers(self) -> None:
        own_host = proxies.host(self.request, self.settings["proxies"])
        rules = security.browser_rules(
            own_host, self.secure, self.settings["media_origins"], self.app.config.server.tls_only_seconds
        )
        for name, value in rules.items():
            self.set_header(name, value)
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Request-Id", self.request_id)
        if self.app.draining:  # a next call on this connection would meet the end of the server
            self.set_header("Connection", "close")
        self.clear_header("Server")

    def log_exception(self, typ: Any, value: BaseException | None, tb: Any) -> None:
        if not isinstance(value, (Refusal, HTTPError, StreamClosedError)):
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
        if self.request.method in ("GET", "HEAD"):
            self.render("error.html", status=self.get_status(), lang=self.lang, request_id=self.request_id)
        else:
            self.write_failure(of_status(self.get_status(), self.request_id))

    def write_failure(self, refusal: Refusal) -> None:
        """The envelope that says no."""
        self.code = refusal.code
        self.write_json(envelope.failure(refusal, self.lang))

    def write_json(self, text: str | bytes) -> None:
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
