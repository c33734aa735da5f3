"""Settings: the whole list, with names, types, defaults and limits. `docs/settings.md` explains each.

Where they come from is `start/settings.py`: `config.yaml`, environment variables, the command line. A key
that is not here, or a value of another type, stops the start with one line that names it.
"""

from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from config.errors import ConfigError
from config.rules import check_together
from config.sections import (
    Auth,
    Broker,
    Communities,
    Contacts,
    Database,
    Hub,
    Limits,
    Messages,
    Metrics,
    Moderation,
    Previews,
    Push,
    Server,
    Storage,
    Uploads,
    Wallet,
)

__all__ = [
    "DATABASES",
    "SECTIONS",
    "Auth",
    "Broker",
    "Communities",
    "Config",
    "ConfigError",
    "Contacts",
    "Database",
    "Hub",
    "Limits",
    "Messages",
    "Metrics",
    "Moderation",
    "Previews",
    "Push",
    "Server",
    "Storage",
    "Uploads",
    "Wallet",
]

#: What a database is called in an address, by what platforms and other libraries call it. A driver's name
#: behind it, `postgresql+psycopg`, is left out.
DATABASES = {
    "sqlite": "sqlite",
    "mysql": "mysql",
    "mariadb": "mysql",
    "postgresql": "postgresql",
    "postgres": "postgresql",
}


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
    previews: Previews = field(default_factory=Previews)
    contacts: Contacts = field(default_factory=Contacts)
    communities: Communities = field(default_factory=Communities)
    moderation: Moderation = field(default_factory=Moderation)
    wallet: Wallet = field(default_factory=Wallet)
    push: Push = field(default_factory=Push)
    hub: Hub = field(default_factory=Hub)
    metrics: Metrics = field(default_factory=Metrics)

    def __post_init__(self) -> None:
        """Raises `ConfigError` when settings contradict each other, or a text is not what it has to be."""
        check_together(self)

    @property
    def data(self) -> Path:
        """The data directory, absolute."""
        return Path(self.server.data).expanduser().absolute()

    @property
    def words(self) -> Path | None:
        """`moderation.words`, from the data directory on; None for no list."""
        return self.data / Path(self.moderation.words).expanduser() if self.moderation.words else None

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
