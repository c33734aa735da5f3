"""Settings: `config.yaml`, then ``IM_SECTION_KEY`` environment variables, then the command line.

The dataclasses below are the whole list: names, types, defaults and limits. A key that is not here, or a
value of another type, stops the start with one line that names it. `docs/settings.md` explains each.
"""

import ipaddress
import math
import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

PREFIX = "IM_"
_BOOLS = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}
#: How types are called where a value of another one is refused. What is none of these is a list of texts.
_KINDS: dict[object, str] = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}

Value = bool | int | float | str | tuple[str, ...]


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
    max_connections: int = _number(10000, 1)
    drain_seconds: float = _number(8.0, 0, 9)
    backlog: int = _number(1024, 1, 65535)
    log_level: str = _one_of("info", "debug", "info", "warning", "error")


@dataclass(frozen=True, slots=True)
class Database:
    url: str = _secret()
    workers: int = _number(4, 1, 64)
    deadline_s: float = _number(8.0, 0.1, 300)


@dataclass(frozen=True, slots=True)
class Storage:
    backend: str = _one_of("local", "local", "oss")
    path: str = ""
    oss_endpoint: str = ""
    oss_bucket: str = ""
    oss_region: str = ""
    oss_key_id: str = ""
    oss_key_secret: str = _secret()
    oss_public_url: str = ""
    oss_signed_seconds: int = _number(3600, 1, 7 * 86400)
    oss_deadline: float = _number(15.0, 0.1, 3600)


@dataclass(frozen=True, slots=True)
class Auth:
    origins: tuple[str, ...] = ()
    idle_days: float = _number(7.0, 0.001, 3650)
    absolute_days: float = _number(30.0, 0.001, 3650)
    hash_queue: int = _number(64, 1, 100000)


def _rate(default: float) -> Any:
    return _number(default, 1e-6, 1e6)


def _burst(default: int) -> Any:
    return _number(default, 1, 1000000)


@dataclass(frozen=True, slots=True)
class Limits:
    enabled: bool = True
    request_rate: float = _rate(50.0)
    request_burst: int = _burst(100)
    message_rate: float = _rate(20.0)
    message_burst: int = _burst(60)
    login_rate: float = _rate(0.2)
    login_burst: int = _burst(10)
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
    media_jobs_most: int = _number(20, 0)
    media_jobs_total: int = _number(100, 0)


@dataclass(frozen=True, slots=True)
class Messages:
    max_queue: int = _number(20000, 1)
    max_batch: int = _number(256, 1, 10000)


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
class Config:
    """Every setting, by section."""

    server: Server = field(default_factory=Server)
    database: Database = field(default_factory=Database)
    storage: Storage = field(default_factory=Storage)
    auth: Auth = field(default_factory=Auth)
    limits: Limits = field(default_factory=Limits)
    messages: Messages = field(default_factory=Messages)
    uploads: Uploads = field(default_factory=Uploads)
    contacts: Contacts = field(default_factory=Contacts)
    communities: Communities = field(default_factory=Communities)
    hub: Hub = field(default_factory=Hub)

    @property
    def data(self) -> Path:
        """The data directory, absolute."""
        return Path(self.server.data).expanduser().absolute()

    @property
    def database_url(self) -> str:
        """`database.url`, or SQLite in the data directory."""
        return self.database.url or f"sqlite:///{self.data / 'magpie.db'}"

    @property
    def tls(self) -> bool:
        """True when this process itself speaks TLS."""
        return bool(self.server.tls_cert)


SECTIONS: dict[str, type] = {part.name: part.type for part in fields(Config)}  # type: ignore[misc]


def load_config(
    path: str | Path | None, env: Mapping[str, str], overrides: Mapping[str, object] = {}
) -> Config:
    """The settings of one process.

    `path`: a YAML file, None for the defaults alone. `env`: usually `os.environ`; only ``IM_*`` is looked at.
    `overrides`: ``{"server.port": 8080}``, the strongest. Raises `ConfigError`.
    """
    values: dict[str, dict[str, Value]] = {section: {} for section in SECTIONS}
    for section, key, value in _from_file(path):
        values[section][key] = value
    for section, key, value in _from_env(env):
        values[section][key] = value
    for name, override in overrides.items():
        section, _, key = name.partition(".")
        values[section][key] = _checked(name, _setting(section, key, name), override)
    config = Config(**{section: SECTIONS[section](**given) for section, given in values.items()})
    _check_together(config)
    return config


def env_name(section: str, key: str) -> str:
    return f"{PREFIX}{section}_{key}".upper()


def _from_file(path: str | Path | None) -> Iterator[tuple[str, str, Value]]:
    if path is None:
        return
    try:
        content = yaml.load(Path(path).read_text(encoding="utf-8"), Loader=_Loader)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {' '.join(str(error).split())}") from None
    for section, keys in _mapping(content, str(path)).items():
        if section not in SECTIONS:
            raise ConfigError(f"{path}: unknown section {section!r}{_meant(section, SECTIONS)}")
        for key, value in _mapping(keys, f"{path}: {section}").items():
            name = f"{path}: {section}.{key}"
            yield section, key, _checked(name, _setting(section, key, name), value)


