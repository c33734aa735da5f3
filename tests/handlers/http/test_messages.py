"""The /message calls: sending without a socket, and reading what was said."""

import asyncio

import pytest

from tests.handlers.people import friends, group, text, waiting


async def say(client, dst, *contents: str, **fields) -> list[dict]:
    """Sends texts; their acks."""
    answers = [
        await client.post_json("/message/send", **text(dst, content, **fields)) for content in contents
    ]
    assert all(answer["code"] == 0 for answer in answers), answers
    return [answer["data"] for answer in answers]


def contents(answer: dict) -> list[str]:
    assert answer["code"] == 0, answer
    return [row["content"] for row in answer["rows"]]


async def chats(client, **fields) -> list[dict]:
    answer = await client.post("/message/conversations", **fields)
    assert answer["code"] == 0 and answer["total"] == len(answer["rows"])
    return answer["rows"]


# --- sending ------------------------------------------------------------------------------------------------


async def test_sending(app):
    """As a form and as JSON a message is the same; the answer is its ack."""
    ann, bob = await friends(app)
    [first] = await say(ann, bob, "first")
    message = text(bob, "12", "c1", url="/mnt/a.png", amount=3, ref=first["id"], at=[bob.user_id])
    by_json = await ann.post_json("/message/send", **message)
    assert by_json == {
        "code": 0,
        "msg": "",
        "data": {
            "cid": "c1",
            "id": by_json["data"]["id"],
            "seq": 2,
            "ver": 2,
            "createat": by_json["data"]["createat"],
            "kind": 10,
            "dstid": bob.user_id,
        },
    }
    by_form = await ann.post("/message/send", **{**message, "at": f"[{bob.user_id}]"})
    assert by_form == by_json
    row = (await bob.post("/message/history", kind=10, dstid=ann.user_id))["rows"][1]
    assert row.items() >= message.items() and row["userid"] == ann.user_id


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"dstid": None}, -400),
        ({"dstid": "x"}, -400),
        ({"dstid": 0}, -400),
        ({"cmd": 0}, -400),
        ({"cmd": None}, -400),
        ({"media": "1.5"}, -400),
        ({"content": ""}, -400),
        ({"content": "\x00"}, -400),
        ({"cid": "x" * 65}, -400),
        ({"amount": -1}, -400),
        ({"amount": 2**53}, -400),
        ({"at": "1"}, -400),
        ({"at": "[true]"}, -400),
        ({"at": "{}"}, -400),
        ({"media": 90}, -403),
        ({"dstid": 99999}, -404),
        ({"cmd": 11, "dstid": 99999}, -404),
        ({"userid": 99999}, -401),
        ({"content": "x" * 70000}, -413),
    ],
)
async def test_sending_nonsense(app, fields, code):
    """A message that makes no sense is refused with a code and a reason, and nothing is stored."""
    ann, bob = await friends(app)
    answer = await ann.post("/message/send", **{"userid": ann.user_id, **text(bob), **fields})
    assert answer["code"] == code and answer["msg"]
    assert await chats(bob) == []


async def test_sending_in_anothers_name(app):
    """The sender is the caller, and nobody can be the caller who has not logged in as them."""
    ann, bob = await friends(app)
    for call in (ann.post, ann.post_json):
        assert (await call("/message/send", **text(ann), userid=bob.user_id))["code"] == -401
    assert (await app.client().post("/message/send", **text(bob), userid=ann.user_id))["code"] == -401


async def test_strangers(app):
    """A stranger gets -403 from every call about a chat that is not theirs, and -404 where there is none."""
    ann, bob = await friends(app)
    eve = await app.client().register()
    room = await group(ann, bob)
    await say(ann, room, "secret", cmd=11)
    calls = {"history": {}, "changes": {"ver": 0}, "read": {"seq": 1}}
    for name, fields in calls.items():
        for kind, dstid, code in (
            (10, ann.user_id, -403),
            (11, room, -403),
            (10, 99999, -404),
            (11, 99999, -404),
            (12, room, -400),
            ("x", room, -400),
            (None, room, -400),
            (11, None, -400),
        ):
            answer = await eve.post(f"/message/{name}", kind=kind, dstid=dstid, **fields)
            assert (answer["code"], "rows" in answer) == (code, False), (name, kind, dstid)
    assert (await eve.post_json("/message/send", **text(room, cmd=11)))["code"] == -403


# --- conversations ------------------------------------------------------------------------------------------


