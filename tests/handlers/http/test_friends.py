"""Friends by their routes: what is answered, and which pages hear of it."""

from contextlib import AsyncExitStack

import pytest

from tests.app import running
from tests.handlers.people import friends, group, open_all, text, waiting

WAITING = "已发送好友申请"


async def register(app, *names):
    return [await app.client().register(name) for name in names]


async def asked(client, other, **fields):
    """The request that waits."""
    answer = await client.post("/contact/addfriend", dstid=other.user_id, **fields)
    assert (answer["code"], answer["msg"], answer["data"]["state"]) == (0, WAITING, "pending")
    return answer["data"]["request"]


def contact(what, userid, dstid) -> dict:
    return {"cmd": 20, "what": what, "userid": userid.user_id, "dstid": dstid.user_id, "kind": 10}


async def states(client) -> list[tuple[str, str]]:
    answer = await client.post("/contact/requests")
    return [(row["user"]["nickname"], row["state"]) for row in answer["rows"]]


async def test_who_hears_of_a_request(app):
    """All pages of both hear that somebody asks and of the yes; of a no only those of who said it."""
    ann, bob, eve = await register(app, "Ann", "Bob", "Eve")
    await bob.post("/user/settings", approval="request")
    async with AsyncExitStack() as stack:
        hers, tablet, his, phone, other, classic = await open_all(
            stack, ann.socket(), ann.socket(), bob.socket(), bob.socket(), eve.socket(), bob.socket(v=None)
        )
        request = await asked(ann, bob, memo="It is Ann")
        for socket in (hers, tablet, his, phone):
            assert await waiting(socket) == [contact("requested", ann, bob)]
        assert await asked(ann, bob) == request
        assert (await bob.post("/contact/answer", request=request, accept=0))["code"] == 0
        for socket in (his, phone):
            assert await waiting(socket) == [contact("declined", bob, ann)]
        assert await asked(ann, bob) == request
        assert [await states(client) for client in (ann, bob)] == [
            [("Bob", "pending")],
            [("Ann", "declined")],
        ]
        for socket in (hers, tablet, his, phone, other):
            assert await waiting(socket) == []
        assert (await bob.post("/contact/answer", request=request, accept=1))["code"] == 0
        for socket in (hers, tablet, his, phone):
            assert await waiting(socket) == [contact("accepted", bob, ann)]
        sent = await ann.post_json("/message/send", **text(bob))
        assert sent["code"] == 0
        assert (await classic.receive())["cmd"] == 10  # and nothing before


async def test_a_request_has_its_greeting_and_people(app):
    """Rows tell who the other one is, as strangers see them, and how many wait for the caller."""
    ann, bob, cy = await register(app, "Ann", "Bob", "Cy")
    await bob.post("/user/settings", approval="request")
    await asked(ann, bob, memo="  It is\u200b Ann ")
    await asked(cy, bob)
    answer = await bob.post("/contact/requests")
    assert answer["data"] == {"waiting": 2, "more": 0}
    assert [(row["memo"], row["user"]["nickname"]) for row in answer["rows"]] == [
        ("", "Cy"),
        ("It is Ann", "Ann"),
    ]
    assert {row["user"]["mobile"] for row in answer["rows"]} == {""}
    assert (await ann.post("/contact/requests"))["data"] == {"waiting": 0, "more": 0}
    too_long = await cy.post("/contact/addfriend", dstid=ann.user_id, memo="x" * 61)
    assert too_long["code"] == -400


async def test_a_request_crosses(app):
    """Whoever asks second makes them friends, and the answer is the classic one."""
    ann, bob = await register(app, "Ann", "Bob")
    for client in (ann, bob):
        await client.post("/user/settings", approval="request")
    await asked(ann, bob)
    async with ann.socket() as hers, bob.socket() as his:
        answer = await bob.post("/contact/addfriend", dstid=ann.user_id)
        assert (answer["code"], answer["msg"], answer["data"]) == (0, "好友添加成功", None)
        for socket in (hers, his):
            assert await waiting(socket) == [contact("accepted", bob, ann)]
    assert await states(ann) == [("Bob", "accepted")]


