"""Coming into a group: asked first, proposed, invited, by a link."""

import asyncio

from protocol.clock import now_ms
from tests.handlers.http.test_groups import WEEK, done, village
from tests.handlers.people import waiting


async def test_asking_first(app):
    """Heads hear of a request at once and answer it once; asking again is the same one."""
    (ann, bob, cid), group = await village(app, "Ann", "Bob", "Cid")
    await done(ann, "/community/update", dstid=group, join="approve")
    async with ann.socket() as head, bob.socket() as asking:
        answer = await done(bob, "/contact/joincommunity", dstid=group, memo="hi, it's me")
        request = answer["data"]["request"]
        assert (answer["data"]["state"], answer["msg"]) == ("pending", "已发送入群申请")
        for socket in (head, asking):
            [told] = await waiting(socket)
            assert (told["what"], told["who"]) == ("requested", [bob.user_id])
        again = await done(bob, "/contact/joincommunity", dstid=group, memo="please")
        assert again["data"]["request"] == request and await waiting(head) == []
        listed = await done(ann, "/community/requests", dstid=group)
        [row] = listed["rows"]
        assert (row["id"], row["memo"], row["by"], row["state"]) == (request, "hi, it's me", 0, "pending")
        assert (row["user"]["nickname"], listed["data"]["waiting"]) == ("Bob", 1)
        assert (await bob.post_json("/message/history", kind=11, dstid=group))["code"] == -403
        await done(ann, "/community/answer", request=request, accept=1)
        assert (await waiting(asking))[0]["what"] == "joined"
        code = (await ann.post_json("/community/answer", request=request, accept=0))["code"]
        assert code == -409
    request = (await done(cid, "/contact/joincommunity", dstid=group))["data"]["request"]
    await done(ann, "/community/answer", request=request, accept=0)
    again = (await done(cid, "/contact/joincommunity", dstid=group))["data"]
    assert (again["request"], again["state"]) == (request, "pending")  # not told that they were declined
    states = [row["state"] for row in (await done(ann, "/community/requests", dstid=group))["rows"]]
    assert states == ["declined", "accepted"]


async def test_proposed_by_a_member(app):
    """Where heads are asked first, an ordinary member proposes friends; whoever is none can't be invited."""
    (ann, bob, cid, eve), group = await village(app, "Ann", "Bob", "Cid", "Eve")
    await done(bob, "/contact/joincommunity", dstid=group)
    await done(bob, "/contact/addfriend", dstid=cid.user_id)
    await done(ann, "/community/update", dstid=group, join="approve")
    ids = [cid.user_id, eve.user_id, ann.user_id]
    rows = (await done(bob, "/community/invite", dstid=group, ids=ids))["rows"]
    assert [(row["code"], row.get("state")) for row in rows] == [(0, "pending"), (-403, None), (0, None)]
    [row] = (await done(ann, "/community/requests", dstid=group))["rows"]
    assert (row["userid"], row["by"]) == (cid.user_id, bob.user_id)
    await done(ann, "/community/answer", request=row["id"], accept=1)
    last = (await done(ann, "/message/history", kind=11, dstid=group, limit=1))["rows"][0]
    assert last["content"] == "Bob邀请Cid加入了群"


async def test_invited_together(app):
    """One notice and one event for all who came; friends who block the one who asks don't."""
    (ann, bob, cid, dan), group = await village(app, "Ann", "Bob", "Cid", "Dan", friends=True)
    await done(dan, "/contact/block", dstid=ann.user_id, on=1)
    async with ann.socket() as owner, bob.socket() as newcomer:
        ids = [bob.user_id, cid.user_id, dan.user_id]
        rows = (await done(ann, "/community/invite", dstid=group, ids=ids))["rows"]
        assert [row["code"] for row in rows] == [0, 0, -403]
        for socket in (owner, newcomer):
            event, notice = await waiting(socket)
            assert (event["what"], event["who"], event["userid"]) == ("joined", ids[:2], ann.user_id)
            assert notice["content"] == "Ann邀请Bob、Cid加入了群"