async def test_conversations(app):
    """The list shows each chat that has a message, newest first, with its last message and what is unread."""
    ann, bob = await friends(app)
    room = await group(ann, bob)  # has a notice for each of the two
    (await say(ann, bob, "one", "two"))
    last = (await say(bob, ann, "three"))[0]
    single, group_row = await chats(bob)
    assert {**single, "last": single["last"]["content"]} == {
        "kind": 10,
        "dstid": ann.user_id,
        "seq": 3,
        "ver": 3,
        "read": 0,
        "peer_read": 0,
        "unread": 2,
        "mentions": 0,
        "last": "three",
        "pinned": 0,
        "muted": 0,
        "archived": 0,
        "marked": 0,
        "cleared": 0,
        "hidden": 0,
        "left": 0,
        "updateat": last["createat"],
        "change": single["change"],
    }
    assert single["change"] > group_row["change"] > 0
    assert (group_row["kind"], group_row["dstid"], group_row["last"]["media"]) == (11, room, 90)
    assert [row["unread"] for row in await chats(ann) if row["kind"] == 10] == [1]


async def test_empty_chats_are_not_listed(app):
    """A friend who has said nothing yet is not in the list of conversations; the list is empty, not
    missing."""
    ann, bob = await friends(app)
    answer = await ann.post("/message/conversations")
    assert (answer["rows"], answer["total"]) == ([], 0) and answer["data"]["epoch"] > 0
    async with ann.socket() as socket:
        assert socket.welcome["epoch"] == answer["data"]["epoch"]


async def test_conversations_that_changed(app):
    """`after` lists only what changed since, the oldest change first."""
    ann, bob = await friends(app)
    await say(ann, bob, "old")
    answer = await ann.post("/message/conversations")
    seen = answer["data"]["change"]
    assert seen == answer["rows"][0]["change"]
    assert await chats(ann, after=seen) == []
    await say(ann, ann, "note")
    await say(bob, ann, "new")
    assert [row["dstid"] for row in await chats(ann, after=seen)] == [ann.user_id, bob.user_id]
    answer = await ann.post("/message/conversations", after=seen, limit=1)
    assert ([row["dstid"] for row in answer["rows"]], answer["data"]["more"]) == ([ann.user_id], 1)
    assert [row["dstid"] for row in await chats(ann, after=answer["data"]["change"])] == [bob.user_id]
    answer = await ann.post("/message/conversations", limit=1)
    assert ([row["dstid"] for row in answer["rows"]], answer["data"]["more"]) == ([bob.user_id], 1)
    assert [row["dstid"] for row in await chats(ann, before=answer["data"]["next"])] == [ann.user_id]
    assert len(await chats(ann, limit=100_000)) == 2
    for bad in (
        {"after": "x"},
        {"after": -1},
        {"limit": 0},
        {"limit": "x"},
        {"before": "x"},
        {"before": "1-"},
        {"before": "1-1", "after": 1},
    ):
        assert (await ann.post("/message/conversations", **bad))["code"] == -400


async def test_mentions(app):
    """Who is addressed, by name or with all, sees it in the list until it is read."""
    ann, bob = await friends(app)
    room = await group(ann, bob)
    await say(ann, room, "you", cmd=11, at=[bob.user_id])
    await say(ann, room, "all", cmd=11, at=[0])
    await say(ann, room, "me", cmd=11, at=[ann.user_id])
    seq = (await say(ann, room, "nobody", cmd=11))[0]["seq"]
    row = (await chats(bob))[0]
    assert (row["mentions"], row["unread"]) == (2, 4)
    assert (await chats(ann))[0]["mentions"] == 0
    assert (await bob.post("/message/read", kind=11, dstid=room, seq=seq - 2))["code"] == 0
    assert (await chats(bob))[0]["mentions"] == 0


# --- history and changes ------------------------------------------------------------------------------------


async def test_history(app):
    """Pages of history: newest, before and after a message; both bounds exclusive, always ascending."""
    ann, bob = await friends(app)
    await say(ann, bob, *"abcdefgh")

    async def page(**fields) -> str:
        return "".join(contents(await bob.post("/message/history", kind=10, dstid=ann.user_id, **fields)))

    assert await page() == "abcdefgh"
    assert await page(limit=3) == "fgh"
    assert await page(before=6, limit=3) == "cde"
    assert await page(before=3) == "ab"
    assert await page(before=1) == ""
    assert await page(after=6) == "gh"
    assert await page(after=0, limit=2) == "ab"
    assert await page(after=8) == await page(after=2**53 - 1) == ""
    assert await page(before=2**53 - 1, limit=1) == "h"
    assert await page(limit=100_000) == "abcdefgh"


