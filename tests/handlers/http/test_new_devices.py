"""Who logs in on a device that the account does not know is told to its owner, on the devices that are open
and on those that are away."""

from tests.app import PASSWD

MOBILE = "13912345678"


async def fresh(client):
    """By row id, which of the caller's sessions are new to the account."""
    return {row["id"]: row["fresh"] for row in (await client.post("/user/sessions"))["rows"]}


async def test_told_at_once(app):
    """The owner's pages hear of a new device, with what it says it is and where it is; a known one is not
    worth a word, nor is the first."""
    phone = await app.client(User_Agent="Phone").register(mobile=MOBILE)
    assert list((await fresh(phone)).values()) == [0]
    async with phone.socket() as socket, phone.socket(v=None) as classic:
        desktop = await app.client(User_Agent="Desktop").login(MOBILE)
        told = await socket.receive(27)
        session = {"what": "login", "userid": phone.user_id, "ua": "Desktop", "ip": "127.0.0.1"}
        assert told == {"cmd": 27, "session": told["session"], **session}
        assert (await fresh(phone))[told["session"]] == 1
        await desktop.post("/user/logout")
        await desktop.login(MOBILE)
        await phone.post("/message/send", cmd=10, dstid=phone.user_id, media=1, content="note")
        assert (await socket.receive())["content"] == "note"
        assert (await classic.receive())["content"] == "note"


async def test_kept_for_who_is_away(app):
    """The session stays marked until its owner says that it was them, on another device; the new device can't
    say so itself, nor another new one."""
    phone = await app.client().register(mobile=MOBILE)
    thief, other = await app.client().login(MOBILE), await app.client().login(MOBILE)
    mine, first, second = sorted(await fresh(phone))
    assert await fresh(phone) == {mine: 0, first: 1, second: 1}
    for client in (thief, other):
        for session in (first, second):
            assert (await client.post("/user/sessions/confirm", session=session))["code"] == -403
    assert (await phone.post("/user/sessions/confirm", session=first))["code"] == 0
    assert await fresh(phone) == {mine: 0, first: 0, second: 1}
    assert (await thief.post("/user/sessions/confirm", session=second))["code"] == 0
    assert (await phone.post("/user/sessions/confirm", session=999))["code"] == -404


async def test_anothers_session(app):
    """Nobody confirms a session of somebody else's."""
    ann, bo = await app.client().register(mobile=MOBILE), await app.client().register()
    await app.client().login(MOBILE)
    session = max(await fresh(ann))
    assert (await bo.post("/user/sessions/confirm", session=session))["code"] == -404
    assert (await fresh(ann))[session] == 1


async def test_wrong_passwords_tell_nobody(app):
    """Guessing is no log-in."""
    ann = await app.client().register(mobile=MOBILE)
    async with ann.socket() as socket:
        await app.client().post("/user/login", mobile=MOBILE, passwd="wrong12345")
        await socket.send({"cmd": 0})
        assert (await socket.receive())["cmd"] == 0
    assert (await ann.post("/user/passwd", old=PASSWD, new="another-1"))["code"] == 0
