"""What the database costs its callers, in numbers."""

import asyncio

import pytest

from database.latencies import Latencies
from models.tables import ServerState
from protocol.errors import DiskFull, Refused, TryAgain
from tests.hub.process import Clock


def counts(database) -> dict[str, int]:
    return {name: len(measure) for name, measure in database.measures().items() if name.endswith("_seconds")}


async def test_every_call_is_counted(database):
    """Each way to the database has its own times, and the log's transactions too."""
    await database.read(ServerState.select().count)
    await database.read_much(ServerState.select().count)
    await database.write(ServerState.insert(name="n", value=1).execute)
    await database.write_always(ServerState.delete().where(ServerState.name == "n").execute)
    assert counts(database) == {
        "db_read_seconds": 1,
        "db_read_much_seconds": 1,
        "db_write_seconds": 2,
        "db_commit_seconds": 0,
    }
    assert not any(database.measures()["db_errors"].values())


@pytest.mark.parametrize(
    ("error", "counted"), [(Refused("不行", "No"), 0), (TryAgain(), 1), (DiskFull(), 1), (KeyError("x"), 1)]
)
async def test_what_counts_as_an_error(error, counted):
    """A no of the rules is no error of the database; that it is away or full is one, and so is a fault of
    ours. Each has its time."""
    clock = Clock()
    latencies = Latencies(clock)

    async def fail():
        clock.now += 2
        raise error

    with pytest.raises(type(error)):
        await latencies.of("read", fail)
    assert latencies.measures()["db_errors"]["read"] == counted
    assert latencies.measures()["db_read_seconds"].total == 2


async def test_who_gives_up_is_counted():
    """A call that was given up before it ended failed, after as long as it was waited for."""
    latencies = Latencies()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await latencies.of("write", asyncio.Event().wait)
    assert latencies.measures()["db_errors"]["write"] == 1
    assert len(latencies.measures()["db_write_seconds"]) == 1
