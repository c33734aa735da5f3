"""Groups as rows, on each database."""

import pytest

from models import contacts, tables
from models import groups as rows
from models.tables import Community, Contact
from protocol.errors import NotFound, Refused
from tests.models.people import NOW, count, join, newcomer, newcomers, room_members

LIMIT = 5


async def create(database, owner_id, name="Birds", limit=LIMIT):
    return await database.write(rows.create_community, owner_id, name, "/mnt/i.png", 3, "memo", limit, NOW)


async def groups(database, user_id):
    """The ids in a user's list of groups."""
    return [row["id"] for row in await database.read(rows.communities_of, user_id)]


async def test_owner_is_the_first_member(database):
    """Who makes a group finds it in the list as it was made, and is in its room."""
    ann = await newcomer(database)
    row = await create(database, ann, "喜鹊 🐦")
    assert row == {
        "id": row["id"],
        "name": "喜鹊 🐦",
        "ownerid": ann,
        "icon": "/mnt/i.png",
        "cate": 3,
        "memo": "memo",
        "createat": NOW,
        "members": 1,
        "role": 3,
        "notice": {"content": "", "userid": 0, "createat": 0},
        "join": "open",
        "muted": 0,
        "all_muted_until": 0,
        "muted_until": 0,
        "history": 1,
        "alias": "",
    }
    assert await database.read(rows.communities_of, ann) == [row]
    assert await database.read(room_members, row["id"]) == [ann]


async def test_sixth_group_is_refused(database):
    """A user can make five groups and no more; others are not counted."""
    ann, bo = await newcomers(database, 2)
    made = [(await create(database, ann))["id"] for _ in range(LIMIT)]
    with pytest.raises(Refused) as refused:
        await create(database, ann)
    assert (refused.value.code, refused.value.msg()) == (-1, "一个用户最多只能创建5个群")
    await create(database, bo)
    assert await groups(database, ann) == made


async def test_limit_is_a_setting(database):
    """The operator's limit decides, also when it was lowered or raised since."""
    ann = await newcomer(database)
    for _ in range(2):
        await create(database, ann, limit=2)
    for limit in (0, 1, 2):
        with pytest.raises(Refused, match=f"create {limit} groups"):
            await create(database, ann, limit=limit)
    await create(database, ann, limit=3)


async def test_freed_place_can_be_used(database):
    """When one of five groups is gone, another can be made."""
    ann = await newcomer(database)
    made = [(await create(database, ann))["id"] for _ in range(LIMIT)]
    await database.write(lambda: Community.delete().where(Community.id == made[2]).execute())
    await create(database, ann)
    assert await count(database, Community, Community.ownerid == ann) == LIMIT


async def test_joining_twice_changes_nothing(database):
    """Joining a group puts it on the list and lets one in; doing it again changes nothing."""
    ann, bo = await newcomers(database, 2)
    group = (await create(database, ann))["id"]
    assert await database.write(join, bo, group, 0, NOW)
    assert not await database.write(join, bo, group, 0, NOW + 1)
    assert not await database.write(join, ann, group, 0, NOW + 1)
    assert await groups(database, bo) == [group]
    assert sorted(await database.read(room_members, group)) == [ann, bo]


async def test_group_must_exist(database):
    """Joining a number that is no group says so and leaves nothing behind."""
    ann = await newcomer(database)
    with pytest.raises(NotFound):
        await database.write(join, ann, 2**53 - 1, 0, NOW)
    assert await count(database, Contact) == 0


async def test_friends_are_no_groups(database):
    """A friend with the number of a group is not listed as a group."""
    ann, bo = await newcomers(database, 2)
    group = (await create(database, bo))["id"]
    await database.write(contacts.add_contact, ann, group, tables.USER, NOW)
    assert await groups(database, ann) == []
