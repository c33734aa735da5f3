"""Contacts as rows, on each database."""

import pytest

from models import contacts, conversations, tables
from models.tables import Contact
from protocol.errors import Conflict, NotFound, Refused
from protocol.messages import SINGLE
from tests.log.scribe import room_of
from tests.models.people import NOW, count, is_member, newcomer, newcomers


async def friends(database, user_id):
    """The ids in a user's list."""
    return [row["id"] for row in await database.read(contacts.friends_of, user_id)]


async def test_friendship_is_mutual(database):
    """Adding a friend puts each on the other's list and opens their chat."""
    ann, bo, eve = await newcomers(database, 3)
    chat = await database.write(contacts.befriend, bo, ann, NOW)
    assert await friends(database, ann) == [bo]
    assert await friends(database, bo) == [ann]
    assert await friends(database, eve) == []
    assert await database.read(is_member, ann, SINGLE, bo)
    assert await database.read(is_member, bo, SINGLE, ann)
    assert not await database.read(is_member, eve, SINGLE, ann)
    assert await database.write(conversations.open_single, ann, bo, NOW) == chat


@pytest.mark.parametrize("again", [False, True], ids=["by the other", "by the same"])
async def test_friend_is_added_once(database, again):
    """Adding a friend a second time says that it is done, from either side."""
    ann, bo = await newcomers(database, 2)
    await database.write(contacts.befriend, ann, bo, NOW)
    with pytest.raises(Conflict) as refused:
        await database.write(contacts.befriend, *((ann, bo) if again else (bo, ann)), NOW)
    assert refused.value.msg() == "该用户已经被添加过啦"
    assert await count(database, Contact) == 2


async def test_nobody_is_their_own_friend(database):
    """One cannot add oneself."""
    ann = await newcomer(database)
    with pytest.raises(Refused) as refused:
        await database.write(contacts.befriend, ann, ann, NOW)
    assert refused.value.msg() == "不能添加自己为好友啊"
    assert await count(database, Contact) == 0


async def test_friend_must_exist(database):
    """Adding a number that is nobody's says so and leaves nothing behind."""
    ann = await newcomer(database)
    with pytest.raises(NotFound) as refused:
        await database.write(contacts.befriend, ann, ann + 1000, NOW)
    assert refused.value.msg() == "该用户不存在"
    assert await count(database, Contact) == 0


async def test_one_sided_row_is_completed(database):
    """A friendship that an older system kept on one side only is completed by the other side."""
    ann, bo = await newcomers(database, 2)
    await database.write(contacts.add_contact, ann, bo, tables.USER, NOW)
    await database.write(contacts.befriend, bo, ann, NOW)
    assert await friends(database, ann) == [bo]
    assert await friends(database, bo) == [ann]


async def test_list_keeps_the_order_of_adding(database):
    """Friends are listed in the order they were added, without anybody's password."""
    ann, *others = await newcomers(database, 4)
    for other in reversed(others):
        await database.write(contacts.befriend, ann, other, NOW)
    rows = await database.read(contacts.friends_of, ann)
    assert [row["id"] for row in rows] == others[::-1]
    profile = {"id", "mobile", "avatar", "sex", "nickname", "memo", "createat"}
    assert set(rows[0]) == profile | {"remark", "pinyin"}
    assert sorted(await database.read(contacts.friend_ids, ann)) == others


async def test_groups_are_no_friends(database):
    """A group with the number of a user is not listed as a friend."""
    ann, bo = await newcomers(database, 2)
    await database.write(contacts.add_contact, ann, bo, tables.COMMUNITY, NOW)
    assert await friends(database, ann) == []
    assert await database.read(contacts.friend_ids, ann) == []


@pytest.mark.parametrize("many", ["viewers", "others"])
async def test_friends_of_many_at_once(database, many):
    """Who of some users is a friend of whom is found in one query, whichever side has more people."""
    ann, bo, eve, *crowd = await newcomers(database, 8)
    for pair in ((ann, bo), (ann, eve), (bo, crowd[0])):
        await database.write(contacts.befriend, *pair, NOW)
    await database.write(contacts.add_contact, ann, crowd[1], tables.COMMUNITY, NOW)
    viewers, others = {ann, bo, *crowd[:3]}, {bo, eve, crowd[1]}
    if many == "viewers":
        assert await database.read(contacts.friends_among, viewers, others) == {
            ann: [bo, eve],
            crowd[0]: [bo],
        }
    else:
        found = await database.read(contacts.friends_among, others, viewers)
        assert {viewer: sorted(ids) for viewer, ids in found.items()} == {bo: [ann, crowd[0]], eve: [ann]}


async def test_known_by_name(database):
    """One's own friends, then groups, as they came; nobody else, and nobody twice."""
    ann, zhang = await newcomer(database, "Ann"), await newcomer(database, "张三")
    zoe, stranger = await newcomer(database, "ZS"), await newcomer(database, "张生")
    for other in (zoe, zhang):
        await database.write(contacts.befriend, ann, other, NOW)
    room = await room_of(database, ann, zhang)
    await database.write(lambda: tables.Community.update(name="中山路 zs").execute())
    await room_of(database, stranger)

    async def known(query):
        return [(row["kind"], row["dstid"]) for row in await database.read(contacts.known_as, ann, query)]

    assert await known("zs") == [(10, zoe), (10, zhang), (11, room)]
    assert await known("zhang") == [(10, zhang)] == await known("张")
    assert await known("zhongshan") == [(11, room)]
    assert await known("Ann") == await known("%") == await known(" ") == await known("生") == []
    row = (await database.read(contacts.known_as, ann, "张三"))[0]
    assert row == {"kind": 10, "dstid": zhang, "name": "张三", "remark": "", "avatar": ""}