def _from_env(env: Mapping[str, str]) -> Iterator[tuple[str, str, Value]]:
    known = {
        env_name(section, part.name): (section, part)
        for section in SECTIONS
        for part in fields(SECTIONS[section])
    }
    for name in sorted(env):
        if not name.startswith(PREFIX):
            continue
        if name not in known:
            raise ConfigError(f"{name}: unknown setting{_meant(name, known)}")
        section, part = known[name]
        yield section, part.name, _checked(name, part, _from_text(name, part, env[name]))


class _Loader(yaml.SafeLoader):
    """YAML that refuses a key given twice, of which PyYAML would silently take the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, str) and key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key} is given twice", key_node.start_mark
                )
            seen.add(str(key))
        return super().construct_mapping(node, deep)


def _mapping(value: object, name: str) -> dict[str, object]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ConfigError(f"{name}: expected keys with values, got {value!r}")
    return {str(key): under for key, under in value.items()}


def _setting(section: str, key: str, name: str) -> Field[Any]:
    if section not in SECTIONS:
        raise ConfigError(f"{name}: unknown section{_meant(section, SECTIONS)}")
    by_name = {part.name: part for part in fields(SECTIONS[section])}
    if key not in by_name:
        raise ConfigError(f"{name}: unknown setting{_meant(key, by_name)}")
    return by_name[key]


def _meant(word: str, known: Mapping[str, object]) -> str:
    close = get_close_matches(word, list(known), n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def _from_text(name: str, part: Field[Any], text: str) -> object:
    """The value that an environment variable's text stands for."""
    if part.type is bool:
        if text.strip().lower() not in _BOOLS:
            raise ConfigError(f"{name}: expected true or false, got {text!r}")
        return _BOOLS[text.strip().lower()]
    if part.type in (int, float):
        try:
            return part.type(text)
        except ValueError:
            raise ConfigError(f"{name}: expected {_kind(part)}, got {text!r}") from None
    if part.type is str:
        return text
    return [item.strip() for item in text.split(",") if item.strip()]


def _kind(part: Field[Any]) -> str:
    return _KINDS.get(part.type, "a list of texts")


def _checked(name: str, part: Field[Any], value: object) -> Value:
    """`value` in the setting's own type, or `ConfigError`."""
    shown = "a value that is not shown" if not part.repr else repr(value)
    wrong = ConfigError(f"{name}: expected {_kind(part)}, got {shown}")
    if part.type is float and type(value) is int:
        value = float(value)
    if part.type not in _KINDS:
        if not isinstance(value, list | tuple) or not all(type(item) is str for item in value):
            raise wrong
        return tuple(value)
    if type(value) is not part.type or not isinstance(value, bool | int | float | str):
        raise wrong
    limits = part.metadata
    if "choices" in limits and value not in limits["choices"]:
        raise ConfigError(f"{name}: expected one of {', '.join(limits['choices'])}, got {shown}")
    if "low" in limits and isinstance(value, int | float):
        low, high = limits["low"], limits["high"]
        if not (math.isfinite(value) and low <= value <= high):
            raise ConfigError(f"{name}: expected {_plain(low)} … {_plain(high)}, got {shown}")
    return value


def _plain(number: float) -> str:
    """Without an exponent: 0.000001, 1000000."""
    return f"{number:f}".rstrip("0").rstrip(".")


def _check_together(config: Config) -> None:
    """Rules that need more than one value, or know what a text must look like."""
    server, storage = config.server, config.storage
    if bool(server.tls_cert) != bool(server.tls_key):
        raise ConfigError("server.tls_cert and server.tls_key: give both or neither")
    if config.hub.ping_timeout > config.hub.ping_interval:
        raise ConfigError("hub.ping_timeout: may not be longer than hub.ping_interval")
    for proxy in server.proxies:
        try:
            ipaddress.ip_network(proxy, strict=False)
        except ValueError:
            raise ConfigError(f"server.proxies: {proxy!r} is neither an address nor a network") from None
    for origin in config.auth.origins:
        if not re.fullmatch(r"https?://[^/\s?#@]+", origin):
            raise ConfigError(f"auth.origins: {origin!r} is not of the form https://host[:port]")
    if config.database.url and urlsplit(config.database.url).scheme not in ("sqlite", "mysql", "postgresql"):
        raise ConfigError("database.url: expected sqlite://, mysql:// or postgresql://")
    if storage.backend == "oss":
        for key in ("oss_endpoint", "oss_bucket", "oss_region", "oss_key_id", "oss_key_secret"):
            if not getattr(storage, key):
                raise ConfigError(f"storage.{key}: needed when storage.backend is oss")
    if storage.oss_public_url and not re.match(r"https?://[^/\s]+", storage.oss_public_url):
        raise ConfigError("storage.oss_public_url: expected http:// or https://")
