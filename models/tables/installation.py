"""Numbers and buckets of the installation."""

from peewee import BigIntegerField, CharField

from database.base import Base


class ServerState(Base):
    """Named numbers. `change`: the latest change number, raised by each transaction that devices must learn
    of, as its last but one statement, so that the order of numbers is the order of commits. `epoch` changes
    when the database was restored or reset; clients then drop their cache. `housekeeping`: when (ms) a
    process last began to keep house, or said that it still does. `ordered`, `said`: how often a command that
    runs beside the servers has changed what they keep in memory, and what clients have to learn. `operators`:
    raised by whoever makes or unmakes one, one after the other. `blocks`: how often somebody has blocked
    another one or ceased to. `indexing`: 1 while the index is to be emptied; the row is locked by whoever
    writes into it. `first`: 1 once there was an account."""

    name = CharField(max_length=32, primary_key=True)
    value = BigIntegerField()


class Rate(Base):
    """A bucket that all processes take from: the time (us) at which it is full again. In memory on
    PostgreSQL, and used only there (`models.rates`)."""

    key = CharField(64, primary_key=True)
    full_at = BigIntegerField()
