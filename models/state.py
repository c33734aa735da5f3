"""What the installation knows about itself."""

from models.tables import ServerState
from protocol.clock import now_ms


def epoch() -> int:
    """The epoch of this database: the time (ms) at which it was created or last declared restored."""
    return ServerState.select(ServerState.value).where(ServerState.name == "epoch").scalar()


def renew_epoch() -> int:
    """Declares the database restored."""
    value = max(now_ms(), epoch() + 1)
    ServerState.update(value=value).where(ServerState.name == "epoch").execute()
    return value
