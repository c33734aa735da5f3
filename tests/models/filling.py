"""The index of messages, filled as the server does it, for tests."""

from models import indexing
from protocol.clock import now_ms


async def fill(database, most=200, now=now_ms):
    """Until nothing is missing in it; how many messages were put there."""
    count, place = 0, 0
    while True:
        found, place, _ = await database.read(indexing.behind, place, 50)
        while found:
            gathered = await database.read(indexing.gather, found, most)
            count += await database.write(indexing.write, gathered, now())
            found = gathered.left
        if not place:
            return count
