"""Operators: who may be one, what they decide, what becomes of it, and that all of it is in the log."""

import pytest

from protocol.clock import now_ms
from protocol.commands import COMMANDS
from protocol.declare import Access
from tests.app import PASSWD
from tests.handlers.http.moderated import held
from tests.handlers.people import friends, group, make_operator, text
from tests.routes import api

HOUR = 3_600_000
#: A call of each route, about the user `{id}` or a code `{invite}`; how the audit log names what it changes,
#: None for those that change nothing; and the answer to the same call again.
CALLS: dict[str, tuple[dict, str | None, int]] = {
    "/ops/users": ({}, None, 0),
    "/ops/user": ({"id": "{id}"}, None, 0),
    "/ops/groups": ({}, None, 0),
    "/ops/group/dissolve": ({"id": "{group}"}, "dissolve", -403),
    "/ops/audit": ({}, None, 0),
    "/ops/mute": ({"id": "{id}", "until": "{soon}"}, "mute", 0),
    "/ops/sessions/close": ({"id": "{id}"}, "sessions", 0),
    "/ops/deactivate": ({"id": "{id}", "on": 1}, "deactivate", 0),
    "/ops/op": ({"id": "{id}", "on": 1}, "op", 0),
    "/ops/reset": ({"id": "{id}"}, "reset", 0),
    "/ops/invites": ({"uses": 2}, "invite", 0),
    "/ops/invite/list": ({}, None, 0),
    "/ops/invite/revoke": ({"id": "{invite}"}, "invite.revoke", -404),
    "/ops/grant": ({"id": "{id}", "amount": 5, "cid": "g"}, "grant", 0),
    "/ops/words": ({}, None, 0),
    "/ops/reports": ({}, None, 0),  # nothing private was reported
    "/ops/report/answer": ({"id": "{report}", "what": "keep"}, "report.kept", -409),
    "/ops/review": ({}, None, 0),
    "/ops/review/answer": ({"id": "{review}", "pass": 1}, "review.passed", -409),
}
#: What makes another one each time.
EACH_TIME = {"/ops/reset", "/ops/invites"}


async def filled(app, op, path, user_id) -> dict:
    """The fields of a call."""
    values = {"{id}": user_id, "{soon}": now_ms() + HOUR}
    if "{invite}" in CALLS[path][0].values():
        values["{invite}"] = (await op.post("/ops/invites"))["data"]["id"]
    if "{group}" in CALLS[path][0].values():
        values["{group}"] = (await op.post("/contact/createcommunity", name="Birds"))["data"]["id"]
    if "{report}" in CALLS[path][0].values():
        await op.post("/report/add", what="user", id=user_id, reason="rude")
        values["{report}"] = (await op.post("/ops/reports"))["rows"][0]["id"]
    if "{review}" in CALLS[path][0].values():
        values["{review}"] = await held(app, op, 1)
    return {name: values.get(value, value) for name, value in CALLS[path][0].items()}


def test_every_route_is_tried():
    """A new route for operators comes with a call of it, and with the name of what it leaves in the log."""
    assert sorted(CALLS) == sorted(api(Access.OPERATOR))


@pytest.mark.parametrize("path", CALLS)
async def test_who_may(app, path):
    """Operators alone, whoever made them one; not who is one no longer, nor one who is deactivated."""
    ann, bob, eve, former = [await app.client().register(name) for name in ("Ann", "Bob", "Eve", "Former")]
    await make_operator(app, ann, bob, former)
    assert (await ann.post("/ops/op", id=former.user_id, on=0))["code"] == 0
    target = (await app.client().register("Target")).user_id
    fields = await filled(app, ann, path, target)
    for other in (eve, former, app.client()):
        answer = await other.post_json(path, **fields)
        assert answer["code"] == (-403 if other.user_id else -400), answer
        assert "rows" not in answer
    assert (await bob.post_json(path, **fields))["code"] == 0
    assert (await ann.post("/ops/deactivate", id=bob.user_id, on=1))["code"] == 0
    assert (await bob.post_json(path, **fields))["code"] == -401


