"""Where the server and where browsers find a bucket.

A server inside Aliyun speaks to the bucket by an address that browsers cannot reach, and a bucket may have a
domain of its own, where its name is no part of the address.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import config

_ENDPOINT = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
_ALIYUN = ".aliyuncs.com"
_INTERNAL = "-internal" + _ALIYUN


def endpoint_of(settings: config.Storage) -> str:
    """By which the server itself speaks to OSS; ValueError names a wrong setting."""
    return _checked(settings.oss_endpoint, "oss_endpoint")


def browser_endpoint_of(settings: config.Storage) -> str:
    """By which browsers do: the one that is set for them, else the server's, or where that is an internal one
    its public counterpart."""
    if settings.oss_browser_endpoint:
        return _checked(settings.oss_browser_endpoint, "oss_browser_endpoint")
    endpoint = endpoint_of(settings)
    host = urlsplit(endpoint).netloc
    if host.endswith(_INTERNAL):
        return f"https://{host.removesuffix(_INTERNAL)}{_ALIYUN}"
    return endpoint


def is_own_domain(settings: config.Storage, endpoint: str) -> bool:
    """Whether `endpoint` is the bucket itself, a CNAME to it."""
    return settings.oss_cname and not (urlsplit(endpoint).hostname or "").endswith(_ALIYUN)


def bucket_of(settings: config.Storage) -> str:
    if not _BUCKET.fullmatch(settings.oss_bucket):
        raise ValueError(
            f"storage.oss_bucket must be 3-63 small letters, digits or hyphens, not {settings.oss_bucket!r}"
        )
    return settings.oss_bucket


def origin_of(url: str) -> str:
    """https://host[:port] of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _checked(text: str, name: str) -> str:
    endpoint = (text if "://" in text else "https://" + text).removesuffix("/")
    if not _ENDPOINT.fullmatch(endpoint):
        raise ValueError(f"storage.{name} must be like https://oss-cn-hangzhou.aliyuncs.com, not {text!r}")
    return endpoint
