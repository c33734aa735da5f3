"""What becomes of groups and of who is in them, as people meet it: coming in by every way, what newcomers
see, what is left for who went, muting, and what heads change."""

import asyncio
import json

from protocol.clock import now_ms
from tests.handlers.people import text, waiting

WEEK = 7 * 86_400_000


async def done(who, path, **fields):
    answer = await who.post_json(path, **fields)
    assert answer["code"] == 0, (path, answer)
    return answer


async def village(app, *names, friends=False):
    """Some people, of whom the first one has a group; its id."""
    people = [await app.client().register(name) for name in names]
    group = (await done(people[0], "/contact/createcommunity", name="Birds"))["data"]["id"]
    if friends:
        for other in people[1:]:
            await done(people[0], "/contact/addfriend", dstid=other.user_id)
    return people, group


async def seqs(who, group, **fields):
    answer = await done(who, "/message/history", kind=11, dstid=group, **fields)
    return [row["seq"] for row in answer["rows"]]


async def row_of(who, group, **fields):
    rows = (await done(who, "/message/conversations", **fields))["rows"]
    return next((row for row in rows if (row["kind"], row["dstid"]) == (11, group)), None)


# --- what newcomers see -----------------------------------------------------------------------------------


async def test_newcomers_see_nothing_from_before(app):
    """On every route the first message of somebody who came late is that of their coming."""
    (ann, bob), group = await village(app, "Ann", "Bob")
    here = {"kind": 11, "dstid": group}
    old = [await done(ann, "/message/send", **text(group, f"zebra {n}", cmd=11, at=[0])) for n in range(3)]
    ids = [answer["data"]["id"] for answer in old]
    await done(ann, "/message/change", cmd=19, amount=1, id=ids[0], **here)
    await done(bob, "/contact/joincommunity", dstid=group)
    joined = 5
    assert await seqs(bob, group) == await seqs(bob, group, after=0) == [joined]
    assert [r["seq"] for r in (await done(bob, "/message/changes", **here, ver=0))["rows"]] == [joined]
    around = await done(bob, "/message/around", **here, seq=3)
    assert ([r["seq"] for r in around["rows"]], around["data"]["before"]) == ([joined], 0)
    assert (await done(bob, "/message/get", **here, ids=ids))["rows"] == []
    assert (await done(bob, "/message/pins", **here))["rows"] == []
    assert (await done(bob, "/message/mentions", **here))["rows"] == []
    assert (await bob.post_json("/favorite/add", **here, id=ids[0]))["code"] == -404
    assert (await bob.post_json("/message/edits", **here, id=ids[0]))["code"] == -404
    react = {"cmd": 16, "content": "👍", "amount": 1}
    assert (await bob.post_json("/message/change", **here, id=ids[0], **react))["code"] == -404
    to = [{"kind": 10, "dstid": bob.user_id}]
    assert (await done(bob, "/message/forward", **here, ids=ids, to=to))["rows"] == []
    while not (await done(ann, "/message/search", q="zebra"))["rows"]:
        await asyncio.sleep(0.02)
    assert (await done(bob, "/message/search", q="zebra"))["rows"] == []
    row = await row_of(bob, group)
    assert (row["unread"], row["mentions"], row["cleared"], row["last"]["seq"]) == (0, 0, joined - 1, joined)
    await done(ann, "/message/send", **text(group, "and now", cmd=11))
    assert await seqs(bob, group) == [joined, joined + 1]
    assert (await row_of(bob, group))["unread"] == 1


async def test_changes_of_older_messages_are_not_told(app):
    """What becomes of a message from before reaches those who see it, at once; newcomers hear nothing."""
    (ann, cid, bob), group = await village(app, "Ann", "Cid", "Bob")
    await done(cid, "/contact/joincommunity", dstid=group)
    sent = (await done(ann, "/message/send", **text(group, "secret", cmd=11)))["data"]
    await done(bob, "/contact/joincommunity", dstid=group)
    async with cid.socket() as there, bob.socket() as late:
        edit = {"cmd": 15, "kind": 11, "dstid": group, "id": sent["id"], "content": "still secret"}
        await done(ann, "/message/change", **edit)
        assert (await there.receive())["content"] == "still secret"
        assert await waiting(late) == []
        said = (await done(ann, "/message/send", **text(group, "open", cmd=11)))["data"]
        await done(ann, "/message/change", **{**edit, "id": said["id"], "content": "opener"})
        for socket in (there, late):
            assert [frame["content"] for frame in await waiting(socket)] == ["open", "opener"]