@pytest.mark.parametrize(("approval", "code"), [("auto", 0), ("request", 0), ("none", -1)])
async def test_approval_as_it_is_installed(tmp_path, approval, code):
    """Who has decided nothing has what the host has set; who has, keeps that."""
    async with running(tmp_path, {"contacts.approval": approval}) as app:
        ann, bob, cy = await register(app, "Ann", "Bob", "Cy")
        assert (await bob.post("/user/settings"))["data"]["approval"] == approval
        answer = await ann.post("/contact/addfriend", dstid=bob.user_id)
        assert (answer["code"], answer.get("data") is not None) == (code, approval == "request")
        await cy.post("/user/settings", approval="auto")
        assert (await ann.post("/contact/addfriend", dstid=cy.user_id))["msg"] == "好友添加成功"
    async with running(tmp_path, {"contacts.approval": "none"}) as app:
        cy = await app.client().login(cy.mobile)
        assert (await cy.post("/user/settings"))["data"]["approval"] == "auto"


async def test_twenty_requests_a_day(app):
    """Limits are off here, and it holds nevertheless; it is told when the next one may be made."""
    [ann, *others] = await register(app, *(f"user {number}" for number in range(22)))
    for other in others:
        await other.post("/user/settings", approval="request")
    answers = [await ann.post("/contact/addfriend", dstid=other.user_id) for other in others]
    assert [answer["code"] for answer in answers] == [0] * 20 + [-429]
    assert 86000 < answers[-1]["data"]["retry_after"] <= 86400


# --- remarks ----------------------------------------------------------------------------------------------


async def test_a_remark_is_ones_own(app):
    """The caller's pages and lists have it, and find by it; nobody else learns of it."""
    ann, bob = await friends(app)
    async with ann.socket() as hers, bob.socket() as his:
        assert (await ann.post("/contact/update", dstid=bob.user_id, remark=" 单雄信 "))["code"] == 0
        assert await waiting(hers) == [contact("updated", ann, bob)]
        assert await waiting(his) == []
    [row] = (await ann.post("/contact/loadfriend"))["rows"]
    assert (row["nickname"], row["remark"], row["pinyin"]) == ("Bob", "单雄信", "shan xiong xin")
    assert (await ann.post("/user/find", id=bob.user_id))["data"]["remark"] == "单雄信"
    for q in ("雄信", "sxx", "shanx", "bob"):
        [found] = (await ann.post("/contact/search", q=q))["rows"]
        assert (found["dstid"], found["name"], found["remark"]) == (bob.user_id, "Bob", "单雄信")
    [row] = (await bob.post("/contact/loadfriend"))["rows"]
    assert (row["remark"], row["pinyin"]) == ("", "ann")
    await ann.post("/contact/update", dstid=bob.user_id, remark="")
    assert (await ann.post("/contact/loadfriend"))["rows"][0]["remark"] == ""
    assert (await ann.post("/contact/update", dstid=bob.user_id, remark="x" * 41))["code"] == -400
    assert (await ann.post("/contact/update", dstid=bob.user_id))["code"] == -400
    assert (await ann.post("/contact/update", dstid=10**9, remark="x"))["code"] == -404


# --- removing and blocking --------------------------------------------------------------------------------


async def test_removing(app):
    """Both pages hear of it at once, neither has the other, and what was said is there to read."""
    ann, bob = await friends(app)
    sent = (await bob.post_json("/message/send", **text(ann)))["data"]
    async with ann.socket() as hers, bob.socket() as his:
        assert (await ann.post("/contact/remove", dstid=bob.user_id))["code"] == 0
        for socket in (hers, his):
            assert await waiting(socket) == [contact("removed", ann, bob)]
        await his.send(text(ann, cid="1"))
        assert (await his.receive())["code"] == -403
        assert (await ann.post("/contact/remove", dstid=bob.user_id))["code"] == 0
        assert await waiting(hers) == []
    for client, other in ((ann, bob), (bob, ann)):
        assert (await client.post("/contact/loadfriend"))["rows"] == []
        rows = (await client.post("/message/history", kind=10, dstid=other.user_id))["rows"]
        assert [row["id"] for row in rows] == [sent["id"]]
    assert (await bob.post("/contact/addfriend", dstid=ann.user_id))["msg"] == "好友添加成功"
    assert (await bob.post_json("/message/send", **text(ann)))["data"]["seq"] == 2