@pytest.mark.parametrize("path", CALLS)
async def test_what_is_changed_is_in_the_log(app, path):
    """Each change leaves one row, which says who did what to whom; what changes nothing leaves none."""
    ann, bob = await app.client().register("Ann"), await app.client().register("Bob")
    await make_operator(app, ann)
    fields = await filled(app, ann, path, bob.user_id)
    before = (await ann.post("/ops/audit"))["rows"]
    _, what, again = CALLS[path]
    for code in (0, again):
        assert (await ann.post_json(path, **fields))["code"] == code
    after = (await ann.post("/ops/audit"))["rows"]
    new = after[: len(after) - len(before)]
    assert after[len(new) :] == before
    assert [row["what"] for row in new] == ([what] if what else []) * (1 + (path in EACH_TIME))
    for row in new:
        assert (row["op"], row["op_name"]) == (ann.user_id, "Ann")
        if fields.get("id") == bob.user_id:
            assert (row["target"], row["target_name"]) == (str(bob.user_id), "Bob")
        assert row["target"] and row["before"] != row["after"]


async def test_the_log_is_paged(app):
    """What was done is told from the latest on, and nothing twice."""
    bob, ann = await app.client().register("Bob"), await app.client().register("Ann")
    await make_operator(app, ann)
    for number in range(1, 6):
        await ann.post("/ops/mute", id=bob.user_id, until=now_ms() + number * HOUR)
    rows, before = [], None
    while before != 0:
        answer = await ann.post("/ops/audit", before=before, limit=4)
        rows += answer["rows"]
        before = rows[-1]["id"] if answer["data"]["more"] else 0
    assert [row["what"] for row in rows] == ["mute"] * 5 + ["op"]
    assert [row["before"] for row in rows[:4]] == [row["after"] for row in rows[1:5]]
    assert rows[-1]["op"] == 0  # who has no operator yet makes one at the command line


# --- muted ------------------------------------------------------------------------------------------------


async def test_muted(app):
    """Who is muted says nothing anywhere, by either door, and is told until when; they read and take back as
    ever, and nobody else is concerned. Afterwards they go on."""
    ann, bob = await friends(app)
    op = await app.client().register("Op")
    await make_operator(app, op)
    room = await group(ann, bob)
    said = (await ann.post_json("/message/send", **text(bob, "before")))["data"]
    mine = {"kind": 10, "dstid": bob.user_id, "id": said["id"]}
    async with ann.socket() as socket, bob.socket() as other, ann.socket(v=None) as classic:
        until = now_ms() + HOUR
        assert (await op.post("/ops/mute", id=ann.user_id, until=until))["data"]["muted_until"] == until
        to = [{"kind": 10, "dstid": bob.user_id}]
        for path, fields in (
            ("/message/send", text(bob)),
            ("/message/send", text(room, cmd=11)),
            ("/message/change", {**mine, "cmd": 15, "content": "x"}),
            ("/message/change", {**mine, "cmd": 16, "content": "x", "amount": 1}),
            ("/message/forward", {"kind": 10, "dstid": bob.user_id, "ids": [said["id"]], "to": to}),
            ("/contact/addfriend", {"dstid": op.user_id}),
            ("/contact/createcommunity", {"name": "hear me"}),
            ("/user/profile", {"nickname": "hear me"}),
            ("/user/profile", {"memo": "hear me"}),
            ("/user/profile", {"avatar": "/asset/seen.png"}),
            ("/community/update", {"dstid": room, "icon": "/asset/seen.png"}),
        ):
            answer = await ann.post_json(path, **fields)
            assert (answer["code"], answer.get("data")) == (-1, {"until": until}), (path, answer)
        for frame in (
            text(bob, cid="c"),
            {**mine, "cmd": 15, "content": "x"},
            {"cmd": 12, "kind": 10, "dstid": bob.user_id},
        ):
            await socket.send(frame)
            told = await socket.receive(1, 2)
            assert (told["code"], told["data"]) == (-1, {"until": until}), frame
        await classic.send(text(bob, "from a classic page"))
        assert (await ann.post_json("/message/history", kind=10, dstid=bob.user_id))["code"] == 0
        assert (await ann.post_json("/message/change", cmd=14, **mine))["code"] == 0
        assert (await ann.post("/user/profile", memo="", avatar=""))["code"] == 0
        assert (await bob.post_json("/message/send", **text(ann)))["code"] == 0
        assert (await op.post("/ops/mute", id=ann.user_id, until=0))["data"]["muted_until"] == 0
        await socket.send(text(bob, "again", cid="d"))
        assert (await socket.receive(1, 2))["cid"] == "d"
        assert [(await other.receive())["cmd"] for _ in range(3)] == [14, 20, 10]  # of all that, no more


