"""Browsers are told of messages while no page of ours is open in them: what is sent, and where to."""

import asyncio
import json
import stat

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.app import running
from tests.gateway import CONTACT, b64, check_signature, point_of, send, unb64
from tests.handlers.people import friends, group, make_operator, text
from tests.outgoing.test_webpush import POINT


async def test_what_is_pushed(reached, makers):
    """A friend's message reaches the browser encrypted and signed, with what a notification needs."""
    ann, bob = await friends(reached)
    phone = await makers.browser(bob)
    sent = await send(ann, bob, "  你好，\n鲍勃  ")
    push = await phone.pushed()
    assert push.payload == {
        "title": "Ann", "body": "你好， 鲍勃", "kind": 10, "dstid": ann.user_id,
        "id": sent["id"], "seq": sent["seq"], "badge": 1,
    }  # fmt: skip
    assert push.headers["TTL"] == "3600" and push.headers["Urgency"] == "high"
    assert len(push.headers["Topic"]) == 32 and unb64(push.headers["Topic"])
    claims = check_signature(push.headers["Authorization"], makers.origin, makers.key)
    assert claims["sub"] == CONTACT
    assert push.size <= 3072
    await send(ann, bob, "again")
    second = await phone.pushed()
    assert (second.payload["badge"], second.headers["Topic"]) == (2, push.headers["Topic"])


async def test_in_a_group(reached, makers):
    """A group's message has the group's name, who wrote it as the reader calls them, and another topic for
    each reader."""
    ann, bob = await friends(reached)
    cyn = await reached.client().register("Cyn")
    room = await group(ann, bob, cyn)
    phones = [await makers.browser(bob), await makers.browser(cyn)]
    await bob.post("/contact/update", dstid=ann.user_id, remark="Annie")
    await ann.post("/community/alias", dstid=room, nickname="Boss")
    await send(ann, room, "hello", cmd=11)
    first, second = [await phone.pushed() for phone in phones]
    assert (first.payload["title"], first.payload["body"]) == ("Birds", "Annie: hello")
    assert second.payload["body"] == "Boss: hello"
    assert (first.payload["kind"], first.payload["dstid"]) == (11, room)
    assert first.headers["Topic"] != second.headers["Topic"]


async def test_long_ones(reached, makers):
    """A long text is cut at 128 characters, and never within an emoji; what is no text is named, in the
    reader's language."""
    ann, bob = await friends(reached)
    phone = await makers.browser(bob)
    await bob.post("/contact/update", dstid=ann.user_id, remark="")
    family = "👨‍👩‍👧‍👦"
    await send(ann, bob, "长" * 3000)
    assert (await phone.pushed()).payload["body"] == "长" * 127 + "…"
    await send(ann, bob, "x" * 120 + family * 3)
    assert (await phone.pushed()).payload["body"] == "x" * 120 + "…"
    english = reached.client(Accept_Language="en")
    await english.login(bob.mobile)
    other = await makers.browser(english)
    await ann.post_json(
        "/message/send", cmd=10, dstid=bob.user_id, media=7, url="https://a.example", content="A"
    )
    assert (await phone.pushed()).payload["body"] == "[链接] A"
    assert (await other.pushed()).payload["body"] == "[Link] A"


async def test_without_content(reached, makers):
    """Who wants it so is told that there is a message, and nobody reads it on their locked screen."""
    ann, bob = await friends(reached)
    phone = await makers.browser(bob)
    answer = await bob.post("/user/settings", push="none")
    assert answer["data"]["push"] == "none"
    sent = await send(ann, bob, "secret")
    payload = (await phone.pushed()).payload
    assert (payload["title"], payload["body"]) == ("鹊桥", "你有新消息")
    assert (payload["dstid"], payload["id"]) == (ann.user_id, sent["id"])
    assert "secret" not in json.dumps(payload) and "Ann" not in json.dumps(payload)


async def test_the_same_address_again(reached, makers):
    """A browser that subscribes again is told once, by its new keys; also when somebody else uses it now."""
    ann, bob = await friends(reached)
    phone = await makers.browser(bob)
    phone.private = ec.generate_private_key(ec.SECP256R1())
    assert (await bob.post("/push/subscribe", **phone.keys))["code"] == 0
    await send(ann, bob, "one")
    assert (await phone.pushed()).payload["body"] == "one"
    assert phone.requests == 1
    assert (await ann.post("/push/subscribe", **phone.keys))["code"] == 0
    await send(ann, bob, "not here")
    await send(bob, ann, "two")
    await phone.nothing_but("two")


async def test_unsubscribed(reached, makers):
    """A browser that wants no more is told nothing more; nobody switches off another one's."""
    ann, bob = await friends(reached)
    phone, tablet = await makers.browser(bob), await makers.browser(bob)
    assert (await ann.post("/push/unsubscribe", endpoint=phone.endpoint))["code"] == 0
    assert (await bob.post("/push/unsubscribe", endpoint=tablet.endpoint))["code"] == 0
    await send(ann, bob, "one")
    await phone.nothing_but("one")
    assert (await bob.post("/push/unsubscribe"))["code"] == 0
    await makers.browser(bob)
    await send(ann, bob, "two")
    assert (phone.requests, tablet.requests) == (1, 0)


