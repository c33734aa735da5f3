"""Red packets and the wallet as people meet them: who sends, who opens, who hears of it, what is refused."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from actions import packets as actions
from actions.housekeeping import tidy
from actions.wallet import ledger
from models import wallet as models
from models.tables import Member, RedPacket, User
from tests.app import PASSWD, running
from tests.handlers.people import friends, group, open_all, text, waiting

WELCOME = 10000


@pytest.fixture
def three(app, io_loop):
    """Ann and Bob are friends; with Cy they are in a group."""

    async def begin():
        ann, bob = await friends(app)
        cy = await app.client().register("Cy")
        return ann, bob, cy, await group(ann, bob, cy)

    return io_loop.run_sync(begin)


async def send(who, dst, amount=100, count=1, kind=None, **fields) -> dict:
    """The answer to a packet for a friend, or for a group, named by its number."""
    place = {"kind": 11, "dstid": dst} if isinstance(dst, int) else {"kind": 10, "dstid": dst.user_id}
    return await who.post_json("/redpacket/send", **place, amount=amount, count=count, **fields)


async def sent(who, dst, *args, **fields) -> int:
    """Its id."""
    answer = await send(who, dst, *args, **fields)
    assert answer["code"] == 0, answer
    return answer["data"]["id"]


async def open_it(who, packet: int) -> dict:
    answer = await who.post("/redpacket/open", id=packet)
    assert answer["code"] == 0, answer
    return answer["data"]


async def info(who, packet: int) -> dict:
    return (await who.post("/redpacket/info", id=packet))["data"]


async def balance(who) -> int:
    return (await who.post("/wallet/balance"))["data"]["balance"]


async def test_between_friends(three):
    """The friend sees a message, opens it and has the points; both have it in their wallet; the sender gets
    nothing out of it."""
    ann, bob, *_ = three
    async with AsyncExitStack() as stack:
        mine, theirs, classic = await open_all(stack, ann.socket(), bob.socket(), bob.socket(v=None))
        packet = await sent(ann, bob, 250, memo=" 恭喜发财 ", cid="c1")
        for socket in (mine, theirs, classic):
            told = await socket.receive(10)
            assert (told["media"], told["amount"], told["memo"]) == (5, 250, "恭喜发财")
            assert told["url"] == f"/redpacket/{packet}" and told["id"] == packet
        assert await open_it(ann, packet) == {"amount": 0, "state": "open", "opened": 0, "count": 1}
        assert await open_it(bob, packet) == {"amount": 250, "state": "empty", "opened": 1, "count": 1}
        event = {"cmd": 24, "id": packet, "kind": 10, "dstid": ann.user_id, "userid": bob.user_id}
        for socket in (mine, theirs):
            assert await socket.receive(24) == event | {"opened": 1, "count": 1}
        assert (await open_it(bob, packet))["amount"] == 250
        for socket in (mine, theirs):
            assert await waiting(socket) == []
        await ann.post_json("/message/send", **text(bob, "last"))
        assert (await classic.receive())["content"] == "last"
    assert (await balance(ann), await balance(bob)) == (WELCOME - 250, WELCOME + 250)
    rows = (await bob.post("/wallet/entries"))["rows"]
    assert [(row["amount"], row["what"], row["ref"]) for row in rows] == [
        (250, "packet_opened", packet),
        (WELCOME, "welcome", 0),
    ]
    [first, _] = (await ann.post("/wallet/entries"))["rows"]
    assert (first["amount"], first["what"], first["ref"]) == (-250, "packet_sent", packet)
    assert (await ann.post("/wallet/entries", before=first["id"]))["total"] == 1


async def test_in_a_group(three):
    """Everybody draws a share, the sender too; all together have what was put in, and one had the best
    luck."""
    ann, bob, cy, room = three
    packet = await sent(ann, room, 100, 3, mode="lucky", memo="go")
    assert (await info(cy, packet))["rows"] == []
    got = {}
    async with cy.socket() as socket:
        for number, who in enumerate((cy, ann, bob), 1):
            told = await open_it(who, packet)
            got[who.user_id] = told["amount"]
            assert (told["opened"], told["state"]) == (number, "empty" if number == 3 else "open")
            event = await socket.receive(24)
            assert (event["kind"], event["dstid"], event["opened"]) == (11, room, number)
    assert sum(got.values()) == 100 and min(got.values()) >= 1
    told = await info(bob, packet)
    assert {row["userid"]: row["amount"] for row in told["rows"]} == got
    assert [row["userid"] for row in told["rows"]] == [cy.user_id, ann.user_id, bob.user_id]
    [best] = [row for row in told["rows"] if row["best"]]
    assert best["amount"] == max(got.values())
    del told["rows"], told["createat"], told["expires"]
    assert told == {
        "userid": ann.user_id, "amount": 100, "count": 3, "opened": 3, "left": 0, "mode": "lucky",
        "memo": "go", "state": "empty",
    }  # fmt: skip
    equal = await sent(ann, room, 11, 3, mode="equal")
    assert sorted([(await open_it(who, equal))["amount"] for who in (ann, bob, cy)]) == [3, 4, 4]
    assert not any(row["best"] for row in (await info(ann, equal))["rows"])


async def test_one_too_many(three):
    """Who comes when all is taken gets nothing, and nobody hears of that."""
    ann, bob, cy, room = three
    packet = await sent(ann, room, 2, 2)
    for who in (ann, bob):
        await open_it(who, packet)
    async with ann.socket() as socket:
        assert await open_it(cy, packet) == {"amount": 0, "state": "empty", "opened": 2, "count": 2}
        assert await waiting(socket) == []
    assert await balance(cy) == WELCOME


REFUSED = [
    ({"amount": 0}, -400),
    ({"amount": -1}, -400),
    ({"amount": 1.5}, -400),
    ({"amount": 10**12 + 1}, -400),
    ({"amount": None}, -400),
    ({"count": 0}, -400),
    ({"count": 101, "amount": 200}, -400),
    ({"count": 5, "amount": 4}, -400),
    ({"kind": 10, "count": 2}, -400),
    ({"mode": "all"}, -400),
    ({"kind": 12}, -400),
    ({"memo": "x" * 201}, -400),
    ({"amount": WELCOME + 1}, -1),
    ({"dstid": 10**6}, -404),
    ({"kind": 10, "dstid": 10**6, "count": 1}, -404),
]


async def test_what_is_no_packet(three):
    """Whoever says nonsense, has too little, or writes where they may not: no points move and nothing is
    said."""
    ann, bob, cy, room = three
    right = {"kind": 11, "dstid": room, "amount": 10, "count": 2, "mode": "lucky"}
    for fields, code in REFUSED:
        fields = {"dstid": bob.user_id} | fields if fields.get("kind") == 10 else fields
        answer = await ann.post_json("/redpacket/send", **right | fields)
        assert answer["code"] == code, (fields, answer)
    assert (await send(cy, bob))["code"] == -403
    assert (await send(ann, ann))["code"] == -1
    assert (await ann.post("/redpacket/open", id=5))["code"] == -404
    history = (await ann.post("/message/history", kind=11, dstid=room))["rows"]
    assert not [row for row in history if row["media"] == 5]
    assert await balance(ann) == WELCOME


async def test_a_double_click(three):
    """The same call many times at once takes the points once and is one message; another one under its cid
    is refused."""
    ann, bob, _, room = three
    answers = await asyncio.gather(*(send(ann, room, 100, 4, cid="once") for _ in range(6)))
    assert {answer["code"] for answer in answers} == {0}
    assert all(answer["data"] == answers[0]["data"] for answer in answers)
    for other in ({"amount": 99}, {"count": 3}, {"memo": "x"}, {"mode": "equal"}):
        assert (await send(ann, room, **{"amount": 100, "count": 4, "cid": "once"} | other))["code"] == -409
    assert (await send(ann, bob, 100, cid="once"))["code"] == -409
    assert await balance(ann) == WELCOME - 100


async def test_only_the_server_makes_them(three):
    """A client's own message with an address of ours is refused, by all doors; with another address it goes
    on as ever, and moves no points."""
    ann, bob, *_ = three
    packet = await sent(ann, bob)
    async with ann.socket() as socket:
        for url in (f"/redpacket/{packet}", "/redpacket/1", " /RedPacket/1", "/redpacket/"):
            message = {"cmd": 10, "dstid": bob.user_id, "media": 5, "url": url, "amount": 5}
            assert (await ann.post_json("/message/send", **message))["code"] == -403
            await socket.send(message)
            assert (await socket.receive(2))["code"] == -403
        await socket.send({**message, "url": "https://pay.example/redpacket/7", "cid": "old"})
        assert (await socket.receive(1))["cid"] == "old"
    assert await balance(bob) == WELCOME


async def test_what_can_be_done_to_it(three):
    """It can't be recalled, not by a group's owner either, nor edited or passed on; it can be reacted to,
    pinned, kept and hidden like anything that was said."""
    ann, bob, _, room = three
    packet = await sent(bob, room, 10, 2)
    place = {"kind": 11, "dstid": room}
    for who in (bob, ann):
        answer = await who.post_json("/message/change", **place, cmd=14, id=packet)
        assert answer["code"] == -1 and "红包" in answer["msg"]
    assert (await bob.post_json("/message/change", **place, cmd=15, id=packet, content="x"))["code"] == -1
    for merge in (0, 1):
        call = {**place, "ids": [packet], "to": [{"kind": 10, "dstid": ann.user_id}], "merge": merge}
        assert (await ann.post_json("/message/forward", **call))["rows"] == []
    assert (await ann.post_json("/message/change", **place, cmd=19, id=packet, amount=1))["code"] == 0
    reaction = {"cmd": 16, "id": packet, "content": "👍", "amount": 1}
    assert (await ann.post_json("/message/change", **place, **reaction))["code"] == 0
    kept = (await ann.post("/favorite/add", **place, id=packet))["data"]
    assert kept["message"]["url"] == f"/redpacket/{packet}"
    call = {"favorite": kept["id"], "to": [{"kind": 10, "dstid": ann.user_id}]}
    assert (await ann.post_json("/message/forward", **call))["rows"] == []
    assert (await open_it(ann, packet))["amount"]
    assert (await ann.post_json("/message/hide", **place, ids=[packet]))["code"] == 0
    assert (await info(ann, packet))["opened"] == 1  # whoever took part can look
    assert (await ann.post("/conversation/clear", **place, seq=9))["code"] == 0
    assert (await open_it(ann, packet))["amount"]


async def test_strangers_get_nothing(three, app):
    """Who is not in the conversation can neither open it nor see who has."""
    ann, bob, cy, _ = three
    packet = await sent(ann, bob)
    for who in (cy, await app.client().register("Eve")):
        for path in ("/redpacket/open", "/redpacket/info"):
            assert (await who.post(path, id=packet))["code"] == -403
    assert (await info(bob, packet))["opened"] == 0


async def test_what_is_left_comes_back(three, app):
    """After a day nobody can open it, before the house is kept either; then the rest is the sender's again,
    once, also when they have left."""
    ann, bob, cy, room = three
    packet = await sent(ann, room, 100, 4, mode="equal")
    await open_it(bob, packet)
    rows = app.services.db
    await rows.write(RedPacket.update(expires=RedPacket.createat).execute)
    assert await open_it(cy, packet) == {"amount": 0, "state": "expired", "opened": 1, "count": 4}
    assert await balance(ann) == WELCOME - 100
    await rows.write(Member.update(role=0).where(Member.user_id == ann.user_id).execute)
    assert (await ann.post("/redpacket/info", id=packet))["code"] == -403
    assert await tidy(app.services, alone=True)
    assert await actions.give_back_expired(app.services) == 0
    assert await balance(ann) == WELCOME - 25
    assert (await ann.post("/wallet/entries"))["rows"][0]["what"] == "packet_returned"
    assert (await info(bob, packet))["state"] == "expired"


async def test_points_of_an_operator(three, app):
    """An operator gives points and takes them, as far as there are some; nobody else does."""
    ann, bob, *_ = three
    call = {"id": bob.user_id, "amount": 500, "memo": "order 9", "cid": "o-9"}
    first = User.select(User.id).where(User.op == 1).count
    if not await app.services.db.read(first):
        await app.services.db.write(User.update(op=1).where(User.id == ann.user_id).execute)
    assert (await bob.post("/ops/grant", **call))["code"] == -403
    for _ in range(2):
        answer = await ann.post("/ops/grant", **call)
        assert (answer["code"], answer["data"]) == (0, {"balance": WELCOME + 500})
    assert (await ann.post("/ops/grant", **call | {"amount": 5}))["code"] == -409
    [row, _] = (await bob.post("/wallet/entries"))["rows"]
    assert (row["amount"], row["what"], row["memo"]) == (500, "grant", "order 9")
    for amount, code in ((-WELCOME - 501, -1), (0, -400), ("-", -400), ("--5", -400), (10**12 + 1, -400)):
        answer = await ann.post("/ops/grant", id=bob.user_id, amount=amount)
        assert answer["code"] == code, amount
    assert (await ann.post("/ops/grant", id=bob.user_id, amount=-WELCOME - 500))["data"]["balance"] == 0
    assert (await ann.post("/ops/grant", id=10**9, amount=1))["code"] == -404


async def test_a_deleted_account(three, app):
    """The points of whoever deletes their account are the house's, and so is what is left in their packets;
    all still add up, and what they sent can be opened until its time."""
    ann, bob, cy, room = three
    packet = await sent(bob, room, 100, 4, mode="equal")
    assert (await bob.post("/user/delete", passwd=PASSWD))["code"] == 0
    assert (await open_it(cy, packet))["amount"] == 25
    rows = app.services.db
    await rows.write(RedPacket.update(expires=1).execute)
    assert await actions.give_back_expired(app.services) == 1
    assert await rows.read(models.balance, bob.user_id) == 0
    assert await rows.read(models.balance, 0) == -(await balance(ann) + await balance(cy))
    assert (await ledger(app.services))["sum"] == 0


async def test_no_wallet_here(tmp_path):
    """Where it is turned off all of it is refused, with words."""
    async with running(tmp_path / "data", {"wallet.enabled": False}) as app:
        ann = await app.client().register("Ann")
        calls = [
            ("/wallet/balance", {}),
            ("/wallet/entries", {}),
            ("/redpacket/send", {"kind": 10, "dstid": ann.user_id, "amount": 1}),
            ("/redpacket/open", {"id": 1}),
            ("/redpacket/info", {"id": 1}),
        ]
        for path, fields in calls:
            answer = await ann.post(path, **fields)
            assert answer["code"] == -1 and "钱包" in answer["msg"], answer


async def test_accounts_from_before(tmp_path):
    """Who was there before the wallet gets what a new account gets, once, whatever they do first."""
    folder = tmp_path / "data"
    async with running(folder, {"wallet.enabled": False}) as app:
        ann, bob = await friends(app)
    async with running(folder, {"wallet.welcome": 70}) as app:
        ann, bob = [await app.client().login(who.mobile) for who in (ann, bob)]
        answers = await asyncio.gather(*(send(ann, bob, 70, cid="a") for _ in range(5)))
        assert {answer["code"] for answer in answers} == {0}
        balances = await asyncio.gather(*(balance(bob) for _ in range(5)))
        assert set(balances) == {70} and await balance(ann) == 0
        assert (await send(ann, bob, 1))["code"] == -1
