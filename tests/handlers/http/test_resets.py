"""A new password by a link, for whoever has lost theirs."""

import asyncio

import pytest

from actions import resets
from models.tables import Reset
from protocol.errors import NotFound
from tests.app import PASSWD, running

MOBILE = "13912345678"
NEW = "something-else-9"


async def token_for(app, client):
    path, token = (await resets.make_link(app.services, client.user_id)).split("#")
    assert path == "/user/reset.shtml"
    return token


async def log_in(app, passwd):
    return (await app.client().post("/user/login", mobile=MOBILE, passwd=passwd))["code"]


async def test_new_password(app):
    """The link sets a password, once; all sessions end, and their sockets with them."""
    ann = await app.client().register(mobile=MOBILE)
    async with ann.socket() as socket:
        token = await token_for(app, ann)
        assert await socket.receive(27) == {"cmd": 27, "what": "reset", "userid": ann.user_id}
        assert (await app.client().post("/user/reset", token=token, new=NEW))["code"] == 0
        assert await socket.closed() == 4401
    assert (await ann.post("/user/sessions"))["code"] == -401
    assert [await log_in(app, passwd) for passwd in (PASSWD, NEW)] == [-1, 0]
    assert (await app.client().post("/user/reset", token=token, new="again-" + NEW))["code"] == -404
    assert await log_in(app, NEW) == 0


async def test_only_the_latest_link(app):
    """A new link makes the earlier one worthless, and so does a password that its owner has changed."""
    ann = await app.client().register(mobile=MOBILE)
    first, second = await token_for(app, ann), await token_for(app, ann)
    assert (await app.client().post("/user/reset", token=first, new=NEW))["code"] == -404
    assert (await ann.post("/user/passwd", old=PASSWD, new=NEW))["code"] == 0
    assert (await app.client().post("/user/reset", token=second, new=PASSWD))["code"] == -404
    assert await log_in(app, NEW) == 0


async def test_one_hour(app, monkeypatch):
    """An old link is nothing."""
    ann = await app.client().register(mobile=MOBILE)
    token = await token_for(app, ann)
    now = resets.now_ms()
    monkeypatch.setattr("actions.resets.now_ms", lambda: now + 3_600_001)
    assert (await app.client().post("/user/reset", token=token, new=NEW))["code"] == -404
    assert await resets.forget_expired(app.services) == 1
    assert await log_in(app, PASSWD) == 0


async def test_weak_passwords(app):
    """A password that anybody would guess is refused, and the link stays good."""
    ann = await app.client().register(mobile=MOBILE)
    token = await token_for(app, ann)
    for weak in ("123456789", MOBILE, "short"):
        assert (await app.client().post("/user/reset", token=token, new=weak))["code"] in (-1, -400)
    assert (await app.client().post("/user/reset", token=token, new=NEW))["code"] == 0


async def test_used_at_once(app):
    """Of two who use a link at once one sets the password."""
    ann = await app.client().register(mobile=MOBILE)
    token = await token_for(app, ann)
    words = [f"something-else-{number}" for number in range(4)]
    calls = (app.client().post("/user/reset", token=token, new=word) for word in words)
    codes = [answer["code"] for answer in await asyncio.gather(*calls)]
    assert sorted(codes) == [-404] * 3 + [0]
    assert [await log_in(app, word) for word in words] == [0 if code == 0 else -1 for code in codes]


async def test_the_table_tells_no_link(app):
    """Who reads a copy of the database has no link."""
    ann = await app.client().register()
    token = await token_for(app, ann)
    assert token not in str(await app.services.db.read(lambda: list(Reset.select().dicts())))


async def test_guesses_are_counted(tmp_path):
    """Who guesses tokens waits as who guesses passwords."""
    async with running(tmp_path, {"limits.enabled": True, "limits.login_burst": 3}) as app:
        stranger = app.client()
        codes = [(await stranger.post("/user/reset", token=f"t{n}", new=NEW))["code"] for n in range(4)]
        assert codes == [-404] * 3 + [-429]


async def test_nobodys_link(app):
    """There is none for a user who is not there."""
    with pytest.raises(NotFound):
        await resets.make_link(app.services, 999)