@pytest.mark.parametrize("how", ["logout", "revoke", "others", "passwd", "deactivate", "delete", "close"])
async def test_ends_with_its_session(reached, makers, how):
    """Whose session has ended is told nothing more, however it ended; other devices still are."""
    ann, bob = await friends(reached)
    phone = await makers.browser(bob)
    laptop = await reached.client().login(bob.mobile)
    if how == "logout":
        await bob.post("/user/logout")
    elif how in ("revoke", "others"):
        rows = (await laptop.post("/user/sessions"))["rows"]
        [session] = [row["id"] for row in rows if not row["current"]]
        await laptop.post("/user/revoke", session=session if how == "revoke" else None)
    elif how == "passwd":
        await laptop.post("/user/passwd", old="secret123", new="another-one-9")
    elif how == "delete":
        await laptop.post("/user/delete", passwd="secret123")
    else:
        operator = await reached.client().register()
        await make_operator(reached, operator)
        path = "/ops/deactivate" if how == "deactivate" else "/ops/sessions/close"
        assert (await operator.post(path, id=bob.user_id, on=1))["code"] in (0, -400)
        if how == "close":
            assert (await operator.post(path, id=bob.user_id))["code"] == 0
    cyn = await reached.client().register("Cyn")
    room = await group(ann, cyn)
    marker = await makers.browser(cyn)
    if how in ("logout", "revoke", "others", "passwd"):
        other = await makers.browser(laptop)
        await send(ann, bob, "still here")
        assert (await other.pushed()).payload["body"] == "still here"
    else:
        await ann.post_json("/message/send", **text(bob, "nobody"))
    await send(ann, room, "marker", cmd=11)
    await marker.pushed()
    assert phone.requests == 0


BAD = [
    "http://push.example/x",
    "https://127.0.0.1/x",
    "https://[::1]/x",
    "https://localhost/x",
    "https://10.1.2.3/x",
    "https://192.168.1.1/x",
    "https://172.16.0.1/x",
    "https://169.254.169.254/x",
    "https://100.64.0.1/x",
    "https://224.0.0.1/x",
    "https://0.0.0.0/x",
    "https://[::]/x",
    "https://[fe80::1]/x",
    "https://[fc00::1]/x",
    "https://[ff02::1]/x",
    "https://[::ffff:127.0.0.1]/x",
    "https://[::ffff:8.8.8.8]/x",
    "https://2130706433/x",
    "https://0x7f000001/x",
    "https://0x7f.1/x",
    "https://0177.0.0.1/x",
    "https://127.1/x",
    "https://user:secret@93.184.215.14/x",
    "https://user@93.184.215.14/x",
    "https://no-such-name.invalid/x",
    "https:///x",
    "ftp://93.184.215.14/x",
    "file:///etc/passwd",
    "93.184.215.14",
    "",
]


async def test_addresses_that_are_none(reached, makers):
    """Nobody makes the server speak to itself or its neighbours: only to public addresses, by TLS."""
    bob = await reached.client().register("Bob")
    keys = {"p256dh": POINT, "auth": b64(b"a" * 16)}
    for endpoint in BAD:
        answer = await bob.post_json("/push/subscribe", endpoint=endpoint, **keys)
        assert answer["code"] == -400, (endpoint, answer)
    answer = await bob.post("/push/subscribe", endpoint="https://93.184.215.14/x", **keys)
    assert answer["code"] == 0
    other = f"http://127.0.0.1:{int(makers.origin.rpartition(':')[2]) - 1}/x"
    assert (await bob.post("/push/subscribe", endpoint=other, **keys))["code"] == -400


async def test_keys_that_are_none(reached, makers):
    """Keys with which nothing can be encrypted are refused at once."""
    bob = await reached.client().register("Bob")
    keys = makers.new().keys
    off = b"\x04" + b"\x01" * 64
    for bad in (
        {"p256dh": b64(off)},
        {"p256dh": "x"},
        {"auth": b64(b"a" * 15)},
        {"auth": ""},
        {"p256dh": ""},
    ):
        answer = await bob.post("/push/subscribe", **{**keys, **bad})
        assert answer["code"] == -400, bad
    compressed = point_of(ec.generate_private_key(ec.SECP256R1()))[:33]
    assert (await bob.post("/push/subscribe", **{**keys, "p256dh": b64(compressed)}))["code"] == -400


@pytest.mark.parametrize("status", [404, 410])
async def test_gone(reached, makers, status):
    """A browser that its maker no longer knows is not asked for again."""
    ann, bob = await friends(reached)
    phone, tablet = await makers.browser(bob), await makers.browser(bob)
    phone.answers = [status]
    await send(ann, bob, "one")
    await tablet.pushed()
    while reached.services.pushing.stats()["push_gone"] == 0:
        await asyncio.sleep(0.01)
    await send(ann, bob, "two")
    await tablet.pushed()
    assert phone.requests == 1 and not phone.answers


@pytest.mark.parametrize("status", [500, 429, 403, 302])
async def test_failed(reached, makers, status, monkeypatch):
    """What a gateway does not take is tried again, and a redirect is not followed."""
    monkeypatch.setattr("actions.gateways.FIRST_PAUSE_S", 0.01)
    ann, bob = await friends(reached)
    phone, elsewhere = await makers.browser(bob), makers.new()
    phone.answers, phone.location = [status] * 2, elsewhere.endpoint
    await send(ann, bob, "one")
    assert (await phone.pushed()).payload["body"] == "one"
    assert (phone.requests, elsewhere.requests) == (3, 0)
    assert reached.services.pushing.stats()["push_retried"] == 2


async def test_keys_stay(makers, tmp_path):
    """A restart keeps the key with which browsers have subscribed, and what they subscribed to."""
    async with running(tmp_path / "data", makers.settings) as app:
        ann, bob = await friends(app)
        phone = await makers.browser(bob)
        assert len(unb64(makers.key)) == 65
        path = tmp_path / "data" / "push.key"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    async with running(tmp_path / "data", makers.settings) as app:
        again = await app.client().login(ann.mobile)
        assert (await again.post("/push/key"))["data"]["key"] == makers.key
        await send(again, bob, "still")
        assert (await phone.pushed()).payload["body"] == "still"
