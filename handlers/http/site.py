"""The web application: every route, and the bound on what is read of a request before anybody looks at it."""

import re
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tornado.http1connection import HTTP1Connection
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine
from tornado.web import Application, RequestHandler

from actions.services import Services
from handlers.http import (
    accounts,
    changes,
    contacts,
    conversations,
    drafts,
    favorites,
    forwards,
    groups,
    installing,
    invites,
    leaving,
    media,
    messages,
    metrics,
    operators,
    ops,
    packets,
    pages,
    previews,
    proxies,
    push,
    qr,
    reports,
    resets,
    reviews,
    schedules,
    search,
    sessions,
    settings,
    stickers,
    totp,
    wallet,
)
from handlers.http.answers import Answers
from handlers.http.body import BoundedBody
from handlers.http.gate import ApiHandler
from handlers.http.origins import Origins
from handlers.http.streamed import StreamedHandler
from handlers.socket import handshake
from handlers.socket.head import head_of

ROOT = Path(__file__).resolve().parents[2]

#: Pages come first: theirs is the route that cleans `//` in any path.
ROUTES: list[tuple[Any, ...]] = [
    *pages.routes,
    *accounts.routes,
    *settings.routes,
    *sessions.routes,
    *totp.routes,
    *resets.routes,
    *invites.routes,
    *qr.routes,
    *leaving.routes,
    *contacts.routes,
    *groups.routes,
    *conversations.routes,
    *messages.routes,
    *search.routes,
    *changes.routes,
    *media.routes,
    *drafts.routes,
    *previews.routes,
    *schedules.routes,
    *favorites.routes,
    *forwards.routes,
    *stickers.routes,
    *reports.routes,
    *reviews.routes,
    *wallet.routes,
    *packets.routes,
    *push.routes,
    *handshake.routes,
    *operators.routes,
    *ops.routes,
    *installing.routes,
    *metrics.routes,
]


class Site(Application):
    """Tornado's application with our routes. `running`: the API calls that are being answered; `answers`:
    what was answered so far."""

    def __init__(self, services: Services) -> None:
        config = services.config
        ours = proxies.networks(config.server.proxies)
        self.running: weakref.WeakSet[ApiHandler[Any]] = weakref.WeakSet()
        self.answers = Answers()
        self._by_path = _plain(ROUTES)
        super().__init__(
            ROUTES,
            default_handler_class=pages.UnknownHandler,
            log_function=self.answers.note,
            template_path=str(ROOT / "templates"),
            services=services,
            running=self.running,
            readiness=ops.Readiness(services),
            proxies=ours,
            origins=Origins(config.auth.origins, ours),
            media_origins=services.storage.origins,
        )

    def arrival(
        self, connection: HTTP1Connection, start_line: RequestStartLine, headers: HTTPHeaders
    ) -> handshake.Arrival | None:
        """Who answers a request that is a handshake; None for all others."""
        head = head_of(connection, start_line, headers)
        return None if head is None else handshake.Arrival(self, head)

    def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> Any:
        """Most paths are plain words: they are looked up, while Tornado would try one route after another."""
        handler = self._by_path.get(request.path)
        if handler is not None:
            return self.get_handler_delegate(request, handler)
        return super().find_handler(request, **kwargs)

    def get_handler_delegate(
        self,
        request: HTTPServerRequest,
        target_class: type[RequestHandler],
        target_kwargs: dict[str, Any] | None = None,
        path_args: list[bytes] | None = None,
        path_kwargs: dict[str, bytes] | None = None,
    ) -> Any:
        delegate = super().get_handler_delegate(request, target_class, target_kwargs, path_args, path_kwargs)
        streams = issubclass(target_class, StreamedHandler)
        return delegate if streams else BoundedBody(delegate, request)


def _plain(routes: Sequence[tuple[Any, ...]]) -> dict[str, type[RequestHandler]]:
    """The handlers of the routes that are one path each, by that path, unless an earlier route takes it."""
    found: dict[str, type[RequestHandler]] = {}
    for i, (pattern, *rest) in enumerate(routes):
        earlier = (route[0] for route in routes[:i])
        if (
            len(rest) == 1
            and pattern == re.escape(pattern)
            and not any(re.compile(other.removesuffix("$") + "$").match(pattern) for other in earlier)
        ):
            found[pattern] = rest[0]
    return found