async def test_history_is_fixed_when_one_comes(app):
    """Who came while it was open goes on reading, who came while it was not does not; back is anew."""
    (ann, bob, cid), group = await village(app, "Ann", "Bob", "Cid")
    await done(ann, "/message/send", **text(group, "first", cmd=11))
    await done(bob, "/contact/joincommunity", dstid=group)  # 3
    await done(ann, "/community/update", dstid=group, history=1)
    await done(cid, "/contact/joincommunity", dstid=group)  # 4
    assert (await seqs(bob, group), await seqs(cid, group)) == ([3, 4], [1, 2, 3, 4])
    await done(ann, "/community/update", dstid=group, history=0)
    assert (await seqs(bob, group), await seqs(cid, group)) == ([3, 4], [1, 2, 3, 4])
    for who in (bob, cid):
        await done(who, "/community/leave", dstid=group)  # 5, 6
    await done(cid, "/contact/joincommunity", dstid=group)  # 7
    await done(ann, "/community/update", dstid=group, history=1)
    await done(bob, "/contact/joincommunity", dstid=group)  # 8
    assert (await seqs(bob, group), await seqs(cid, group)) == ([*range(1, 9)], [7, 8])


async def test_nothing_to_keep(app):
    """Where only notices were left before somebody came, they see these."""
    (ann, bob), group = await village(app, "Ann", "Bob")
    await done(bob, "/contact/joincommunity", dstid=group)
    assert await seqs(bob, group) == [1, 2]


async def test_announcements_are_kept_from_newcomers(app):
    """What was announced before somebody came is something that was said there, though nothing else was."""
    (ann, bob), group = await village(app, "Ann", "Bob")
    await done(ann, "/community/update", dstid=group, notice="for those who were here")
    await done(ann, "/community/update", dstid=group, notice="")
    await done(bob, "/contact/joincommunity", dstid=group)
    assert await seqs(bob, group) == [3]


# --- going ------------------------------------------------------------------------------------------------


async def test_who_left_learns_nothing_more(app):
    """Their sockets hear that they went and nothing behind it; the list has the group as it was then."""
    (ann, bob), group = await village(app, "Ann", "Bob")
    await done(bob, "/contact/joincommunity", dstid=group)
    await done(ann, "/message/send", **text(group, "one", cmd=11))
    before = await done(bob, "/message/conversations")
    async with ann.socket() as owner, bob.socket() as gone, bob.socket(v=None) as classic:
        await done(bob, "/community/leave", dstid=group)
        told = {"cmd": 21, "what": "left", "dstid": group, "userid": bob.user_id, "kind": 11}
        told["who"] = [bob.user_id]
        event, notice = await waiting(owner)
        assert (event, notice["content"]) == (told, "Bob退出了群")
        memo = {"what": "left", "by": bob.user_id, "who": [bob.user_id]}
        assert json.loads(notice["memo"]) == memo
        own, event = await waiting(gone)
        assert (event, own["cmd"], own["left"]) == (told, 22, 1)
        await done(ann, "/message/send", **text(group, "two", cmd=11))
        assert await waiting(gone) == []
        await ann.post_json("/message/send", **text(bob, "x"))
        await done(bob, "/message/send", **text(bob, "note"))
        assert (await classic.receive())["content"] == "note"
    row = await row_of(bob, group, after=before["data"]["change"])
    assert (row["left"], row["seq"], row["unread"], "last" in row) == (1, 3, 0, False)
    assert await row_of(bob, group) == row
    place = {"kind": 11, "dstid": group}
    for path, fields in (
        ("/message/history", {}),
        ("/message/changes", {"ver": 0}),
        ("/message/get", {"ids": [1]}),
        ("/message/read", {"seq": 3}),
        ("/message/hide", {"ids": [1]}),
        ("/conversation/set", {"pinned": 1}),
        ("/message/search", {"q": "one"}),
    ):
        assert (await bob.post_json(path, **place, **fields))["code"] == -403, path
    assert (await done(bob, "/contact/loadcommunity"))["rows"] == []
    changed = (await done(bob, "/message/conversations"))["data"]["change"]
    await done(ann, "/message/send", **text(group, "three", cmd=11))
    assert await row_of(bob, group, after=changed) is None  # nor that anything goes on there
    await done(bob, "/conversation/clear", **place, seq=99)
    assert await row_of(bob, group) is None
    assert (await row_of(bob, group, after=changed))["left"] == 1
    await done(bob, "/contact/joincommunity", dstid=group)
    row = await row_of(bob, group)
    assert (row["left"], row["unread"], row["last"]["content"]) == (0, 0, "Bob加入了群")


