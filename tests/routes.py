"""The server's own route table, spelled out as paths."""

import re

from handlers.http.gate import ApiHandler
from handlers.http.site import ROUTES
from protocol.declare import Access

_ALTERNATIVES = re.compile(r"\(\?:([^()]*)\)")


def paths(pattern: str) -> list[str]:
    """The paths that a pattern stands for: ``/contact/(?:friend|loadfriend)`` is two."""
    found = _ALTERNATIVES.search(pattern)
    if not found:
        return [pattern.replace("\\.", ".")]
    return [
        path
        for word in found[1].split("|")
        for path in paths(pattern[: found.start()] + word + pattern[found.end() :])
    ]


#: Every API call: its path and its handler.
API: list[tuple[str, type[ApiHandler]]] = [
    (path, route[1]) for route in ROUTES if issubclass(route[1], ApiHandler) for path in paths(route[0])
]


def api(*access: Access) -> list[str]:
    """The paths of the calls with one of these policies."""
    return [path for path, handler in API if handler.call.access in access]
