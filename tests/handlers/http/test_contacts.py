"""/contact/…: friends and groups, as a client sees them, on calls and on the sockets that are open."""

import pytest

BAD_IDS = ["", "0", "-1", "1.0", "abc", "9007199254740992", "1 or 1=1", None]


def refusal(answer):
    return answer["code"], answer["msg"]


async def group_of(client, name="Birds"):
    """The id of a new group."""
    return (await client.post("/contact/createcommunity", name=name))["data"]["id"]


async def is_quiet(socket):
    """Whether nothing waits on a v2 socket: the answer to a heartbeat is the next frame."""
    await socket.send({"cmd": 0})
    return (await socket.receive())["cmd"] == 0


@pytest.fixture
def people(app, io_loop):
    """Ann, Bo and Eve."""

    async def register():
        return [await app.client().register(name) for name in ("Ann", "Bo", "Eve")]

    return io_loop.run_sync(register)


# --- friends ------------------------------------------------------------------------------------------------


async def test_adding_a_friend(people):
    """Who adds a friend is on the friend's list, too; nobody's mobile is shown."""
    ann, bo, eve = people
    answer = await ann.post("/contact/addfriend", dstid=bo.user_id)
    assert refusal(answer) == (0, "好友添加成功")
    for one, other, name in ((ann, bo, "Bo"), (bo, ann, "Ann")):
        answer = await one.post("/contact/loadfriend")
        assert (answer["code"], answer["total"]) == (0, 1)
        row = answer["rows"][0]
        assert (row["id"], row["nickname"], row["mobile"], row["token"], row["online"]) == (
            other.user_id,
            name,
            "",
            "",
            0,
        )
    assert (await eve.post("/contact/loadfriend"))["rows"] == []


async def test_friend_can_be_written_to_at_once(people):
    """Before, a message is refused; after, it reaches the socket that was open all the time."""
    ann, bo, _ = people
    async with bo.socket() as socket:
        message = {"cmd": 10, "dstid": bo.user_id, "media": 1, "content": "你好"}
        assert (await ann.post_json("/message/send", **message))["code"] == -403
        await ann.post("/contact/addfriend", dstid=bo.user_id)
        assert (await ann.post_json("/message/send", **message))["code"] == 0
        assert (await socket.receive(10))["content"] == "你好"


async def test_both_pages_hear_of_a_friendship(app, people):
    """All open v2 pages of both learn who added whom; classic pages and others hear nothing."""
    ann, bo, eve = people
    tablet = await app.client().login(bo.mobile)
    async with ann.socket() as one, bo.socket() as two, tablet.socket() as three, eve.socket() as other:
        await ann.post("/contact/addfriend", dstid=bo.user_id)
        for socket in (one, two, three):
            assert await socket.receive() == {
                "cmd": 20,
                "what": "added",
                "userid": ann.user_id,
                "dstid": bo.user_id,
                "kind": 10,
            }
            assert await is_quiet(socket)
        assert await is_quiet(other)


async def test_friends_that_cannot_be_added(people):
    """A friend already there, oneself and nobody are each refused with their reason, and no page is told."""
    ann, bo, _ = people
    await ann.post("/contact/addfriend", dstid=bo.user_id)
    async with ann.socket() as socket:
        assert refusal(await ann.post("/contact/addfriend", dstid=bo.user_id)) == (
            -409,
            "该用户已经被添加过啦",
        )
        assert refusal(await bo.post("/contact/addfriend", dstid=ann.user_id)) == (
            -409,
            "该用户已经被添加过啦",
        )
        assert refusal(await ann.post("/contact/addfriend", dstid=ann.user_id)) == (
            -1,
            "不能添加自己为好友啊",
        )
        assert refusal(await ann.post("/contact/addfriend", dstid=10**9)) == (-404, "该用户不存在")
        assert await is_quiet(socket)
    assert (await ann.post("/contact/loadfriend"))["total"] == 1


