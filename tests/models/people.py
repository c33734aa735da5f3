"""People for tests of the rows: accounts with a number each."""

import asyncio
import itertools

from database.base import database as base
from database.dialect import of_database
from models import access, accounts, members
from models.access import find
from models.tables import Conversation, Member, key_of
from protocol.errors import Refusal
from protocol.messages import ROOM

NOW = 1_700_000_000_000
_numbers = itertools.count(13_800_000_000)


async def newcomer(database, nickname="Ann", passwd="a hash"):
    """The id of a new account."""
    row = await database.write(accounts.create_user, str(next(_numbers)), passwd, nickname, "", "U", "", NOW)
    return row["id"]


async def newcomers(database, count):
    """The ids of `count` new accounts."""
    return [await newcomer(database, f"user {number}") for number in range(count)]


async def all_at_once(*calls):
    """The results of calls started together; refusals stand for themselves."""
    results = await asyncio.gather(*calls, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, Refusal):
            raise result
    return results


async def count(database, model, *conditions):
    """How many rows of a table meet the conditions."""
    rows = model.select()
    return await database.read((rows.where(*conditions) if conditions else rows).count)


def room_members(community_id):
    """The ids of those who belong to a group's room."""
    in_room = Conversation.key == key_of(0, ROOM, community_id)
    rooms = Member.select(Member.user_id).join(Conversation, on=(Member.conversation_id == Conversation.id))
    return [user_id for (user_id,) in rooms.where(in_room).tuples()]


def join(user_id, community_id, seq, now, most=2000):
    """Lets somebody into a group as the log does, with its conversation locked; False when they are in."""
    here = Conversation.select().where(Conversation.key == key_of(0, ROOM, community_id))
    place = of_database(base.obj).locked(here).get_or_none()
    if place is None:
        raise access.no_group()
    if members.standing(place.id, [user_id])[user_id].role:
        return False
    members.come(user_id, community_id, place.id, (seq, place.updateat), 0, sees=True, most=most, now=now)
    return True


def is_member(user_id, kind, dst_id):
    """Whether a user may write there."""
    return find(user_id, kind, dst_id) is not None
