"""Whose pages may call: our own, and those of `auth.origins`."""

import logging
import re
import time
from collections.abc import Sequence

import idna
from tornado.httputil import HTTPServerRequest

from handlers.http import proxies

log = logging.getLogger("magpie.origins")

_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
#: Seconds until the same refusal is told again, and how many different ones are remembered: they can be
#: made up.
_QUIET_SECONDS, _MOST_TOLD = 600, 20
#: Characters of an origin that are shown.
_SHOWN = 200


class Origins:
    """The judge of `Origin`. `listed`: `auth.origins`; `ours`: the networks of `server.proxies`."""

    def __init__(self, listed: Sequence[str], ours: proxies.Networks) -> None:
        self._listed, self._ours = frozenset(map(normal, listed)), ours
        self._told: dict[tuple[str, ...], float] = {}

    def lists(self, origin: str) -> bool:
        """`origin` is one of `auth.origins`."""
        return normal(origin) in self._listed

    def allow(self, request: HTTPServerRequest) -> bool:
        """May a page that sent this request act here? Why not is told in the log.

        A request without `Origin` is judged by `Sec-Fetch-Site`; without both it comes from no browser of
        today and can carry no cookie that another site made it send (SameSite=Lax).
        """
        given = request.headers.get_list("Origin")
        if not given:
            return request.headers.get("Sec-Fetch-Site", "none") in ("same-origin", "none")
        if len(given) > 1:
            return False
        scheme = proxies.scheme(request, self._ours)
        own = [f"{scheme}://{host}" for host in proxies.hosts(request, self._ours)]
        allowed = normal(given[0]) in map(normal, own) or self.lists(given[0])
        if not allowed:
            self._tell(request, given[0], own)
        return allowed

    def _tell(self, request: HTTPServerRequest, origin: str, own: Sequence[str]) -> None:
        """What was compared, so that an operator sees which header of their proxy is missing."""
        refusal, now = (origin[:_SHOWN], *own), time.monotonic()
        if now - self._told.get(refusal, -_QUIET_SECONDS) < _QUIET_SECONDS:
            return
        if len(self._told) >= _MOST_TOLD:
            self._told = {key: told for key, told in self._told.items() if now - told < _QUIET_SECONDS}
            if len(self._told) >= _MOST_TOLD:
                return
        self._told[refusal] = now
        forwarded = sorted(name for name in request.headers if name.startswith(("X-Forwarded", "Forwarded")))
        log.info(
            "refused origin=%r own=%s listed=%d proxy=%s forwarded=%s",
            origin[:_SHOWN],
            ",".join(own) or "-",
            len(self._listed),
            "yes" if proxies.from_proxy(request, self._ours) else f"no ({request.remote_ip})",
            ",".join(forwarded)[:_SHOWN] or "-",
        )


def normal(origin: str) -> str:
    """`origin` in the one way browsers write it: small letters, no default port, hosts in ASCII, no last
    slash."""
    name, mark, host = origin.strip().lower().partition("://")
    host = host.removesuffix("/").removesuffix(_DEFAULT_PORTS.get(name, ""))
    if not host.isascii():
        host, port = re.fullmatch(r"(.*?)(:\d+)?", host, re.DOTALL).groups("")  # type: ignore[union-attr]
        try:
            host = idna.encode(host, uts46=True).decode() + port
        except idna.IDNAError:
            return origin
    return f"{name}{mark}{host}"