async def test_removed_at_once(app):
    """Who is removed hears that, and neither the notice nor what comes behind it, on any socket."""
    (ann, bob, cid), group = await village(app, "Ann", "Bob", "Cid")
    for who in (bob, cid):
        await done(who, "/contact/joincommunity", dstid=group)
    async with cid.socket() as there, bob.socket() as gone:
        ids = [bob.user_id, cid.user_id + 99, ann.user_id]
        rows = (await done(ann, "/community/remove", dstid=group, ids=ids))["rows"]
        assert [(row["id"], row["code"]) for row in rows] == [*zip(ids, (0, -404, -403))]
        assert [frame["cmd"] for frame in await waiting(gone)] == [22, 21]
        event, notice = await waiting(there)
        assert (event["what"], event["who"], notice["content"]) == (
            "removed",
            [bob.user_id],
            "Ann将Bob移出了群",
        )
        await gone.send(text(group, "let me", cmd=11, cid="x"))
        assert (await gone.receive())["code"] == -403
    assert (await done(ann, "/community/info", dstid=group))["data"]["members"] == 2


# --- muting -----------------------------------------------------------------------------------------------


async def test_muted_until(app):
    """Who is muted is told until when, on the socket too; the time over, they write; back in, still muted."""
    (ann, bob), group = await village(app, "Ann", "Bob")
    await done(bob, "/contact/joincommunity", dstid=group)
    until = now_ms() + 600
    async with bob.socket() as socket:
        await done(ann, "/community/mute", dstid=group, id=bob.user_id, until=until)
        [told] = await waiting(socket)
        assert (told["cmd"], told["what"], told["who"]) == (21, "muted", [bob.user_id])
        await socket.send(text(group, "x", cmd=11, cid="1"))
        refused = await socket.receive()
        assert (refused["code"], refused["data"]) == (-1, {"until": until})
        await done(bob, "/community/leave", dstid=group)
        await done(bob, "/contact/joincommunity", dstid=group)
        assert (await bob.post_json("/message/send", **text(group, cmd=11)))["code"] == -1
        rows = (await done(ann, "/community/members", dstid=group))["rows"]
        assert [row["muted_until"] for row in rows] == [0, until]
        await asyncio.sleep(max(0.0, (until - now_ms()) / 1000) + 0.05)
        await done(bob, "/message/send", **text(group, "free", cmd=11))
        await done(ann, "/community/mute", dstid=group, id=bob.user_id, until=until + WEEK)
        await done(ann, "/community/mute", dstid=group, id=bob.user_id, until=until)  # past: ends it
        await done(bob, "/message/send", **text(group, "free again", cmd=11))


async def test_all_muted(app):
    """Only heads write, nobody hears the others type; it ends by itself."""
    (ann, bob, cid), group = await village(app, "Ann", "Bob", "Cid")
    for who in (bob, cid):
        await done(who, "/contact/joincommunity", dstid=group)
    await done(ann, "/community/role", dstid=group, id=cid.user_id, role=2)
    async with ann.socket() as head, bob.socket() as quiet:
        await quiet.send({"cmd": 12, "kind": 11, "dstid": group})
        assert (await head.receive())["cmd"] == 12
        until = now_ms() + 700
        await done(ann, "/community/mute", dstid=group, until=until)
        event, notice = await waiting(head)
        assert (event["what"], event["who"], notice["content"]) == ("muted", [], "Ann开启了全员禁言")
        assert (await done(bob, "/community/info", dstid=group))["data"]["muted"] == 1
        refused = await bob.post_json("/message/send", **text(group, cmd=11))
        assert (refused["code"], refused["data"]) == (-1, {"until": until})
        for who in (ann, cid):
            await done(who, "/message/send", **text(group, "hear", cmd=11))
        await waiting(head)
        await quiet.send({"cmd": 12, "kind": 11, "dstid": group})
        await waiting(quiet)
        await asyncio.sleep(0.05)
        assert await waiting(head) == []
        await asyncio.sleep(max(0.0, (until - now_ms()) / 1000) + 0.05)
        await done(bob, "/message/send", **text(group, "free", cmd=11))
        assert (await done(bob, "/community/info", dstid=group))["data"]["muted"] == 0


# --- what heads change ------------------------------------------------------------------------------------