@pytest.mark.parametrize("dstid", BAD_IDS)
@pytest.mark.parametrize("path", ["/contact/addfriend", "/contact/joincommunity"])
async def test_bad_ids_are_refused(people, path, dstid):
    """What is no id is a bad argument."""
    assert (await people[0].post(path, dstid=dstid))["code"] == -400


async def test_list_shows_who_is_online(people):
    """A friend with an open socket is online."""
    ann, bo, eve = people
    for friend in (bo, eve):
        await ann.post("/contact/addfriend", dstid=friend.user_id)
    async with eve.socket():
        rows = (await ann.post("/contact/loadfriend"))["rows"]
    assert [(row["id"], row["online"]) for row in rows] == [(bo.user_id, 0), (eve.user_id, 1)]


# --- groups -------------------------------------------------------------------------------------------------


async def test_making_a_group(people):
    """Who makes a group gets it back, finds it in the list, and can write to it."""
    ann, bo, _ = people
    answer = await ann.post(
        "/contact/createcommunity", name=" 喜鹊 ", icon="/asset/i.png", cate="2", memo="hi"
    )
    group = answer["data"]
    assert group == {
        "id": group["id"],
        "name": "喜鹊",
        "ownerid": ann.user_id,
        "icon": "/asset/i.png",
        "cate": 2,
        "memo": "hi",
        "createat": group["createat"],
        "members": 1,
        "role": 3,
        "notice": {"content": "", "userid": 0, "createat": 0},
        "join": "open",
        "muted": 0,
        "all_muted_until": 0,
        "muted_until": 0,
        "history": 0,
        "alias": "",
    }
    assert (await ann.post("/contact/loadcommunity"))["rows"] == [group]
    assert (await bo.post("/contact/loadcommunity"))["rows"] == []
    message = {"cmd": 11, "dstid": group["id"], "media": 1, "content": "first"}
    assert (await ann.post_json("/message/send", **message))["code"] == 0
    assert (await bo.post_json("/message/send", **message))["code"] == -403


@pytest.mark.parametrize(
    "fields, reason",
    [
        ({}, "缺少群名称"),
        ({"name": " "}, "缺少群名称"),
        ({"name": "x" * 61}, None),
        ({"name": "a\x00"}, None),
        ({"name": "Birds", "icon": "javascript:alert(1)"}, None),
        ({"name": "Birds", "pic": "data:image/png,"}, None),
        ({"name": "Birds", "cate": "x"}, None),
        ({"name": "Birds", "cate": "-1"}, None),
        ({"name": "Birds", "cate": 2**31}, None),
        ({"name": "Birds", "memo": "x" * 201}, None),
    ],
)
async def test_bad_groups_are_refused(people, fields, reason):
    """A group without a name, or with what cannot be stored or shown safely, is a bad argument."""
    ann = people[0]
    answer = await ann.post("/contact/createcommunity", **fields)
    assert answer["code"] == -400
    assert reason in (None, answer["msg"])
    assert (await ann.post("/contact/loadcommunity"))["rows"] == []


async def test_sixth_group_is_refused(people):
    """Five groups are one user's limit; being in others' is not counted."""
    ann, bo, _ = people
    made = [await group_of(ann) for _ in range(5)]
    assert refusal(await ann.post("/contact/createcommunity", name="Six")) == (
        -1,
        "一个用户最多只能创建5个群",
    )
    assert (await ann.post("/contact/joincommunity", dstid=await group_of(bo)))["code"] == 0
    assert [row["id"] for row in (await ann.post("/contact/loadcommunity"))["rows"]][:5] == made


async def test_new_group_is_on_the_open_pages(app, people):
    """The creator's open sockets are in the room at once: they get the event and the room's first notice."""
    ann, bo, _ = people
    async with ann.socket() as socket, ann.socket(v=None) as classic, bo.socket() as other:
        group = await group_of(ann)
        assert await socket.receive() == {
            "cmd": 21,
            "what": "created",
            "dstid": group,
            "userid": ann.user_id,
            "kind": 11,
            "who": [ann.user_id],
        }
        notice = await socket.receive()
        assert (notice["cmd"], notice["media"], notice["dstid"], notice["userid"], notice["seq"]) == (
            11,
            90,
            group,
            ann.user_id,
            1,
        )
        assert notice["content"] == "Ann创建了群"
        assert await is_quiet(socket) and await is_quiet(other)
        await ann.post_json("/message/send", cmd=11, dstid=group, media=1, content="hello")
        assert (await classic.receive())["content"] == "hello"
        assert (await socket.receive())["content"] == "hello"


