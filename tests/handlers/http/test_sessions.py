"""/user/…: sessions and what ends them, the password above all."""

import pytest

from actions import sessions
from models.sessions import token_hash
from models.tables import Session
from protocol.clock import now_ms
from protocol.errors import TryAgain
from tests.app import PASSWD, running

MOBILE = "13912345678"
WRONG_LOGIN = (-1, "手机号或密码不正确")


def refusal(answer):
    return answer["code"], answer["msg"]


async def answers(client):
    """Whether the client's session still opens its calls."""
    answer = await client.post("/user/sessions")
    assert answer["code"] in (0, -401)
    return answer["code"] == 0


async def test_logging_out_ends_the_session(app):
    """After logging out the session opens nothing and its sockets are closed; other devices stay."""
    phone = await app.client().register(mobile=MOBILE)
    desktop = await app.client().login(MOBILE)
    async with phone.socket() as closed, desktop.socket() as kept:
        answer = await phone.post("/user/logout")
        assert (answer["code"], answer["data"]) == (0, None)
        assert await closed.closed() == 4401
        await kept.send({"cmd": 0})
        assert (await kept.receive())["cmd"] == 0
    assert not any(phone.cookies.values())
    phone.cookies = {f"im_{phone.user_id}": phone.token}
    assert not await answers(phone)
    assert await answers(desktop)


async def test_list_of_sessions(app):
    """The list shows every device, and which of them is asking."""
    await app.client(User_Agent="Phone").register(mobile=MOBILE)
    desktop = await app.client(User_Agent="Desktop").login(MOBILE)
    answer = await desktop.post("/user/sessions")
    assert answer["total"] == 2
    assert [(row["ua"], row["current"]) for row in answer["rows"]] == [("Desktop", True), ("Phone", False)]
    assert set(answer["rows"][0]) == {"id", "ua", "ip", "created", "last_seen", "fresh", "current"}
    assert answer["rows"][0]["ip"] == "127.0.0.1"


async def test_one_device_can_be_logged_out(app):
    """A session of one's own can be ended from another device, by its row id."""
    phone = await app.client().register(mobile=MOBILE)
    desktop, tablet = await app.client().login(MOBILE), await app.client().login(MOBILE)
    rows = (await desktop.post("/user/sessions"))["rows"]
    oldest = min(row["id"] for row in rows)
    async with phone.socket() as socket:
        assert (await desktop.post("/user/revoke", session=oldest))["code"] == 0
        assert await socket.closed() == 4401
    assert [await answers(client) for client in (phone, desktop, tablet)] == [False, True, True]
    assert (await desktop.post("/user/revoke", session=oldest))["code"] == -404
    assert (await desktop.post("/user/revoke", session="all"))["code"] == -400


async def test_all_other_devices_can_be_logged_out(app):
    """Without a row id all sessions but the asking one end."""
    phone = await app.client().register(mobile=MOBILE)
    desktop, tablet = await app.client().login(MOBILE), await app.client().login(MOBILE)
    async with phone.socket() as one, tablet.socket() as two:
        assert (await desktop.post("/user/revoke"))["code"] == 0
        assert [await one.closed(), await two.closed()] == [4401, 4401]
    assert [await answers(client) for client in (phone, desktop, tablet)] == [False, True, False]


async def test_anothers_session_cannot_be_ended(app):
    """Somebody else's session is unknown, whatever its number."""
    ann, bo = await app.client().register(), await app.client().register()
    session = (await ann.post("/user/sessions"))["rows"][0]["id"]
    assert (await bo.post("/user/revoke", session=session))["code"] == -404
    assert (await bo.post("/user/revoke"))["code"] == 0
    assert await answers(ann)


async def test_sessions_of_an_account_are_bounded(tmp_path):
    """A further log-in ends the session that was not used for longest, and closes its sockets."""
    async with running(tmp_path, {"auth.max_sessions": 2}) as app:
        first = await app.client().register(mobile=MOBILE)
        second = await app.client().login(MOBILE)
        await app.services.db.write(Session.update(last_seen=Session.last_seen - 1000).execute)
        async with first.socket() as closed, second.socket() as kept:
            third = await app.client().login(MOBILE)
            assert await closed.closed() == 4401
            await kept.send({"cmd": 0})
            await kept.receive(0)
        assert [await answers(client) for client in (first, second, third)] == [False, True, True]


async def test_expired_sessions_are_forgotten(app):
    """A session whose time is over opens nothing, and an open socket of it is closed."""
    client = await app.client().register(mobile=MOBILE)
    other = await app.client().login(MOBILE)
    async with client.socket() as socket:
        mine = Session.token_hash == token_hash(client.token)
        await app.services.db.write(Session.update(expires=now_ms()).where(mine).execute)
        assert not await answers(client)
        assert await sessions.forget_expired(app.services) == 1
        assert await socket.closed() == 4401
    assert await answers(other)
    assert await sessions.forget_expired(app.services) == 0


