"""Who sent a request, from where, and what a browser is told about the answer: pure functions of a request.

`X-Forwarded-For`, `-Proto` and `-Host` count only when the connection comes from one of `server.proxies`.
"""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tornado.httputil import HTTPServerRequest

if TYPE_CHECKING:
    from config import Storage

#: A session cookie names its user, so that two tabs can hold two users.
COOKIE = re.compile(r"(?:__Host-)?im_([1-9][0-9]{0,15})\Z")
#: More accounts than this in one browser are not looked at.
MAX_COOKIES = 16

_HOST = re.compile(r"[A-Za-z0-9._\-]+(:[0-9]{1,5})?\Z|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?\Z")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Networks = Sequence[Network]


def networks(proxies: Sequence[str]) -> Networks:
    """The addresses and networks of `server.proxies`, ready to be compared."""
    return tuple(ipaddress.ip_network(proxy, strict=False) for proxy in proxies)


def is_proxy(address: str, proxies: Networks) -> bool:
    """`address` is one of `server.proxies`."""
    if not proxies:
        return False
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    return any(parsed.version == network.version and parsed in network for network in proxies)


def is_local(address: str) -> bool:
    """`address` is this machine's own."""
    try:
        return ipaddress.ip_address(address.removeprefix("::ffff:")).is_loopback
    except ValueError:
        return False


def is_local_probe(request: HTTPServerRequest) -> bool:
    """The request was made on this machine, and not by a proxy for somebody else."""
    return is_local(request.remote_ip or "") and not any(
        name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-Ip")
    )


def client_address(request: HTTPServerRequest, proxies: Networks) -> str:
    """The caller's address: the last in X-Forwarded-For that is not a proxy of ours."""
    address = request.remote_ip or ""
    if not is_proxy(address, proxies):
        return address
    for hop in reversed(",".join(request.headers.get_list("X-Forwarded-For")).split(",")):
        hop = hop.strip()
        try:
            ipaddress.ip_address(hop)
        except ValueError:
            break
        address = hop
        if not is_proxy(hop, proxies):
            break
    return address


def scheme(request: HTTPServerRequest, proxies: Networks) -> str:
    """ "https" when the browser speaks TLS, to us or to a proxy of ours."""
    if is_proxy(request.remote_ip or "", proxies):
        forwarded = request.headers.get("X-Forwarded-Proto", "").rpartition(",")[2].strip().lower()
        if forwarded in ("http", "https"):
            return forwarded
    return request.protocol


def host(request: HTTPServerRequest, proxies: Networks) -> str:
    """The host[:port] that the browser asked for, "" when it is not a host."""
    name = request.headers.get("Host", "")
    if is_proxy(request.remote_ip or "", proxies):
        name = request.headers.get("X-Forwarded-Host", name).rpartition(",")[2].strip()
    return name.lower() if _HOST.match(name) else ""


def origin_listed(origin: str, origins: Sequence[str]) -> bool:
    """`origin` is one of `auth.origins`."""
    return any(_same_origin(origin, listed) for listed in origins)


def origin_allowed(request: HTTPServerRequest, proxies: Networks, origins: Sequence[str]) -> bool:
    """May a page that sent this request act here? Only one of our own or of `auth.origins`.

    A request without `Origin` is judged by `Sec-Fetch-Site`; without both it comes from no browser of today
    and can carry no cookie that another site made it send (SameSite=Lax).
    """
    given = request.headers.get_list("Origin")
    if not given:
        return request.headers.get("Sec-Fetch-Site", "none") in ("same-origin", "none")
    if len(given) > 1:
        return False
    own_host = host(request, proxies)
    own = f"{scheme(request, proxies)}://{own_host}"
    return bool(own_host and _same_origin(given[0], own)) or origin_listed(given[0], origins)


def _same_origin(one: str, other: str) -> bool:
    return _normal(one) == _normal(other)


def _normal(origin: str) -> str:
    origin = origin.lower()
    name, _, _ = origin.partition("://")
    return origin.removesuffix(_DEFAULT_PORTS.get(name, ""))


def cookie_name(user_id: int, secure: bool) -> str:
    """Under TLS the `__Host-` prefix keeps other hosts of the domain from planting a session."""
    return f"{'__Host-' if secure else ''}im_{user_id}"


def cookie_tokens(request: HTTPServerRequest, secure: bool) -> dict[int, str]:
    """The session tokens among the cookies, by the user they name."""
    tokens: dict[int, str] = {}
    for name, morsel in request.cookies.items():
        match = COOKIE.match(name)
        if match and name == cookie_name(int(match[1]), secure) and len(tokens) < MAX_COOKIES:
            tokens[int(match[1])] = morsel.value
    return tokens


def bearer_token(request: HTTPServerRequest) -> str:
    """The token of `Authorization: Bearer …`, or ""."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def language(request: HTTPServerRequest) -> str:
    """ "en" when the caller prefers it to Chinese, otherwise "zh"."""
    best, quality = "zh", 0.0
    for item in request.headers.get("Accept-Language", "")[:200].split(","):
        tag, _, weight = item.partition(";")
        try:
            given = float(weight.strip().removeprefix("q=")) if weight else 1.0
        except ValueError:
            continue
        name = tag.strip().lower().partition("-")[0]
        if name in ("zh", "en") and given > quality:
            best, quality = name, given
    return best


def media_origins(storage: "Storage") -> tuple[str, ...]:
    """Where a browser is sent for media besides our own host: the bucket's public address and its
    endpoint."""
    if storage.backend != "oss":
        return ()
    found = []
    for url in (storage.oss_public_url, storage.oss_endpoint):
        parts = urlsplit(url if "://" in url else f"https://{url}")
        if parts.netloc:
            found.append(f"{parts.scheme}://{parts.netloc}")
            if url == storage.oss_endpoint:
                found.append(f"{parts.scheme}://{storage.oss_bucket}.{parts.netloc}")
    return tuple(found)


@lru_cache(256)
def browser_rules(own_host: str, secure: bool, media: tuple[str, ...]) -> Mapping[str, str]:
    """The security headers of every answer. Scripts come from our own files only; nobody may frame us."""
    outside = "".join(f" {origin}" for origin in media)
    sockets = f" ws://{own_host} wss://{own_host}" if own_host else ""  # older Safari: 'self' is not ws
    policy = [
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        f"img-src 'self' data: blob: https:{outside}",
        f"media-src 'self' data: blob: https:{outside}",
        "font-src 'self' data:",
        f"connect-src 'self' blob:{sockets}",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
    if secure:
        policy.append("upgrade-insecure-requests")
    return {
        "Content-Security-Policy": "; ".join(policy),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin",  # a classic page's URL has the token in it
        "Permissions-Policy": "microphone=(self), camera=(self), geolocation=(self)",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