@pytest.mark.parametrize(
    "fields",
    [
        {"before": 3, "after": 1},
        {"before": "x"},
        {"before": -1},
        {"after": "1.5"},
        {"limit": 0},
        {"limit": -1},
        {"before": 2**53},
        {"kind": "10 or 1"},
    ],
)
async def test_bad_history(app, fields):
    """Both bounds at once, and bounds that are no numbers, are refused."""
    ann, bob = await friends(app)
    answer = await ann.post("/message/history", **{"kind": 10, "dstid": bob.user_id, **fields})
    assert answer["code"] == -400


async def test_history_is_fifty(app):
    """A page is 50 messages unless asked for otherwise, and never more than 200."""
    ann, bob = await friends(app)
    async with ann.socket() as socket:
        for i in range(210):
            await socket.send(text(bob, str(i)))
        for _ in range(210):
            await socket.receive(1)
    for fields, first in (({}, 161), ({"limit": 200}, 11), ({"limit": 1000}, 11)):
        rows = (await bob.post("/message/history", kind=10, dstid=ann.user_id, **fields))["rows"]
        assert [row["seq"] for row in rows] == list(range(first, 211))
    answer = await bob.post("/message/changes", kind=10, dstid=ann.user_id, ver=0)
    assert (len(answer["rows"]), answer["data"]) == (200, {"more": True})


async def test_changes(app):
    """Asking what changed since a version, until there is no more, gives every message once."""
    ann, bob = await friends(app)
    await say(ann, bob, *"abcde")
    found, ver, more = [], 0, True
    while more:
        answer = await bob.post("/message/changes", kind=10, dstid=ann.user_id, ver=ver, limit=2)
        found += contents(answer)
        ver, more = answer["rows"][-1]["ver"], answer["data"]["more"]
    assert found == list("abcde")
    answer = await bob.post("/message/changes", kind=10, dstid=ann.user_id, ver=ver)
    assert (answer["rows"], answer["data"]) == ([], {"more": False})
    assert (await bob.post("/message/changes", kind=10, dstid=ann.user_id))["code"] == -400


async def test_the_same_row_everywhere(app):
    """The pushed frame, history, changes and the list show one and the same message."""
    ann, bob = await friends(app)
    async with bob.socket() as socket:
        await say(ann, bob, "same", cid="c", memo="m", at=[bob.user_id])
        frame = await socket.receive()
    history = (await bob.post("/message/history", kind=10, dstid=ann.user_id))["rows"]
    changes = (await bob.post("/message/changes", kind=10, dstid=ann.user_id, ver=0))["rows"]
    assert [frame] == history == changes == [row["last"] for row in await chats(bob)]


# --- reading ------------------------------------------------------------------------------------------------


async def test_reading(app):
    """Reading moves the mark up and never down, is held to the end, and shows as the friend's peer_read."""
    ann, bob = await friends(app)
    await say(ann, bob, *"abc")
    for seq, stands, unread in ((2, 2, 1), (1, 2, 1), (0, 2, 1), (99, 3, 0), (2**53 - 1, 3, 0)):
        answer = await bob.post("/message/read", kind=10, dstid=ann.user_id, seq=seq)
        assert answer == {"code": 0, "msg": "", "data": None}
        assert [(row["read"], row["unread"]) for row in await chats(bob)] == [(stands, unread)]
        assert [row["peer_read"] for row in await chats(ann)] == [stands]
    await say(bob, ann, "d")
    assert [(row["read"], row["unread"]) for row in await chats(bob)] == [(3, 0)]  # sending moves nothing


async def test_reading_is_told(app):
    """A read mark set by call reaches the friend and all of the reader's devices, once."""
    ann, bob = await friends(app)
    await say(ann, bob, "a")
    async with ann.socket() as hers, bob.socket() as his, bob.socket() as other:
        for _ in range(2):
            await bob.post("/message/read", kind=10, dstid=ann.user_id, seq=1)
        event = {"cmd": 13, "userid": bob.user_id, "kind": 10, "dstid": ann.user_id, "seq": 1}
        for socket in (hers, his, other):
            assert await waiting(socket) == [event]


async def test_all_at_once(app):
    """Forty calls at once are numbered 1 to 40."""
    ann, bob = await friends(app)
    acks = await asyncio.gather(
        *(say(client, dst, str(i), cid=str(i)) for i in range(20) for client, dst in ((ann, bob), (bob, ann)))
    )
    assert sorted(ack["seq"] for (ack,) in acks) == list(range(1, 41))
