"""People for tests of the rows: accounts with a number each."""

import itertools

from models import user

NOW = 1_700_000_000_000
_numbers = itertools.count(13_800_000_000)


async def newcomer(database, nickname="Ann", passwd="a hash"):
    """The id of a new account."""
    row = await database.run(user.create_user, str(next(_numbers)), passwd, nickname, "", "U", "", NOW)
    return row["id"]


async def newcomers(database, count):
    """The ids of `count` new accounts."""
    return [await newcomer(database, f"user {number}") for number in range(count)]


async def count(database, model, *conditions):
    """How many rows of a table meet the conditions."""
    rows = model.select()
    return await database.run((rows.where(*conditions) if conditions else rows).count)