async def test_open_socket_is_use(app):
    """Who has the page open for a week is not logged out for being idle; a closed one is."""
    here, away = await app.client().register(), await app.client().register()
    async with here.socket():
        await app.services.db.write(Session.update(last_seen=1).execute)
        await sessions.keep_in_use(app.services)
        assert await sessions.forget_expired(app.services) == 1
    assert [await answers(client) for client in (here, away)] == [True, False]


async def test_use_prolongs_a_session(app):
    """Each call counts as use, to the minute."""
    client = await app.client().register()
    hour_ago = now_ms() - 3_600_000
    await app.services.db.write(Session.update(last_seen=hour_ago).execute)
    await answers(client)
    assert (await client.post("/user/sessions"))["rows"][0]["last_seen"] > hour_ago


# --- the password ------------------------------------------------------------------------------------------


async def test_new_password_ends_the_other_sessions(app):
    """After a change only the new password logs in, and all other devices are logged out."""
    here = await app.client().register(mobile=MOBILE)
    there = await app.client().login(MOBILE)
    async with here.socket() as kept, there.socket() as closed:
        assert (await here.post("/user/passwd", old=PASSWD, new=" new one "))["code"] == 0
        assert await closed.closed() == 4401
        await kept.send({"cmd": 0})
        assert (await kept.receive())["cmd"] == 0
    assert [await answers(client) for client in (here, there)] == [True, False]
    assert refusal(await there.post("/user/login", mobile=MOBILE, passwd=PASSWD, userid=None)) == WRONG_LOGIN
    assert (
        refusal(await there.post("/user/login", mobile=MOBILE, passwd="new one", userid=None)) == WRONG_LOGIN
    )
    await app.client().login(MOBILE, " new one ")


@pytest.mark.parametrize(
    "fields, code",
    [
        ({"old": "wrong123", "new": "another1"}, -1),
        ({"new": "another1"}, -400),
        ({"old": PASSWD}, -400),
        ({"old": PASSWD, "new": "12345"}, -400),
        ({"old": PASSWD, "new": "x" * 129}, -400),
    ],
)
async def test_password_needs_the_old_one(app, fields, code):
    """Without the old password, or with a new one that is too short or long, nothing changes."""
    client = await app.client().register(mobile=MOBILE)
    other = await app.client().login(MOBILE)
    assert (await client.post("/user/passwd", **fields))["code"] == code
    assert await answers(other)
    await app.client().login(MOBILE)


async def test_changing_the_password_is_no_way_to_guess_it(tmp_path):
    """Wrong old passwords are counted like wrong log-ins."""
    async with running(tmp_path, {"limits.enabled": True, "limits.login_burst": 2}) as app:
        client = await app.client().register()
        codes = [
            (await client.post("/user/passwd", old="wrong123", new="another1"))["code"] for _ in range(3)
        ]
        assert codes == [-1, -1, -429]


@pytest.mark.parametrize("deed", ["logout", "revoke", "passwd", "reset", "delete", "operator"])
async def test_an_answer_of_the_database_that_was_lost(app, monkeypatch, deed):
    """When nobody knows whether a session has ended and it has, its socket does not outlive it."""
    op, ann = await app.client().register(), await app.client().register(mobile=MOBILE)
    other = await app.client().login(MOBILE)
    link = (await op.post("/ops/reset", id=ann.user_id))["data"]["url"]
    db = app.services.db

    def losing(write):
        async def lost(fn, *args, **kwargs):
            result = await write(fn, *args, **kwargs)
            if fn.__module__ in ("models.sessions", "models.resets", "models.leaving", "models.operators"):
                raise TryAgain()
            return result

        return lost

    calls = {
        "logout": (other, "/user/logout", {}),
        "revoke": (ann, "/user/revoke", {}),
        "passwd": (ann, "/user/passwd", {"old": PASSWD, "new": "another long one"}),
        "reset": (app.client(), "/user/reset", {"token": link.partition("#")[2], "new": "another long one"}),
        "delete": (ann, "/user/delete", {"passwd": PASSWD}),
        "operator": (op, "/ops/sessions/close", {"id": ann.user_id}),
    }
    client, path, fields = calls[deed]
    async with other.socket() as socket:
        with monkeypatch.context() as patched:
            for name in ("write", "write_always"):
                patched.setattr(db, name, losing(getattr(db, name)))
            assert (await client.post(path, **fields))["code"] == -503
        assert await socket.closed() == 4401
