"""What the tests of rows share."""

import pytest

from tests.models.chat import Scribe


@pytest.fixture
def scribe(database, io_loop):
    """A log on the database, closed before it."""

    async def begin():
        return Scribe(database)

    scribe = io_loop.run_sync(begin)
    yield scribe
    io_loop.run_sync(scribe.log.close)
