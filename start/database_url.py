"""The address of the database, as somebody has written it."""

from urllib.parse import urlsplit

from config import DATABASES, ConfigError


def check(url: str) -> None:
    """Refuses an address that a driver would read in another way than it was meant: what it then says has a
    part of the password in it."""
    scheme = DATABASES.get(url.partition(":")[0].partition("+")[0].lower())
    if scheme is None or "://" not in url:
        raise ConfigError("database.url: expected sqlite://, mysql:// or postgresql://")
    if scheme == "sqlite":
        if not url.partition("://")[2].startswith("/"):
            raise ConfigError("database.url: expected sqlite:///path/of/the/file.db")
        return
    wrong = ConfigError(
        f"database.url: cannot be read as {scheme}://host:port/name with user and password before the host."
        " Special characters of a password are written %40 for @, %3A for :, %2F for /, %3F for ?, %23 for #"
    )
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise wrong from None
    name, rest = parts.path.removeprefix("/"), parts.query + parts.fragment
    if not name or "/" in name or "@" in name + rest:
        raise wrong