def test_what_is_speech():
    """Of all that a client can say, this is what others would hear."""
    assert {command.__name__ for command in COMMANDS if command.is_speech} == {
        "SendMessage", "Forward", "AddFriend", "Typing", "SendPacket", "SetAlias", "CreateGroup"
    }  # fmt: skip


async def test_a_mute_ends_by_itself(app, monkeypatch):
    """When its time has come, without anybody's doing anything; and what has passed mutes nobody."""
    ann, bob = await friends(app)
    await make_operator(app, bob)
    now = now_ms()
    app.services.muted._now = lambda: now
    await bob.post("/ops/mute", id=ann.user_id, until=now + HOUR)
    assert (await ann.post_json("/message/send", **text(bob)))["code"] == -1
    now += HOUR
    assert (await ann.post_json("/message/send", **text(bob)))["code"] == 0
    answer = await bob.post("/ops/mute", id=ann.user_id, until=now_ms() - 1)
    assert (answer["code"], answer["data"]["muted_until"]) == (0, 0)


# --- deactivated ------------------------------------------------------------------------------------------


async def test_deactivated(app):
    """Their sockets are closed, their calls refused, and a log-in with the right password says why; with a
    wrong one it says what it always says. Undone, they log in and find all that was said."""
    ann, bob = await friends(app)
    await make_operator(app, bob)
    async with ann.socket() as socket:
        answer = await bob.post("/ops/deactivate", id=ann.user_id, on=1)
        assert answer["data"]["deactivated"] == 1
        assert await socket.closed() == 4401
    assert (await ann.post("/user/sessions"))["code"] == -401
    login = {"userid": None, "mobile": ann.mobile}
    refused = await ann.post("/user/login", passwd=PASSWD, **login)
    assert (refused["code"], refused["msg"]) == (-401, "该账号已被停用，请联系管理员")
    assert (await ann.post("/user/login", passwd="wrong123", **login))["msg"] == "手机号或密码不正确"
    assert (await bob.post_json("/message/send", **text(ann, "meanwhile")))["code"] == 0
    eve = await app.client().register("Eve")
    for by in ({"id": ann.user_id}, {"mobile": ann.mobile}):
        assert (await eve.post("/user/find", **by))["code"] == -404
        assert (await bob.post("/user/find", **by))["data"]["deactivated"] == 1
    assert (await eve.post("/contact/addfriend", dstid=ann.user_id))["code"] == -404
    assert [row.get("deactivated") for row in (await bob.post("/contact/loadfriend"))["rows"]] == [1]
    assert (await bob.post("/ops/deactivate", id=ann.user_id, on=0))["data"]["deactivated"] == 0
    assert "deactivated" not in (await bob.post("/contact/loadfriend"))["rows"][0]
    await ann.login(ann.mobile)
    rows = (await ann.post("/message/history", kind=10, dstid=bob.user_id))["rows"]
    assert [row["content"] for row in rows] == ["meanwhile"]


async def test_sessions_are_closed(app):
    """All of a user's, with their sockets; the operator's own stay, and the user may log in again."""
    ann, bob = await friends(app)
    await make_operator(app, bob)
    async with ann.socket() as one, ann.socket(v=None) as classic, bob.socket() as kept:
        assert len((await bob.post("/ops/user", id=ann.user_id))["rows"]) == 1
        assert (await bob.post("/ops/sessions/close", id=ann.user_id))["data"] == {"sessions": 1}
        assert [await one.closed(), await classic.closed()] == [4401, 4401]
        await kept.send({"cmd": 0})
        assert (await kept.receive(0))["cmd"] == 0
    await ann.login(ann.mobile)


# --- operators --------------------------------------------------------------------------------------------


