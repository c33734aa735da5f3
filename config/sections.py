"""The sections, each setting with its type, default and limits: all of them on one page."""

from dataclasses import dataclass, field
from typing import Any


def _number(default: Any, low: float = 0, high: float = 2**53 - 1) -> Any:
    return field(default=default, metadata={"low": low, "high": high})


def _one_of(default: str, *choices: str) -> Any:
    return field(default=default, metadata={"choices": choices})


def _secret(default: str = "") -> Any:
    return field(default=default, repr=False)


@dataclass(frozen=True, slots=True)
class Server:
    host: str = "127.0.0.1"
    port: int = _number(8080, 0, 65535)
    data: str = "data"
    proxies: tuple[str, ...] = ()
    tls_cert: str = ""
    tls_key: str = ""
    tls_only_seconds: int = _number(31536000, 0)
    max_connections: int = _number(10000, 1)
    drain_seconds: float = _number(8.0, 0, 9)
    backlog: int = _number(1024, 1, 65535)
    min_free_bytes: int = _number(134217728)
    log_level: str = _one_of("info", "debug", "info", "warning", "error")


@dataclass(frozen=True, slots=True)
class Database:
    url: str = _secret()
    workers: int = _number(4, 1, 64)
    deadline_s: float = _number(8.0, 0.1, 300)


@dataclass(frozen=True, slots=True)
class Broker:
    url: str = _secret()
    prefix: str = "magpie"


@dataclass(frozen=True, slots=True)
class Storage:
    backend: str = _one_of("local", "local", "oss")
    path: str = ""
    oss_endpoint: str = ""
    oss_bucket: str = ""
    oss_region: str = ""
    oss_key_id: str = ""
    oss_key_secret: str = _secret()
    oss_browser_endpoint: str = ""
    oss_cname: bool = False
    oss_public_url: str = ""
    oss_signed_seconds: int = _number(3600, 1, 7 * 86400)
    oss_deadline: float = _number(15.0, 0.1, 3600)


@dataclass(frozen=True, slots=True)
class Auth:
    origins: tuple[str, ...] = ()
    idle_days: float = _number(7.0, 0.001, 3650)
    absolute_days: float = _number(30.0, 0.001, 3650)
    hash_queue: int = _number(32, 1, 100000)
    passwd_min: int = _number(6, 6, 128)
    max_sessions: int = _number(50, 1, 100000)
    register: str = _one_of("open", "open", "invite", "closed")
    totp_key: str = _secret()

    @property
    def idle_ms(self) -> int:
        return round(self.idle_days * 86_400_000)


def _rate(default: float) -> Any:
    return _number(default, 1e-6, 1e6)


def _burst(default: int) -> Any:
    return _number(default, 1, 1000000)


#: No message takes more bytes of memory: four texts of 64 KiB, four bytes a character.
_MOST_OF_A_MESSAGE = 1 << 21


