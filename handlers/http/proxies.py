"""What the proxies in front of us say of a request: whose it is, by which scheme, for which host.

Only `server.proxies` are believed. They say it by `X-Forwarded-For`, `-Proto`, `-Host` and `-Port`, as nginx,
Caddy, Traefik, load balancers and CDNs do, or by RFC 7239's `Forwarded`, which counts where the other is
missing.
"""

import ipaddress
import re
from collections.abc import Sequence
from functools import lru_cache

from tornado.httputil import HTTPServerRequest

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Networks = Sequence[Network]

_HOST = re.compile(r"[A-Za-z0-9._\-]+(:[0-9]{1,5})?\Z|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?\Z")
_PORT = re.compile(r"[0-9]{1,5}\Z")
#: An address as proxies write it: some put its port behind it, and then IPv6 stands in brackets.
_HOP = re.compile(r"\[([0-9A-Fa-f:.]+)(?:%[^\]]*)?\](?::\d{1,5})?\Z|([0-9.]+):\d{1,5}\Z")
#: One pair of a `Forwarded` header.
_PAIR = re.compile(r'([A-Za-z\-]+)=("(?:[^"\\]|\\.)*"|[^;,\s"]*)')
#: Traefik says ws and wss of a WebSocket.
_SCHEMES = {"http": "http", "https": "https", "ws": "http", "wss": "https"}
#: Hops that are looked at: a caller can write as many as fit into a header.
_MOST_HOPS = 32


def networks(proxies: Sequence[str]) -> Networks:
    """The addresses and networks of `server.proxies`, ready to be compared."""
    return tuple(ipaddress.ip_network(proxy, strict=False) for proxy in proxies)


@lru_cache(4096)
def plain_address(text: str) -> str:
    """`203.0.113.5:1234`, `[2001:db8::1%eth0]:80` or `::ffff:203.0.113.5` as the bare address; "" when it is
    none."""
    text = text.strip()
    if match := _HOP.match(text):
        text = match[1] or match[2]
    try:
        parsed = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    return str(parsed)


def from_proxy(request: HTTPServerRequest, proxies: Networks) -> bool:
    """The connection comes from one of our own proxies."""
    return is_proxy(request.remote_ip or "", proxies)


def is_proxy(address: str, proxies: Networks) -> bool:
    """`address` is one of our own proxies'."""
    plain = plain_address(address) if proxies else ""
    if not plain:
        return False
    parsed = ipaddress.ip_address(plain)
    return any(parsed.version == network.version and parsed in network for network in proxies)


def is_local(address: str) -> bool:
    """`address` is this machine's own."""
    plain = plain_address(address)
    return bool(plain) and ipaddress.ip_address(plain).is_loopback


def is_local_probe(request: HTTPServerRequest) -> bool:
    """The request was made on this machine, and not by a proxy for somebody else."""
    return is_local(request.remote_ip or "") and not any(
        name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-Ip")
    )


def client_address(request: HTTPServerRequest, proxies: Networks) -> str:
    """The caller's address, without zone or port: the last that was forwarded and is not a proxy of ours."""
    address = plain_address(request.remote_ip or "") or request.remote_ip or ""
    if not from_proxy(request, proxies):
        return address
    hops = _listed(request, "X-Forwarded-For") or _forwarded(request, "for")
    for hop in reversed(hops[-_MOST_HOPS:]):
        plain = plain_address(hop)
        if not plain:
            break
        address = plain
        if not is_proxy(plain, proxies):
            break
    return address


def scheme(request: HTTPServerRequest, proxies: Networks) -> str:
    """ "https" when the browser speaks TLS, to us or to a proxy of ours."""
    if from_proxy(request, proxies):
        told = _listed(request, "X-Forwarded-Proto") or _forwarded(request, "proto")
        if told and told[0].lower() in _SCHEMES:
            return _SCHEMES[told[0].lower()]
    return request.protocol


def hosts(request: HTTPServerRequest, proxies: Networks) -> list[str]:
    """What the browser may have asked for, as host[:port], the likeliest first. A proxy can name the host in
    `X-Forwarded-Host` or leave it in `Host`, and the port in either, or in `X-Forwarded-Port` alone."""
    names = [request.headers.get("Host", "")]
    if from_proxy(request, proxies):
        names = [*(_listed(request, "X-Forwarded-Host") or _forwarded(request, "host"))[:1], *names]
        ports = [port for port in _listed(request, "X-Forwarded-Port")[:1] if _PORT.match(port)]
        names += [f"{name}:{port}" for name in names for port in ports if not re.search(r":\d+\Z", name)]
    return list(dict.fromkeys(name.lower() for name in names if _HOST.match(name)))


def host(request: HTTPServerRequest, proxies: Networks) -> str:
    """The host[:port] that the browser asked for, "" when it is not a host."""
    return next(iter(hosts(request, proxies)), "")


def _listed(request: HTTPServerRequest, name: str) -> list[str]:
    """The values of a header that may come more than once, or with commas; that of the first hop first."""
    lines = request.headers.get_list(name)
    return [value.strip() for value in ",".join(lines).split(",")] if lines else []


def _forwarded(request: HTTPServerRequest, name: str) -> list[str]:
    """As `_listed`, what `Forwarded` says under `name`."""
    pairs = _PAIR.findall(",".join(request.headers.get_list("Forwarded")))
    return [_unquoted(value) for key, value in pairs if key.lower() == name]


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value
