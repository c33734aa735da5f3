"""What the installation knows about itself."""

from peewee import BigIntegerField, CharField

from models.base import Base, now_ms
from models.database import reads


class ServerState(Base):
    """Named numbers. `epoch` changes when the database was restored or reset; clients then drop their
    cache."""

    name = CharField(max_length=32, primary_key=True)
    value = BigIntegerField()


@reads
def epoch() -> int:
    """The epoch of this database: the time (ms) at which it was created or last declared restored."""
    return ServerState.select(ServerState.value).where(ServerState.name == "epoch").scalar()


def renew_epoch() -> int:
    """Declares the database restored."""
    value = max(now_ms(), epoch() + 1)
    ServerState.update(value=value).where(ServerState.name == "epoch").execute()
    return value
