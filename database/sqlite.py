"""What is peculiar to SQLite."""

from collections.abc import Iterable

from database.checkpoints import NET_PAGES

#: KiB of pages that SQLite keeps in memory for each connection.
_CACHE_KIB = 16000
#: Bytes to which SQLite's write-ahead log is cut down again.
_LOG_BYTES = 64 << 20

#: Said on each connection.
PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": "full",  # NORMAL loses commits when the power fails
    "cache_size": -_CACHE_KIB,
    "journal_size_limit": _LOG_BYTES,
    "wal_autocheckpoint": NET_PAGES,
}


def readable(text: bytes) -> str:
    return text.decode("utf-8", "replace")


def json_pairs(pairs: Iterable[tuple[int, int]]) -> str:
    """Pairs for SQLite's `json_each`, as keys and values: an object may have a key twice. ``IN (VALUES …)``
    builds a table for them, which takes 100 µs."""
    return "{" + ",".join([f'"{a}":{b}' for a, b in pairs]) + "}"


def path_of(url: str) -> str:
    return url.removeprefix("sqlite:///")
