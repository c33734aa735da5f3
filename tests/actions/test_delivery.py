"""What becomes of a settled batch: what is durable is never answered as a failure."""

import pytest

from log.entries import Post
from models import contacts
from protocol.errors import TryAgain
from tests.handlers.people import friends, text


async def test_a_fault_is_for_one(app, monkeypatch, expect_logs):
    """When telling of one message fails, it is durable all the same, and everybody hears of the next one."""
    expect_logs("magpie.delivery", "delivering a Post")
    ann, bob = await friends(app)
    real, failed = app.services.delivery._news[Post], []

    def fails_once(entry):
        if not failed:
            failed.append(entry)
            raise ZeroDivisionError
        return real(entry)

    delivery = app.services.delivery
    monkeypatch.setitem(delivery._news, Post, fails_once)
    async with ann.socket() as mine, bob.socket() as his:
        await mine.send(text(bob, "one", "1"))
        await mine.send(text(bob, "two", "2"))
        assert (await his.receive())["content"] == "two"
        assert (await mine.receive())["seq"] == 2
    rows = (await bob.post("/message/history", kind=10, dstid=ann.user_id))["rows"]
    assert [row["content"] for row in rows] == ["one", "two"]


@pytest.mark.parametrize("broken", ["telling", "publishing"])
async def test_done_is_done(app, monkeypatch, expect_logs, broken):
    """Whatever goes wrong when others are told, the caller of what is stored already hears of success: a
    group is not made twice because somebody was told to try again."""
    expect_logs("magpie.delivery", "delivering a|publishing a batch")
    ann, bob = await app.client().register("Ann"), await app.client().register("Bob")
    delivery = app.services.delivery

    def fault(*arguments):
        raise ZeroDivisionError

    if broken == "publishing":
        monkeypatch.setattr(app.services.hub, "publish", fault)
    else:
        for kind in delivery.kinds:
            monkeypatch.setitem(delivery._news, kind, fault)
    made = await ann.post("/contact/createcommunity", name="Birds")
    assert made["code"] == 0 and made["data"]["name"] == "Birds"
    for client, path, fields in (
        (bob, "/contact/joincommunity", {"dstid": made["data"]["id"]}),
        (ann, "/contact/addfriend", {"dstid": bob.user_id}),
        (ann, "/message/send", {"cmd": 10, "dstid": bob.user_id, "media": 1, "content": "hi", "cid": "1"}),
        (bob, "/message/read", {"kind": 10, "dstid": ann.user_id, "seq": 1}),
    ):
        assert (await client.post(path, **fields))["code"] == 0, path
    assert len((await ann.post("/contact/loadcommunity"))["rows"]) == 1
    listed = {row["kind"]: row for row in (await bob.post("/message/conversations"))["rows"]}
    assert (listed[10]["read"], listed[11]["last"]["content"]) == (1, "Bob加入了群")


async def test_a_profile_is_changed_or_not(app, monkeypatch):
    """When the database goes away in the middle of it, a change that is refused was not made."""
    ann = await app.client().register("Ann")

    def away(user_id):
        raise TryAgain()

    monkeypatch.setattr(contacts, "friend_ids", away)
    assert (await ann.post("/user/profile", nickname="Anna"))["code"] == -503
    found = await ann.post("/user/find", id=ann.user_id)
    assert found["data"]["nickname"] == "Ann"
