"""The web application: every route, and the bound on what is read of a request before anybody looks at it."""

import weakref
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

from tornado.httputil import HTTPHeaders, HTTPMessageDelegate, HTTPServerRequest, RequestStartLine
from tornado.web import Application, RequestHandler

from actions.services import Services
from handlers.http import accounts, contacts, media, messages, ops, pages, security
from handlers.http.gate import MAX_BODY, Access, ApiHandler
from handlers.logs import log_request
from handlers.socket import handshake

ROOT = Path(__file__).resolve().parents[2]

#: Pages come first: theirs is the route that cleans `//` in any path.
ROUTES: list[tuple] = [
    *pages.routes,
    *accounts.routes,
    *contacts.routes,
    *messages.routes,
    *media.routes,
    *handshake.routes,
    *ops.routes,
]


class Site(Application):
    """Tornado's application with our routes. `running`: the API calls that are being answered."""

    def __init__(self, services: Services) -> None:
        config = services.config
        super().__init__(
            ROUTES,
            default_handler_class=pages.UnknownHandler,
            log_function=log_request,
            template_path=str(ROOT / "templates"),
            services=services,
            proxies=security.networks(config.server.proxies),
            media_origins=security.media_origins(config.storage),
        )
        self.running: weakref.WeakSet[ApiHandler] = weakref.WeakSet()

    def get_handler_delegate(
        self, request: HTTPServerRequest, target_class: type[RequestHandler], *args: Any, **kwargs: Any
    ) -> HTTPMessageDelegate:
        delegate = super().get_handler_delegate(request, target_class, *args, **kwargs)
        if getattr(target_class, "access", None) is Access.UPLOAD:
            return delegate
        return _BoundedBody(delegate, request)


class _BoundedBody(HTTPMessageDelegate):
    """Keeps the body from Tornado, which would buffer all of it and parse it its own way.

    `request.api_body` is the body when it is small enough, None when not: then it is read to its end and
    thrown away, because a browser that is still sending would not see an answer.
    """

    def __init__(self, inner: HTTPMessageDelegate, request: HTTPServerRequest) -> None:
        self._inner, self._request = inner, request
        self._chunks: list[bytes] = []
        self._size = 0

    def headers_received(self, start_line: RequestStartLine, headers: HTTPHeaders) -> Awaitable[None] | None:
        return self._inner.headers_received(start_line, headers)

    def data_received(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if self._size <= MAX_BODY:
            self._chunks.append(chunk)
        else:
            self._chunks.clear()

    def finish(self) -> None:
        self._request.api_body = b"".join(self._chunks) if self._size <= MAX_BODY else None
        self._inner.finish()

    def on_connection_close(self) -> None:
        self._inner.on_connection_close()