async def test_joining_takes_effect_on_open_sockets(people):
    """Who joins gets the room's messages on the sockets already open, and the members learn of it."""
    ann, bo, eve = people
    group = await group_of(ann)
    async with (
        ann.socket() as owner,
        bo.socket() as member,
        bo.socket(v=None) as classic,
        eve.socket() as other,
    ):
        answer = await bo.post("/contact/joincommunity", dstid=group)
        assert (answer["code"], answer["data"]) == (0, None)
        for socket in (owner, member):
            assert await socket.receive() == {
                "cmd": 21,
                "what": "joined",
                "dstid": group,
                "userid": bo.user_id,
                "kind": 11,
                "who": [bo.user_id],
            }
            assert (await socket.receive())["content"] == "Bo加入了群"
        await owner.send({"cmd": 11, "dstid": group, "media": 1, "content": "welcome", "cid": "1"})
        assert (await member.receive())["content"] == "welcome"
        assert (await classic.receive())["content"] == "welcome"
        await classic.send({"cmd": 11, "dstid": group, "media": 1, "content": "thanks"})
        assert (await owner.receive(11))["content"] == "thanks"
        assert await is_quiet(other)


async def test_joining_again_changes_nothing(people):
    """Joining a group one is in is a success that nobody hears of; so it is for the owner."""
    ann, bo, _ = people
    group = await group_of(ann)
    await bo.post("/contact/joincommunity", dstid=group)
    async with ann.socket() as owner, bo.socket() as member:
        for client in (ann, bo):
            assert (await client.post("/contact/joincommunity", dstid=group))["code"] == 0
        assert await is_quiet(owner) and await is_quiet(member)
    assert (await bo.post("/contact/loadcommunity"))["total"] == 1
    rows = (await bo.post("/message/history", kind=11, dstid=group))["rows"]
    assert [row["content"] for row in rows] == ["Ann创建了群", "Bo加入了群"]


async def test_group_that_is_not_there(people):
    """Joining a number that is no group says so."""
    assert (await people[0].post("/contact/joincommunity", dstid=10**9))["code"] == -404


async def test_reasons_in_english(app):
    """A client that prefers English gets English."""
    ann = await app.client(Accept_Language="en-GB,en;q=0.9,zh;q=0.5").register()
    bo = await app.client().register()
    assert (await ann.post("/contact/addfriend", dstid=bo.user_id))["msg"] == "You are friends now"
    assert (await ann.post("/contact/addfriend", dstid=bo.user_id))[
        "msg"
    ] == "This user is your friend already"
    assert (await ann.post("/contact/createcommunity"))["msg"] == "The group needs a name"


async def test_search(app):
    """By name and by sound; what is asked for is between 1 and 100 characters."""
    ann, bob = await app.client().register("Ann"), await app.client().register("单田芳")
    await ann.post("/contact/addfriend", dstid=bob.user_id)
    group_id = await group_of(ann)
    for query, found in (
        ("stf", [(10, bob.user_id)]), ("田", [(10, bob.user_id)]), ("bird", [(11, group_id)]),
        ("' OR 1=1", []), ("！", []), ("*", []), ("x" * 100, []),
    ):  # fmt: skip
        answer = await ann.post_json("/contact/search", q=query)
        assert answer["code"] == 0 and [(row["kind"], row["dstid"]) for row in answer["rows"]] == found
    for wrong in ("", "x" * 101, "a\0", 5, None):
        assert (await ann.post_json("/contact/search", q=wrong))["code"] == -400
