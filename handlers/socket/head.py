"""The head of a request that can be a handshake, looked at for what a handshake needs."""

import re
import time

from tornado.escape import parse_qs_bytes
from tornado.http1connection import HTTP1Connection
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine, parse_request_start_line

from handlers.http.heads import plain_head

#: How our page and the classic ones ask. Anything else that means the same is read the long way.
_USUAL = re.compile(r"id=([0-9]+)&token=([A-Za-z0-9_-]*)(?:&v=(2))?")
#: A host that nobody has to think about.
_HOST = re.compile(r"[A-Za-z0-9._-]+(?::[0-9]+)?|\[[0-9A-Fa-f:.]+\](?::[0-9]+)?")
#: Fields of a query that are read, as of Tornado's.
_MOST_FIELDS = 1000


def plain_handshake(data: bytes) -> tuple[RequestStartLine, HTTPHeaders] | None:
    """What Tornado makes of `data`, if that is one plain head which may ask for a socket; None for all else,
    which is left to Tornado."""
    if not data.startswith(b"GET /chat?"):
        return None
    plain = plain_head(data)
    if plain is None or "Expect" in plain[1]:
        return None
    return parse_request_start_line(plain[0]), plain[1]


class Head(HTTPServerRequest):
    """As Tornado's, without what a handshake has none of: a body, files, their arguments. That takes half of
    the time of making one. `complete` makes up for it where a handler is going to answer."""

    def __init__(
        self,
        connection: HTTP1Connection,
        start_line: RequestStartLine,
        headers: HTTPHeaders,
        query: str,
        arguments: dict[str, list[bytes]],
    ) -> None:
        self._start_line = start_line
        self.method, self.uri, self.version = start_line
        self.path, self.query, self.query_arguments = "/chat", query, arguments
        self.headers, self.connection = headers, connection
        context = connection.context
        self.remote_ip, self.protocol = (
            getattr(context, "remote_ip", None),
            getattr(context, "protocol", "http"),
        )
        self._start_time, self._finish_time = time.time(), None

    def complete(self) -> None:
        """Raises `HTTPInputError` as Tornado's does."""
        begun = self._start_time
        super().__init__(connection=self.connection, start_line=self._start_line, headers=self.headers)
        self._start_time = begun


def head_of(connection: HTTP1Connection, start_line: RequestStartLine, headers: HTTPHeaders) -> Head | None:
    """None for a request that is no handshake: not a GET of ``/chat``, or with a body; and for what is better
    refused by whoever knows all about requests."""
    path, _, query = start_line.path.partition("?")
    if path != "/chat" or start_line.method != "GET":
        return None
    if headers.get("Content-Length", "0") != "0" or "Transfer-Encoding" in headers:
        return None
    if not _HOST.fullmatch(headers.get("Host", "")):
        return None
    if usual := _USUAL.fullmatch(query):
        names = ("id", "token", "v")
        arguments = {
            name: [value.encode()] for name, value in zip(names, usual.groups()) if value is not None
        }
    else:
        try:
            arguments = parse_qs_bytes(query, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
        except ValueError:
            return None
    return Head(connection, start_line, headers, query, arguments)
