"""Which machines the server may speak to when a user, not the operator, names the address.

A host is looked up once, all its addresses must be public, and the connection goes to one of these: a name
that answers with another address the next time (DNS rebinding) gains nothing by it.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple
from urllib.parse import quote, urlsplit

import idna

#: Names that are looked up at once. A look-up that hangs holds a thread until the resolver gives up (5-30 s).
LOOKUPS = 4
LONGEST_URL = 2048

# IPv6 networks that carry an IPv4 address in them, and from which bit: RFC 4291 (compatible), 3056 (6to4),
# 6052 and 8215 (NAT64). Mapped ones and Teredo are known to `ipaddress`.
_CARRIERS = (
    (ipaddress.IPv6Network("::/96"), 96),
    (ipaddress.IPv6Network("2002::/16"), 16),
    (ipaddress.IPv6Network("64:ff9b::/96"), 96),
    (ipaddress.IPv6Network("64:ff9b:1::/48"), 96),
)


class Forbidden(ValueError):
    """An address that nobody outside may make this server speak to."""


class Target(NamedTuple):
    """A URL, taken apart and checked for its form."""

    scheme: str
    host: str  # as ASCII, without brackets
    port: int
    path: str  # with the query, percent-encoded

    @property
    def origin(self) -> str:
        default = {"http": 80, "https": 443}[self.scheme]
        return (
            f"{self.scheme}://{self.authority}" if self.port != default else f"{self.scheme}://{self._name}"
        )

    @property
    def authority(self) -> str:
        return f"{self._name}:{self.port}"

    @property
    def _name(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host


def target_of(url: str) -> Target:
    """Takes an http or https URL apart; `Forbidden` when it is none, or has a name and password in it."""
    if len(url) > LONGEST_URL or any(letter <= " " or letter == "\x7f" for letter in url) or "\\" in url:
        raise Forbidden("not an address")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Forbidden("not an address")
    if parts.scheme not in ("http", "https") or not host or port == 0 or "@" in parts.netloc or "%" in host:
        raise Forbidden("not an address of the web")
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode()
        except idna.IDNAError:
            raise Forbidden("not a name of a host")
    path = quote(parts.path or "/", safe="/%:=&~+!$,;'@()*")
    if parts.query:
        path += "?" + quote(parts.query, safe="/%:=&?~+!$,;'@()*[]")
    return Target(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path)


def is_public(text: str) -> bool:
    """Whether an address of an interface is one of the public network, whatever is wrapped in it."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False  # with a scope, as link-local ones have
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None or address.teredo is not None:
            return False
        for network, bits in _CARRIERS:
            if address in network:
                inner = (int(address) >> (128 - bits - 32)) & 0xFFFFFFFF
                return is_public(str(ipaddress.IPv4Address(inner)))
        if address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


class Addresses:
    """Looks names up. `allow`: host:port of places that may be anywhere, also without TLS: the operator named
    them. `ports`: of all other places, None for any. Not promised: that the address answers."""

    def __init__(self, allow: Collection[str] = (), ports: Collection[int] | None = None) -> None:
        self._allow = frozenset(place.lower() for place in allow)
        self._ports = ports
        self._threads = ThreadPoolExecutor(LOOKUPS, thread_name_prefix="lookup")

    def is_allowed(self, target: Target) -> bool:
        return target.authority.lower() in self._allow

    async def of(self, target: Target) -> list[str]:
        """The addresses of a target's host, each public. `Forbidden` when one is not; `OSError` when there is
        none."""
        allowed = self.is_allowed(target)
        if self._ports is not None and target.port not in self._ports and not allowed:
            raise Forbidden("not a port of the web")
        loop = asyncio.get_running_loop()
        try:
            addresses = await loop.run_in_executor(self._threads, _look_up, target.host, target.port)
        except UnicodeError:
            raise Forbidden("not a name of a host")
        if not allowed and not all(map(is_public, addresses)):
            raise Forbidden("not a public address")
        return addresses

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _look_up(host: str, port: int) -> list[str]:
    # Knows the decimal, octal and hexadecimal forms of an address, too.
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[0]) for *_, place in found))
