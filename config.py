"""Settings: the whole list, with names, types, defaults and limits. `docs/settings.md` explains each.

Where they come from is `start/settings.py`: `config.yaml`, environment variables, the command line. A key
that is not here, or a value of another type, stops the start with one line that names it.
"""

import ipaddress
import re
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any


class ConfigError(Exception):
    """A setting is unknown or wrong. The text is one line that names it."""


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
class Contacts:
    strangers: bool = False


@dataclass(frozen=True, slots=True)
class Communities:
    max_owned: int = _number(5, 0, 100000)
    mention_all: str = _one_of("owner", "owner", "members")


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


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting, by section."""

    server: Server = field(default_factory=Server)
    database: Database = field(default_factory=Database)
    broker: Broker = field(default_factory=Broker)
    storage: Storage = field(default_factory=Storage)
    auth: Auth = field(default_factory=Auth)
    limits: Limits = field(default_factory=Limits)
    messages: Messages = field(default_factory=Messages)
    uploads: Uploads = field(default_factory=Uploads)
    contacts: Contacts = field(default_factory=Contacts)
    communities: Communities = field(default_factory=Communities)
    hub: Hub = field(default_factory=Hub)
    metrics: Metrics = field(default_factory=Metrics)

    def __post_init__(self) -> None:
        """Raises `ConfigError` when settings contradict each other, or a text is not what it has to be."""
        _check_together(self)

    @property
    def data(self) -> Path:
        """The data directory, absolute."""
        return Path(self.server.data).expanduser().absolute()

    @property
    def database_url(self) -> str:
        """`database.url` with the one name of its scheme, or SQLite in the data directory."""
        if not self.database.url:
            return f"sqlite:///{self.data / 'magpie.db'}"
        scheme, rest = self.database.url.split(":", 1)
        return f"{DATABASES[scheme.partition('+')[0].lower()]}:{rest}"

    @property
    def shares(self) -> Limits:
        """`limits`, with nobody's share of connections larger than half of those there may be."""
        places, limits = self.server.max_connections, self.limits
        return replace(
            limits,
            guest_connections_most=min(limits.guest_connections_most, max(1, places * 3 // 8)),
            sockets_most=min(limits.sockets_most, max(1, places // 2)),
        )

    @property
    def tls(self) -> bool:
        """True when this process itself speaks TLS."""
        return bool(self.server.tls_cert)


SECTIONS: dict[str, type] = {part.name: part.type for part in fields(Config)}  # type: ignore[misc]

#: What a database is called in an address, by what platforms and other libraries call it. A driver's name
#: behind it, `postgresql+psycopg`, is left out.
DATABASES = {
    "sqlite": "sqlite",
    "mysql": "mysql",
    "mariadb": "mysql",
    "postgresql": "postgresql",
    "postgres": "postgresql",
}
#: A page's origin as browsers send it; a last slash does no harm. Pages inside an app have schemes of their
#: own (`capacitor://localhost`), or no host at all (`file://`).
_ORIGIN = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://[^/\s?#@*]*/?|null")

#: A token as it can stand in a header (RFC 6750), too long to be guessed.
_TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]{16,}=*")


def _check_together(config: Config) -> None:
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
    if storage.backend == "oss":
        for key in ("oss_endpoint", "oss_bucket", "oss_region", "oss_key_id", "oss_key_secret"):
            if not getattr(storage, key):
                raise ConfigError(f"storage.{key}: needed when storage.backend is oss")
    if storage.oss_public_url and not re.match(r"https?://[^/\s]+", storage.oss_public_url):
        raise ConfigError("storage.oss_public_url: expected http:// or https://")
    if config.metrics.token and not _TOKEN.fullmatch(config.metrics.token):
        raise ConfigError("metrics.token: expected 16 characters or more of letters, digits and - . _ ~ + /")
