"""The log does without what some databases don't have."""

import pytest

from database import functions
from tests.log.scribe import friends
from tests.log.test_usual import ways

BOTH_WAYS = False


@pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)
async def test_without_the_function(database, scribe, expect_logs):
    """When somebody drops what one pass needs, everything is stored as before, and whoever runs the server is
    told once."""
    expect_logs("magpie.log", "go the general way from now on")
    ann, bob = await friends(database)
    await scribe.say(ann, bob)
    assert (await ways(scribe, scribe.say(ann, bob)))[1] == 1
    await database.write(database.peewee.execute_sql, f"DROP FUNCTION {functions.APPEND}")
    for seq in (3, 4):
        told, in_one, _ = await ways(scribe, scribe.say(ann, bob))
        assert told[0].seq == seq and in_one == 0


@pytest.mark.parametrize("migrated_url", ["mariadb"], indirect=True)
async def test_without_json_table(database, scribe, monkeypatch):
    """An older MariaDB or MySQL stores everything as before."""
    monkeypatch.setattr("log.usual.mysql._TABLE", "NO_SUCH_TABLE(%s, '$[*]' COLUMNS ({})) AS j")
    ann, bob = await friends(database)
    await scribe.say(ann, bob)
    told, in_one, _ = await ways(scribe, *(scribe.say(ann, bob) for _ in range(5)))
    assert [m.seq for m in told] == [2, 3, 4, 5, 6] and in_one == 0
