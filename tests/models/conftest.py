"""What tests of the rows share."""

import pytest

from database.door import Database


@pytest.fixture
def busy(migrated_url, io_loop):
    """A database with enough threads for calls that really run beside each other."""
    opened = Database(migrated_url, workers=8)
    yield opened
    io_loop.run_sync(opened.close)
