"""What the installation knows about itself."""

from database.base import database
from database.dialect import of_database
from models.tables import ServerState
from protocol.clock import now_ms


def epoch() -> int:
    """The epoch of this database: the time (ms) at which it was created or last declared restored."""
    return _number("epoch")


def renew_epoch() -> int:
    """Declares the database restored."""
    value = max(now_ms(), epoch() + 1)
    ServerState.update(value=value).where(ServerState.name == "epoch").execute()
    return value


def change() -> int:
    """The latest change number: what has it or a lower one is committed, and nothing else is."""
    return _number("change")


def take_changes(count: int) -> int:
    """The first of `count` new change numbers. Others wait for theirs until this transaction ends, so ask
    late."""
    return of_database(database.obj).raise_number(database.obj, "change", count) - count + 1


def _number(name: str) -> int:
    return int(ServerState.select(ServerState.value).where(ServerState.name == name).scalar())
