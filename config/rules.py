"""What settings must have in common, and what some texts must look like."""

import ipaddress
import re
from typing import TYPE_CHECKING

from config.errors import ConfigError

if TYPE_CHECKING:
    from config import Config

#: A page's origin as browsers send it; a last slash does no harm. Pages inside an app have schemes of their
#: own (`capacitor://localhost`), or no host at all (`file://`).
_ORIGIN = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://[^/\s?#@*]*/?|null")

#: A machine and its port, as they stand in an address.
_PLACE = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}")

#: Where the operator is reached (RFC 8292, 2.1).
_CONTACT = re.compile(r"mailto:[^@\s]+@[^@\s]+|https://[^\s/]+\S*")

#: A token as it can stand in a header (RFC 6750), too long to be guessed.
_TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]{16,}=*")


def check_together(config: "Config") -> None:
    """Rules that need more than one value, or know what a text must look like."""
    server, storage = config.server, config.storage
    if bool(server.tls_cert) != bool(server.tls_key):
        raise ConfigError("server.tls_cert and server.tls_key: give both or neither")
    if not server.data.strip():
        raise ConfigError("server.data: expected a directory, got nothing")  # it would be the one we stand in
    if config.hub.ping_timeout > config.hub.ping_interval:
        raise ConfigError("hub.ping_timeout: may not be longer than hub.ping_interval")
    for name in ("spool_bytes_most", "spool_bytes_total"):
        if 0 < getattr(config.limits, name) < config.uploads.max_bytes:
            raise ConfigError(f"limits.{name}: may not be less than uploads.max_bytes")
    if config.limits.frame_rate < config.limits.message_rate:
        raise ConfigError("limits.frame_rate: may not be lower than limits.message_rate")
    for proxy in server.proxies:
        try:
            ipaddress.ip_network(proxy, strict=False)
        except ValueError:
            raise ConfigError(f"server.proxies: {proxy!r} is neither an address nor a network") from None
    for origin in config.auth.origins:
        if not _ORIGIN.fullmatch(origin) or re.fullmatch(r"https?:///?", origin, re.IGNORECASE):
            raise ConfigError(f"auth.origins: {origin!r} is not of the form https://host[:port]")
    for place in config.previews.allow:
        if not _PLACE.fullmatch(place):
            raise ConfigError(f"previews.allow: {place!r} is not of the form host:port")
    if storage.backend == "oss":
        for key in ("oss_endpoint", "oss_bucket", "oss_region", "oss_key_id", "oss_key_secret"):
            if not getattr(storage, key):
                raise ConfigError(f"storage.{key}: needed when storage.backend is oss")
    if storage.oss_public_url and not re.match(r"https?://[^/\s]+", storage.oss_public_url):
        raise ConfigError("storage.oss_public_url: expected http:// or https://")
    if config.push.contact and not _CONTACT.fullmatch(config.push.contact):
        raise ConfigError("push.contact: expected mailto:… or https://…")
    for place in config.push.allow:
        if not _PLACE.fullmatch(place):
            raise ConfigError(f"push.allow: {place!r} is not of the form host:port")
    if config.metrics.token and not _TOKEN.fullmatch(config.metrics.token):
        raise ConfigError("metrics.token: expected 16 characters or more of letters, digits and - . _ ~ + /")