async def test_the_last_operator_stays(app):
    """Nobody unmakes or deactivates the last one who can log in."""
    ann, bob = await friends(app)
    await make_operator(app, ann, bob)
    assert (await ann.post("/user/find", id=ann.user_id))["data"]["op"] == 1
    assert "op" not in (await ann.post("/user/find", id=bob.user_id))["data"]
    assert (await ann.post("/ops/deactivate", id=bob.user_id, on=1))["code"] == 0
    for path in ("/ops/op", "/ops/deactivate"):
        answer = await ann.post(path, id=ann.user_id, on=int(path == "/ops/deactivate"))
        assert (answer["code"], answer["msg"]) == (-1, "至少要有一位管理员")
    assert (await ann.post("/ops/op", id=bob.user_id, on=0))["code"] == 0
    assert (await ann.post("/ops/op", id=bob.user_id, on=1))["code"] == -1  # who can't log in can't be one
    for path, fields in (("/ops/op", {"on": 1}), ("/ops/mute", {"until": 0}), ("/ops/user", {})):
        assert (await ann.post(path, id=10**9, **fields))["code"] == -404


async def test_own_pages_hear_of_it(app):
    """Who is made an operator has their row asked for again by all their open pages."""
    ann, bob = await friends(app)
    await make_operator(app, ann)
    async with bob.socket() as socket:
        await ann.post("/ops/op", id=bob.user_id, on=1)
        told = await socket.receive(20)
        assert (told["what"], told["userid"]) == ("updated", bob.user_id)
        assert (await bob.post("/ops/users"))["code"] == 0


# --- finding ----------------------------------------------------------------------------------------------


async def test_people_are_found(app):
    """By id, by how a number begins in any spelling, by how a name begins; page by page, nobody twice."""
    op = await app.client().register("Op", "13500000000")
    await make_operator(app, op)
    for number, name in enumerate(("张三", "张三丰", "alice", "Alice", "ALBERT", "_x", "50%")):
        await app.client().register(name, f"{'+86' if number % 2 else ''}1370000000{number}")

    async def found(q, **fields):
        rows, after, more = [], None, True
        while more:
            answer = await op.post("/ops/users", q=q, after=after, **fields)
            assert answer["code"] == 0, answer
            rows += answer["rows"]
            after, more = rows[-1]["id"] if rows else None, answer["data"]["more"]
        assert len({row["id"] for row in rows}) == len(rows)
        return [row["nickname"] for row in rows]

    for limit in (1, 2, 50):
        assert await found("张", limit=limit) == ["张三", "张三丰"]
        assert sorted(await found("al", limit=limit)) == ["ALBERT", "Alice", "alice"]
        assert len(await found("1370000", limit=limit)) == 7
        assert len(await found("", limit=limit)) == 8
    assert await found("+86 137-0000 0001") == await found("13700000001") == ["张三丰"]
    assert (await found(str(op.user_id)))[0] == "Op"
    assert await found("_") == ["_x"] and await found("50%") == ["50%"]
    assert await found("三") == await found("%") == await found("1380") == await found("9" * 30) == []


async def test_a_group_is_dissolved(app):
    """Its members hear of it at once, read what was said, and write no more, its owner among them."""
    op = await app.client().register("Op")
    ann, bob = await friends(app)
    room = await group(ann, bob)
    await ann.post_json("/message/send", **text(room, "before", cmd=11))
    async with bob.socket() as socket:
        assert (await op.post("/ops/group/dissolve", id=room))["code"] == 0
        assert (await socket.receive(21))["what"] == "dissolved"
    for client in (ann, bob):
        assert (await client.post_json("/message/send", **text(room, cmd=11)))["code"] == -403
        rows = (await client.post("/message/history", kind=11, dstid=room))["rows"]
        assert rows[-1]["content"] == "管理员解散了群" and "before" in [row.get("content") for row in rows]
    [row] = (await op.post("/ops/groups", q=str(room)))["rows"]
    assert row["dissolved"]
    assert (await op.post("/ops/group/dissolve", id=10**9))["code"] == -404


async def test_groups_are_found(app):
    """By id and by how a name begins."""
    op = await app.client().register("Op")
    await make_operator(app, op)
    for name in ("Birds", "birdwatch", "Hills"):
        made = await op.post("/contact/createcommunity", name=name)
    ids = {row["name"]: row["id"] for row in (await op.post("/ops/groups"))["rows"]}
    assert list(ids) == ["Birds", "birdwatch", "Hills"]
    for q, names in (("bird", ["Birds", "birdwatch"]), (str(made["data"]["id"]), ["Hills"]), ("x", [])):
        assert [row["name"] for row in (await op.post("/ops/groups", q=q))["rows"]] == names
    page = await op.post("/ops/groups", limit=1, after=ids["Birds"])
    assert ([row["name"] for row in page["rows"]], page["data"]) == (["birdwatch"], {"more": 1})
