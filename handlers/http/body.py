"""The body of a call: kept from Tornado, bounded, and read as fields."""

from collections.abc import Awaitable

from tornado.httputil import (
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerRequest,
    RequestStartLine,
    ResponseStartLine,
)
from tornado.web import HTTPError

from handlers.http.streams import PacedStream
from protocol.errors import BadArgument, TooLarge
from protocol.forms import Form
from protocol.limits import MAX_BODY_BYTES

#: Seconds in which the body of a call has to arrive.
BODY_SECONDS = 60


class BoundedBody(HTTPMessageDelegate):
    """Keeps a body from Tornado, which would buffer all of it and parse it its own way.

    One that is too large is read to its end and thrown away, because a browser that is still sending would
    not see an answer. A handler that streams (`handlers.http.streamed`) reads its own.
    """

    def __init__(self, inner: HTTPMessageDelegate, request: HTTPServerRequest) -> None:
        self._inner, self._request = inner, request
        self._chunks: list[bytes] = []
        self._size = 0

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        stream = getattr(self._request.connection, "stream", None)
        if isinstance(stream, PacedStream):
            stream.receive(BODY_SECONDS)
        return self._inner.headers_received(start_line, headers)

    def data_received(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if self._size <= MAX_BODY_BYTES:
            self._chunks.append(chunk)
        else:
            self._chunks.clear()

    def finish(self) -> None:
        body = b"".join(self._chunks) if self._size <= MAX_BODY_BYTES else None
        setattr(self._request, _KEPT, body)
        # Tornado would read the body it has not got, and answer HTTP 400 for a multipart one, or one that is
        # said to be compressed, before any handler can answer as calls are answered.
        self._request._parse_body = _leave_body  # type: ignore[method-assign]
        self._inner.finish()

    def on_connection_close(self) -> None:
        self._inner.on_connection_close()


_KEPT = "bounded_body"


def _leave_body() -> None:
    """In the place of Tornado's reading."""


def body_of(request: HTTPServerRequest) -> bytes:
    """The bytes of a small body, or `TooLarge`."""
    body: bytes | None = getattr(request, _KEPT)
    if body is None:
        raise TooLarge()
    return body


def form_of(request: HTTPServerRequest) -> Form:
    """The fields of a small body: a form's or JSON's."""
    body = body_of(request)
    kind, _, options = request.headers.get("Content-Type", "").lower().partition(";")
    kind = kind.strip()
    if kind == "application/json":
        return Form.from_json(body)
    if kind in ("application/x-www-form-urlencoded", "") or not body:
        return Form.from_urlencoded(body)
    if kind == "multipart/form-data" and "boundary=" not in options:
        raise HTTPError(400)  # broken: no browser sends that
    raise BadArgument("不支持的 Content-Type", "Content-Type must be a form or JSON")
