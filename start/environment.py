"""Which environment variables are settings of ours, and which only look like it.

`MAGPIE_<SECTION>_<KEY>` are ours, and `IM_<SECTION>_<KEY>` as they were called before. The environment
belongs to others too: Debian's input methods set ``IM_CONFIG_PHASE``, and Kubernetes gives every container
of a namespace some variables for each Service, ``MAGPIE_PORT=tcp://10.0.0.1:80`` for one named `magpie`.
Those change nothing.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from config import ConfigError

PREFIX, OLD_PREFIX = "MAGPIE_", "IM_"

#: What Kubernetes and Docker's links call their variables, whatever the Service is called.
_OF_SERVICES = re.compile(
    r"(MAGPIE|IM)(_[A-Z0-9_]+)?_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(ADDR|PORT|PROTO))?)?"
    r"|ENV_.+|NAME)",
    re.DOTALL,
)
#: The value of the one that has the name of a setting as well: MAGPIE_SERVER_PORT, for a Service
#: `magpie-server`.
_SERVICE_ADDRESS = re.compile(r"(tcp|udp|sctp)://", re.IGNORECASE)
#: Addresses of databases as platforms give them to every application.
_DATABASE = re.compile(r"(postgres(ql)?|mysql|mariadb)2?(\+\w+)?://", re.IGNORECASE)


@dataclass(slots=True)
class Found:
    """The environment, read. `texts`: by (section, key), the variable and its text. `remarks`: lines for
    the log on what was left out."""

    texts: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def env_name(section: str, key: str) -> str:
    """``MAGPIE_SERVER_PORT``."""
    return f"{PREFIX}{section}_{key}".upper()


def read(env: Mapping[str, str], settings: Collection[tuple[str, str]]) -> Found:
    """Our settings in `env`; `settings` are all that there are, as (section, key). A variable that is empty
    is not set. Raises `ConfigError` for one that begins with ``MAGPIE_`` and is neither a setting nor what
    a platform makes of a service's name."""
    found = Found()
    known = {env_name(*setting).removeprefix(PREFIX): setting for setting in settings}
    _take_old(env, known, found)
    _take_ours(env, known, found)
    _take_port(env, found)
    if _DATABASE.match(env.get("DATABASE_URL", "")) and ("database", "url") not in found.texts:
        found.remarks.append(f"DATABASE_URL is not read; {env_name('database', 'url')} is")
    return found


def _take_ours(env: Mapping[str, str], known: Mapping[str, tuple[str, str]], found: Found) -> None:
    for name in _named(env, PREFIX):
        setting = known.get(name.removeprefix(PREFIX))
        if setting and not _SERVICE_ADDRESS.match(env[name]):
            found.texts[setting] = name, env[name]
        elif not setting and not _OF_SERVICES.fullmatch(name):
            close = get_close_matches(name.removeprefix(PREFIX), known, n=1)
            meant = f" (did you mean {PREFIX}{close[0]}?)" if close else ""
            raise ConfigError(f"{name}: unknown setting{meant}")


def _take_old(env: Mapping[str, str], known: Mapping[str, tuple[str, str]], found: Found) -> None:
    """The old names are too common a beginning to complain about what is none of them."""
    for name in _named(env, OLD_PREFIX):
        setting = known.get(name.removeprefix(OLD_PREFIX))
        if setting and not _SERVICE_ADDRESS.match(env[name]):
            found.texts[setting] = name, env[name]
            found.remarks.append(f"{name} is the old name of {env_name(*setting)}")
        elif not setting and not _OF_SERVICES.fullmatch(name):
            found.remarks.append(f"{name} is no setting")


def _take_port(env: Mapping[str, str], found: Found) -> None:
    """PORT, by which platforms (Heroku, Railway, Render, Cloud Run) say where they will look for a server.
    Their router is another machine, so the server listens on all addresses then, as gunicorn does."""
    port = env.get("PORT", "").strip()
    if (
        ("server", "port") in found.texts
        or not re.fullmatch(r"[0-9]{1,5}", port)
        or not 0 < int(port) < 65536
    ):
        return
    found.texts["server", "port"] = "PORT", port
    found.texts.setdefault(("server", "host"), ("PORT", "0.0.0.0"))
    found.remarks.append(f"PORT={port} names the port; {env_name('server', 'port')} would be stronger")


def _named(env: Mapping[str, str], prefix: str) -> list[str]:
    return [name for name in sorted(env) if name.startswith(prefix) and env[name].strip()]
