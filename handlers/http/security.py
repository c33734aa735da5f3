"""What a request shows of its sender, and what a browser is told about the answer: pure functions."""

import ipaddress
import re
from collections.abc import Mapping
from functools import lru_cache

from tornado.httputil import HTTPServerRequest

#: A session cookie names its user, so that two tabs can hold two users.
COOKIE = re.compile(r"(?:__Host-)?im_([1-9][0-9]{0,15})\Z")
#: More accounts than this in one browser are not looked at.
MAX_COOKIES = 16


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


#: Seconds for which a browser is known again: as long as browsers keep a cookie.
DEVICE_SECONDS = 365 * 86400
_DEVICE = re.compile(r"[\w-]{43}\Z", re.ASCII)


def device_cookie(secure: bool) -> str:
    """The name of the cookie by which the accounts of a browser know it. It opens nothing."""
    return f"{'__Host-' if secure else ''}im_device"


def device_token(request: HTTPServerRequest, secure: bool) -> str:
    """What a browser got at an earlier log-in, or ""."""
    morsel = request.cookies.get(device_cookie(secure))
    return morsel.value if morsel is not None and _DEVICE.match(morsel.value) else ""


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


@lru_cache(256)
def browser_rules(
    own_host: str, secure: bool, media: tuple[str, ...], tls_only_seconds: int = 0
) -> Mapping[str, str]:
    """The security headers of every answer. Scripts come from our own files only; nobody may frame us.
    `tls_only_seconds`: for how long a browser that came by TLS uses nothing else for this host, 0 =
    unsaid."""
    outside = "".join(f" {origin}" for origin in media)
    sockets = f" ws://{own_host} wss://{own_host}" if own_host else ""  # older Safari: 'self' is not ws
    policy = [
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        f"img-src 'self' data: blob: https:{outside}",
        f"media-src 'self' data: blob: https:{outside}",
        "font-src 'self' data:",
        "worker-src 'self'",
        "manifest-src 'self'",
        f"connect-src 'self' blob:{sockets}",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
    if secure:
        policy.append("upgrade-insecure-requests")
    tls_only = {"Strict-Transport-Security": f"max-age={tls_only_seconds}"}
    return {
        "Cache-Control": "no-store",
        **(tls_only if secure and tls_only_seconds and _has_a_name(own_host) else {}),
        "Content-Security-Policy": "; ".join(policy),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin",  # a classic page's URL has the token in it
        "Permissions-Policy": "microphone=(self), camera=(self), geolocation=(self)",
        "Cross-Origin-Opener-Policy": "same-origin",
    }


def _has_a_name(host: str) -> bool:
    """A browser remembers Strict-Transport-Security for a whole host, whatever its ports. Addresses are
    left out, as RFC 6797 says, and so is this machine, where other things are developed over plain HTTP."""
    name = re.sub(r":[0-9]+\Z", "", host).rstrip(".")
    if not name or name == "localhost" or name.endswith(".localhost"):
        return False
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return True
    return False