async def test_a_link_is_an_invitation(app):
    """It leads in past every way of joining, as often as it says, until it ends or is revoked."""
    (ann, bob, cid, dan), group = await village(app, "Ann", "Bob", "Cid", "Dan")
    await done(ann, "/community/update", dstid=group, join="invite")
    link = (await done(ann, "/community/link", dstid=group, uses=1))["data"]
    assert link["url"] == f"/g/{link['code']}" and link["until"] > now_ms() + WEEK - 60_000
    assert (await bob.post_json("/contact/joincommunity", dstid=group))["code"] == -403
    seen = (await done(bob, "/community/info", link=link["code"]))["data"]
    assert seen == {"id": group, "name": "Birds", "icon": "", "memo": "", "members": 1, "join": "invite"}
    await done(bob, "/contact/joincommunity", link=link["code"])
    await done(bob, "/contact/joincommunity", dstid=group)  # changes nothing
    for path in ("/contact/joincommunity", "/community/info"):
        assert (await cid.post_json(path, link=link["code"]))["code"] == -404  # used up
    assert (await done(ann, "/community/links", dstid=group))["rows"] == []
    soon = (await done(bob, "/community/link", dstid=group, until=now_ms() + 150))["data"]
    await asyncio.sleep(0.2)
    assert (await cid.post_json("/contact/joincommunity", link=soon["code"]))["code"] == -404
    mine = (await done(bob, "/community/link", dstid=group, until=0))["data"]
    assert (await done(bob, "/community/links", dstid=group))["rows"] == [mine]
    await done(ann, "/community/remove", dstid=group, ids=[cid.user_id], ban=1)
    assert (await cid.post_json("/contact/joincommunity", link=mine["code"]))["code"] == -403  # banned
    await done(ann, "/community/update", dstid=group, join="approve")
    answer = await done(dan, "/contact/joincommunity", link=mine["code"])
    assert answer["data"]["state"] == "pending"  # Bob could only propose
    assert (await done(ann, "/community/requests", dstid=group))["rows"][0]["by"] == bob.user_id
    await done(ann, "/community/unlink", dstid=group, link=mine["id"])
    assert (await dan.post_json("/contact/joincommunity", link=mine["code"]))["code"] == -404
    again = (await done(bob, "/community/link", dstid=group))["data"]
    await done(bob, "/community/leave", dstid=group)  # an invitation by nobody
    assert (await dan.post_json("/contact/joincommunity", link=again["code"]))["code"] == -404
    assert (await dan.post_json("/community/info", link=again["code"]))["code"] == -404
    assert (await done(ann, "/community/links", dstid=group))["rows"] == []


async def test_a_link_opens_the_page(app):
    """Scanned with any phone it leads to the page, whoever opens it."""
    answer = await app.client().get("/g/abc-DEF_123")
    assert (answer.code, answer.headers["Location"]) == (302, "/chat/index.shtml#/join/abc-DEF_123")


async def test_nobody_is_banned_who_is_none(app):
    """A number that no user has bans nobody, and the list has nothing between its rows."""
    ann, bob = await app.client().register("Ann"), await app.client().register("Bob")
    group = (await ann.post("/contact/createcommunity", name="Birds"))["data"]["id"]
    asked = {"dstid": group, "ids": [9_999_999, bob.user_id, 9_999_998], "ban": 1}
    rows = (await ann.post_json("/community/remove", **asked))["rows"]
    assert [row["code"] for row in rows] == [-404, 0, -404]
    listed = await ann.post_json("/community/banned", dstid=group, limit=1)
    assert ([row["id"] for row in listed["rows"]], listed["data"]["more"]) == ([bob.user_id], 0)


async def test_proposed_by_who_is_blocked_since(app):
    """Whoever blocks who has proposed them is not brought into the group by that any more."""
    ann, bob, cid = [await app.client().register(name) for name in ("Ann", "Bob", "Cid")]
    group = (await ann.post("/contact/createcommunity", name="Birds"))["data"]["id"]
    await bob.post("/contact/joincommunity", dstid=group)
    await bob.post("/contact/addfriend", dstid=cid.user_id)
    assert (await ann.post("/community/update", dstid=group, join="approve"))["code"] == 0
    [row] = (await bob.post_json("/community/invite", dstid=group, ids=[cid.user_id]))["rows"]
    assert row["state"] == "pending"
    assert (await cid.post("/contact/block", dstid=bob.user_id, on=1))["code"] == 0
    [request] = (await ann.post("/community/requests", dstid=group))["rows"]
    assert (await ann.post("/community/answer", request=request["id"], accept=1))["code"] == -403
    assert (await cid.post("/contact/loadcommunity"))["rows"] == []
    assert (await cid.post("/contact/block", dstid=bob.user_id, on=0))["code"] == 0
    assert (await ann.post("/community/answer", request=request["id"], accept=1))["code"] == 0