async def test_what_a_group_is(app):
    """A new name and an announcement leave notices, the latter naming all; the rest is an event alone."""
    (ann, bob), group = await village(app, "Ann", "Bob")
    await done(bob, "/contact/joincommunity", dstid=group)
    await done(bob, "/message/read", kind=11, dstid=group, seq=2)
    async with bob.socket() as member:
        await done(ann, "/community/update", dstid=group, memo="about birds", icon="/asset/i.png")
        [event] = await waiting(member)
        assert (event["cmd"], event["what"]) == (21, "updated")
        await done(ann, "/community/update", dstid=group, memo="about birds")
        assert await waiting(member) == []  # so it was
        row = (await done(ann, "/community/update", dstid=group, name="Owls"))["data"]
        assert (row["name"], row["role"], row["members"]) == ("Owls", 3, 2)
        event, notice = await waiting(member)
        assert notice["content"] == "Ann将群名修改为“Owls”"
        assert json.loads(notice["memo"]) == {"what": "renamed", "by": ann.user_id, "who": [], "name": "Owls"}
        await done(ann, "/community/update", dstid=group, notice=" at eight\nbring tea ")
        event, notice = await waiting(member)
        assert (notice["media"], notice["at"]) == (90, [0]) and "at eight\nbring tea" in notice["content"]
    row = await row_of(bob, group)
    assert (row["unread"], row["mentions"]) == (1, 1)
    seen = (await done(bob, "/community/info", dstid=group))["data"]
    assert (seen["notice"]["content"], seen["notice"]["userid"]) == ("at eight\nbring tea", ann.user_id)
    assert [r["name"] for r in (await done(bob, "/contact/loadcommunity"))["rows"]] == ["Owls"]
    await done(ann, "/community/update", dstid=group, notice="")
    seen = (await done(bob, "/community/info", dstid=group))["data"]
    assert seen["notice"] == {"content": "", "userid": 0, "createat": 0}


async def test_handed_over(app):
    """The new owner heads the group; one who has as many as one may can't take it."""
    (ann, bob), group = await village(app, "Ann", "Bob")
    await done(bob, "/contact/joincommunity", dstid=group)
    full = [await done(bob, "/contact/createcommunity", name=f"{n}") for n in range(5)]
    here = {"dstid": group, "id": bob.user_id}
    assert (await ann.post_json("/community/transfer", **here))["code"] == -1
    await done(bob, "/community/dissolve", dstid=full[0]["data"]["id"])  # which counts no more
    async with ann.socket() as socket:
        await done(ann, "/community/transfer", **here)
        event, notice = await waiting(socket)
        assert (event["what"], event["who"]) == ("role", [bob.user_id, ann.user_id])
        assert notice["content"] == "Ann将群主转让给了Bob"
    rows = (await done(ann, "/community/members", dstid=group))["rows"]
    assert [(row["nickname"], row["role"]) for row in rows] == [("Bob", 3), ("Ann", 1)]
    assert (await done(ann, "/community/info", dstid=group))["data"]["ownerid"] == bob.user_id
    assert (await ann.post_json("/community/update", dstid=group, name="x"))["code"] == -403
    assert (await bob.post_json("/contact/createcommunity", name="sixth"))["code"] == -1


async def test_called_otherwise_here(app):
    """Members are found by what they are called in the group, and how it sounds."""
    (ann, bob), group = await village(app, "Ann", "Bob")
    await done(bob, "/contact/joincommunity", dstid=group)
    await done(bob, "/community/alias", dstid=group, nickname=" 张三 ")
    for q in ("张", "zhangsan", "zs", "bo"):
        rows = (await done(ann, "/community/members", dstid=group, q=q))["rows"]
        assert [(row["nickname"], row["alias"]) for row in rows] == [("Bob", "张三")], q
    assert (await done(bob, "/community/info", dstid=group))["data"]["alias"] == "张三"
    await done(bob, "/community/alias", dstid=group, nickname="")
    assert (await done(ann, "/community/members", dstid=group, q="张"))["rows"] == []


async def test_no_more_than_may_be(app):
    """Twenty admins are all."""
    (ann, *others), group = await village(app, "Ann", *(f"P{n}" for n in range(21)))
    for who in others:
        await done(who, "/contact/joincommunity", dstid=group)
    codes = []
    for who in others:
        answer = await ann.post_json("/community/role", dstid=group, id=who.user_id, role=2)
        codes.append(answer["code"])
    assert codes == [0] * 20 + [-1]