async def test_blocking(app):
    """Only the caller's pages hear of it; messages of the blocked one reach nobody, and both stay on the
    lists of each other."""
    ann, bob = await friends(app)
    await bob.post_json("/message/send", **text(ann))
    async with ann.socket() as hers, bob.socket() as his:
        before = (await bob.post("/message/conversations"))["data"]["change"]
        assert (await ann.post("/contact/block", dstid=bob.user_id, on=1))["code"] == 0
        assert await waiting(hers) == [contact("updated", ann, bob)]
        assert (await ann.post("/contact/block", dstid=bob.user_id, on=1))["code"] == 0
        await his.send(text(ann, cid="1"))
        assert (await his.receive(2))["msg"] == "你们还不是好友"
        await his.send({"cmd": 12, "kind": 10, "dstid": ann.user_id})
        assert (await his.receive(2))["code"] == -403
        assert await waiting(hers) == []
        told = await bob.post("/message/conversations", after=before)
        assert told["rows"] == []
        [row] = (await ann.post("/contact/blocked"))["rows"]
        assert (row["id"], row["nickname"], row["remark"], row["online"]) == (bob.user_id, "Bob", "", 0)
        assert (await ann.post("/user/find", id=bob.user_id))["data"]["blocked"] == 1
        assert (await bob.post("/user/find", id=ann.user_id))["data"]["blocked"] == 0
        assert (await bob.post("/contact/blocked"))["rows"] == []
        await ann.post("/user/profile", memo="new")
        assert [frame["what"] for frame in await waiting(hers)] == ["updated"]
        assert await waiting(his) == []  # not that either
        for client, other in ((ann, bob), (bob, ann)):
            assert [row["id"] for row in (await client.post("/contact/loadfriend"))["rows"]] == [
                other.user_id
            ]
        assert (await ann.post("/contact/block", dstid=bob.user_id, on=0))["code"] == 0
        await his.send(text(ann, cid="1"))
        assert (await his.receive(1))["seq"] == 2
    assert (await ann.post("/contact/block", dstid=ann.user_id, on=1))["code"] == -1
    assert (await ann.post("/contact/block", dstid=10**9, on=1))["code"] == -404


async def test_who_is_blocked_finds_as_a_stranger(app):
    """Not online, and not at all in the ways that strangers may not; groups of both go on."""
    ann, bob = await friends(app)
    room = await group(ann, bob)
    await ann.post("/user/settings", find="[]")
    async with ann.socket():
        assert (await bob.post("/user/find", id=ann.user_id))["data"]["online"] == 1
        await ann.post("/contact/block", dstid=bob.user_id, on=1)
        assert (await bob.post("/contact/loadfriend"))["rows"][0]["online"] == 0
        members = (await bob.post("/community/members", dstid=room))["rows"]
        assert {row["nickname"]: row["online"] for row in members} == {"Ann": 0, "Bob": 0}
        for named in ({"id": ann.user_id}, {"mobile": ann.mobile}):
            assert (await bob.post("/user/find", **named))["code"] == -404
        assert (await bob.post_json("/message/send", **text(room, cmd=11)))["code"] == 0
        assert (await ann.post("/user/find", id=bob.user_id))["code"] == 0
        [common] = (await bob.post("/contact/common", dstid=ann.user_id))["rows"]
        assert common["name"] == "Birds"


async def test_nobody_blocks_too_many(app, monkeypatch):
    """All of them are kept in memory."""
    monkeypatch.setattr("models.blocks.MAX_BLOCKED", 2)
    ann, *others = await register(app, "Ann", "Bob", "Cy", "Dan")
    answers = [await ann.post("/contact/block", dstid=other.user_id, on=1) for other in others]
    assert [answer["code"] for answer in answers] == [0, 0, -1]
    await ann.post("/contact/block", dstid=others[0].user_id, on=0)
    assert (await ann.post("/contact/block", dstid=others[2].user_id, on=1))["code"] == 0
    assert [row["nickname"] for row in (await ann.post("/contact/blocked"))["rows"]] == ["Dan", "Cy"]


async def test_a_red_packet_between_two_who_blocked(app):
    """Neither sends one nor opens one; what is in it goes back to its sender in time."""
    ann, bob = await friends(app)
    put = {"kind": 10, "amount": 5, "count": 1, "mode": "equal"}
    packet = (await bob.post_json("/redpacket/send", **put, dstid=ann.user_id, cid="1"))["data"]["id"]
    await ann.post("/contact/block", dstid=bob.user_id, on=1)
    assert (await ann.post("/redpacket/open", id=packet))["code"] == -403
    assert (await ann.post("/redpacket/info", id=packet))["data"]["opened"] == 0
    for client, other in ((ann, bob), (bob, ann)):
        answer = await client.post_json("/redpacket/send", **put, dstid=other.user_id, cid="2")
        assert answer["code"] == -403
    await ann.post("/contact/block", dstid=bob.user_id, on=0)
    assert (await ann.post("/redpacket/open", id=packet))["data"]["amount"] == 5