@dataclass(frozen=True, slots=True)
class Limits:
    enabled: bool = True
    request_rate: float = _rate(50.0)
    request_burst: int = _burst(300)
    pace_rate: float = _rate(250.0)
    pace_burst: int = _burst(200)
    guest_connections_most: int = _number(200, 1)
    user_connections_most: int = _number(30, 1)
    sockets_most: int = _number(50, 1)
    unread_bytes_most: int = _number(8388608)
    unread_bytes_total: int = _number(268435456)
    frame_rate: float = _rate(200.0)
    frame_burst: int = _burst(2000)
    held_back_rate: float = _rate(0.1)
    held_back_burst: int = _burst(30)
    message_rate: float = _rate(20.0)
    message_burst: int = _burst(60)
    stored_kib_rate: float = _rate(2.0)
    stored_kib_burst: int = _burst(65536)
    queued_bytes_most: int = _number(4194304, _MOST_OF_A_MESSAGE)
    queued_bytes_total: int = _number(33554432, _MOST_OF_A_MESSAGE)
    waiting_bytes_most: int = _number(2097152, _MOST_OF_A_MESSAGE)
    waiting_bytes_total: int = _number(33554432, _MOST_OF_A_MESSAGE)
    login_rate: float = _rate(0.2)
    login_burst: int = _burst(10)
    account_login_rate: float = _rate(0.01)
    account_login_burst: int = _burst(20)
    hashes_most: int = _burst(8)
    register_rate: float = _rate(0.05)
    register_burst: int = _burst(20)
    qr_rate: float = _rate(0.2)
    qr_burst: int = _burst(30)
    qr_poll_rate: float = _rate(1.0)
    qr_poll_burst: int = _burst(10)
    find_rate: float = _rate(2.0)
    find_burst: int = _burst(30)
    contact_rate: float = _rate(1.0)
    contact_burst: int = _burst(30)
    upload_rate: float = _rate(1.0)
    upload_burst: int = _burst(20)
    anonymous_upload_rate: float = _rate(0.002)
    anonymous_upload_burst: int = _burst(5)
    uploads_most: int = _number(8)
    uploads_total: int = _number(200)
    address_uploads_most: int = _number(40)
    spool_bytes_most: int = _number(134217728)
    spool_bytes_total: int = _number(1073741824)
    slow_downloads_most: int = _number(100)
    slow_downloads_total: int = _number(1000)
    media_jobs_most: int = _number(20, 0)
    media_jobs_total: int = _number(100, 0)
    preview_rate: float = _rate(0.1)
    preview_burst: int = _burst(20)
    previews_most: int = _number(20, 1)
    previews_total: int = _number(200, 1)
    exports_most: int = _number(1, 1)
    exports_total: int = _number(8, 1)


@dataclass(frozen=True, slots=True)
class Messages:
    max_queue: int = _number(20000, 1)
    max_batch: int = _number(256, 1, 10000)
    recall_window: int = _number(120, -1)
    readers_max_members: int = _number(500, 0)
    edit_window: int = _number(86400, -1)


@dataclass(frozen=True, slots=True)
class Uploads:
    max_bytes: int = _number(33554432, 1)
    anonymous_max_bytes: int = _number(2097152, 0)
    quota_bytes: int = _number(2147483648, 0)
    unattached_seconds: int = _number(3600, 1)
    max_pixels: int = _number(40000000, 1)
    max_frame_pixels: int = _number(1000000000, 1)
    transcode_voice: bool = True


@dataclass(frozen=True, slots=True)
class Previews:
    enabled: bool = True
    allow: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contacts:
    strangers: bool = False
    approval: str = _one_of("auto", "auto", "request", "none")


@dataclass(frozen=True, slots=True)
class Communities:
    max_owned: int = _number(5, 0, 100000)
    max_members: int = _number(2000, 1, 1000000)
    history: bool = False
    mention_all: str = _one_of("owner", "owner", "members")


@dataclass(frozen=True, slots=True)
class Moderation:
    words: str = ""


@dataclass(frozen=True, slots=True)
class Wallet:
    enabled: bool = True
    welcome: int = _number(10000, 0, 10**9)


@dataclass(frozen=True, slots=True)
class Push:
    contact: str = ""
    allow: tuple[str, ...] = ()
    ttl: int = _number(3600, 1, 2419200)
    key: str = _secret()
    silent: tuple[str, ...] = ("push.services.mozilla.com",)


@dataclass(frozen=True, slots=True)
class Hub:
    queue_bytes: int = _number(1048576, 65536)
    heartbeat: int = _number(25, 1, 3600)
    ping_interval: float = _number(30.0, 1, 3600)
    ping_timeout: float = _number(20.0, 1, 3600)
    max_frame: int = _number(65536, 1024, 16777216)
    bad_frames: int = _number(20, 1, 100000)
    transport: str = _one_of("direct", "direct", "stream")
    typing_max_members: int = _number(200, 0, 1000000)
    offline_delay: float = _number(5.0, 0, 3600)


@dataclass(frozen=True, slots=True)
class Metrics:
    host: str = "127.0.0.1"
    port: int = _number(0, 0, 65535)
    token: str = _secret()
