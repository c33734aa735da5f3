"""Requests as they arrive, for what is decided before a handler sees them."""

from types import SimpleNamespace

from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine


def request(remote: str = "192.0.2.1", protocol: str = "http", **headers: str) -> HTTPServerRequest:
    """A request as it comes in from `remote`; header names with _ for -."""
    given = HTTPHeaders({name.replace("_", "-"): value for name, value in headers.items()})
    context = SimpleNamespace(remote_ip=remote, protocol=protocol)
    given.setdefault("Host", "chat.example.com")
    return HTTPServerRequest(
        connection=SimpleNamespace(context=context),
        headers=given,
        start_line=RequestStartLine("POST", "/user/login", "HTTP/1.1"),
    )
