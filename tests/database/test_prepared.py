"""Queries whose text is made once give what they would give each time, on each database."""

import pytest

from database.prepared import Prepared, PreparedFor
from models.tables import Member
from tests.models.people import NOW

MOST = PreparedFor.MOST

of_users = PreparedFor(
    lambda listed: Member.select(Member.conversation_id).where(
        Member.read >= 0, Member.user_id.in_(listed), Member.read < 0
    )
)
named = Prepared(
    lambda: Member.select(Member.user_id, Member.read).where(Member.user_id < 0).order_by(Member.user_id)
)


async def add_members(database, count):
    """Users from 1 on, each in a conversation of their own, whose number is theirs and 1000."""
    rows = [
        {"user_id": user, "conversation_id": 1000 + user, "read": user % 3, "createat": NOW}
        for user in range(1, count + 1)
    ]
    await database.write(lambda: Member.insert_many(rows).execute())


@pytest.mark.parametrize("count", [1, 2, 8, 9, 64, 65, MOST])
async def test_a_list_of_any_length(database, count):
    """However many are asked for, each that is there is found, once, whatever stands around the list."""
    await add_members(database, MOST)
    asked = list(range(MOST + 3, MOST + 3 - count, -1))
    found = await database.read(of_users, asked, 2, before=(1,))
    expected = [1000 + user for user in asked if user <= MOST and user % 3 == 1]
    assert sorted(conversation_id for (conversation_id,) in found) == sorted(expected)


async def test_rows_by_name_and_one_by_one(database):
    """Rows can be had as dicts by their columns, and one after the other."""
    await add_members(database, 3)
    assert await database.read(named.dicts, 3) == [{"user_id": 1, "read": 1}, {"user_id": 2, "read": 2}]
    assert await database.read(lambda: next(named.each(3))) == (1, 1)
