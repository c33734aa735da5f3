"""Logging in by a QR code: a screen shows it, somebody who is logged in elsewhere scans and approves it."""

import asyncio
from operator import itemgetter

import pytest

from models.tables import Qr
from protocol.clock import now_ms
from tests.app import PASSWD, running

MOBILE = "13912345678"


@pytest.fixture
def clock(monkeypatch):
    """Moves the time by which codes end, by so many ms."""

    class Clock:
        ahead = 0

    monkeypatch.setattr("actions.qr.now_ms", lambda: now_ms() + Clock.ahead)
    return Clock


async def shown(screen, **fields):
    return (await screen.post("/user/qr/new", **fields))["data"]["code"]


async def test_log_in(app):
    """Whoever scans sees whose screen it is before they approve; the screen is told how far it has come, and
    gets the session once."""
    phone, screen = await app.client().register(mobile=MOBILE), app.client(User_Agent="Big screen")
    before = now_ms()
    code, expires, now = itemgetter("code", "expires", "now")((await screen.post("/user/qr/new"))["data"])
    assert before <= now <= now_ms() and expires - now == 120_000
    assert (await screen.post("/user/qr/poll", code=code))["data"] == {"state": "waiting"}
    scanned = (await phone.post("/user/qr/scan", code=code))["data"]
    assert scanned == {"ua": "Big screen", "ip": "127.0.0.1", "expires": expires}
    assert (await screen.post("/user/qr/poll", code=code))["data"] == {"state": "scanned"}
    assert (await phone.post("/user/qr/approve", code=code))["code"] == 0
    user = (await screen.post("/user/qr/poll", code=code))["data"]
    assert (user["id"], user["mobile"], user["state"]) == (phone.user_id, MOBILE, "approved")
    screen.user_id, screen.token = user["id"], user["token"]
    assert (await screen.post("/user/sessions"))["total"] == 2
    async with screen.socket():
        pass
    assert (await screen.post("/user/qr/poll", code=code))["code"] == -404
    assert await app.services.db.read(Qr.select().count) == 0


async def test_declined(app):
    """Who says no is not asked again, and the screen is told."""
    phone, screen = await app.client().register(), app.client()
    code = await shown(screen)
    await phone.post("/user/qr/scan", code=code)
    assert (await phone.post("/user/qr/approve", code=code, accept=0))["code"] == 0
    assert (await screen.post("/user/qr/poll", code=code))["data"] == {"state": "declined"}
    assert (await phone.post("/user/qr/approve", code=code))["code"] == -403
    assert (await phone.post("/user/qr/scan", code=code))["code"] == -409


async def test_approved_only_by_who_scanned(app):
    """Nobody approves what they have not seen, nor what another has scanned."""
    ann, eve, screen = await app.client().register(), await app.client().register(), app.client()
    code = await shown(screen)
    assert (await ann.post("/user/qr/approve", code=code))["code"] == -403
    await ann.post("/user/qr/scan", code=code)
    assert (await eve.post("/user/qr/scan", code=code))["code"] == -409
    assert (await eve.post("/user/qr/approve", code=code))["code"] == -403
    assert (await screen.post("/user/qr/poll", code=code))["data"] == {"state": "scanned"}
    assert (await ann.post("/user/qr/scan", code=code))["code"] == 0  # by a camera that looks twice
    assert [(await ann.post("/user/qr/approve", code=code))["code"] for _ in range(2)] == [0, 0]
    assert (await screen.post("/user/qr/poll", code=code))["data"]["id"] == ann.user_id


async def test_two_minutes(app, clock):
    """An old code is nothing: not to scan, not to approve, not to ask for."""
    phone, screen = await app.client().register(), app.client()
    fresh, scanned, approved = [await shown(screen) for _ in range(3)]
    for code in (scanned, approved):
        await phone.post("/user/qr/scan", code=code)
    await phone.post("/user/qr/approve", code=approved)
    clock.ahead = 120_000
    assert (await phone.post("/user/qr/scan", code=fresh))["code"] == -404
    assert (await phone.post("/user/qr/approve", code=scanned))["code"] == -404
    assert (await screen.post("/user/qr/poll", code=approved))["code"] == -404


async def test_who_photographs_the_code_gets_no_session(app):
    """The session is for the screen that asked for the code, which alone knows the secret; without one, for
    its address."""
    phone, screen, thief = await app.client().register(), app.client(), app.client()
    code = await shown(screen, secret="s" * 32)
    await phone.post("/user/qr/scan", code=code)
    await phone.post("/user/qr/approve", code=code)
    assert (await thief.post("/user/qr/poll", code=code))["code"] == -404
    assert (await thief.post("/user/qr/poll", code=code, secret="t" * 32))["code"] == -404
    assert (await screen.post("/user/qr/poll", code=code, secret="s" * 32))["code"] == 0


async def test_from_another_address(tmp_path):
    """A code that came without a secret is its address's."""
    async with running(tmp_path, {"server.proxies": ["127.0.0.1"]}) as app:
        phone = await app.client().register()
        screen, thief = app.client(X_Forwarded_For="192.0.2.1"), app.client(X_Forwarded_For="192.0.2.2")
        code = await shown(screen)
        assert (await phone.post("/user/qr/scan", code=code))["data"]["ip"] == "192.0.2.1"
        await phone.post("/user/qr/approve", code=code)
        assert (await thief.post("/user/qr/poll", code=code))["code"] == -404
        assert (await screen.post("/user/qr/poll", code=code))["code"] == 0


async def test_taken_once(app):
    """Of many questions at once one gets the session."""
    phone, screen = await app.client().register(), app.client()
    code = await shown(screen)
    await phone.post("/user/qr/scan", code=code)
    await phone.post("/user/qr/approve", code=code)
    answers = await asyncio.gather(*(screen.post("/user/qr/poll", code=code) for _ in range(8)))
    assert sorted(answer["code"] for answer in answers) == [-404] * 7 + [0]
    assert (await phone.post("/user/sessions"))["total"] == 2


@pytest.mark.parametrize("ends", ["passwd", "revoke", "logout", "operator"])
async def test_who_ends_sessions_ends_what_they_approved(app, ends):
    """A thief approves a code on a stolen session, which is ended before the screen has asked."""
    op, owner = await app.client().register(), await app.client().register(mobile=MOBILE)
    stolen, screen = await app.client().login(MOBILE), app.client()
    code = await shown(screen)
    await stolen.post("/user/qr/scan", code=code)
    assert (await stolen.post("/user/qr/approve", code=code))["code"] == 0
    if ends == "passwd":
        answer = await owner.post("/user/passwd", old=PASSWD, new="another long one")
    elif ends == "revoke":
        answer = await owner.post("/user/revoke")
    elif ends == "logout":
        answer = await stolen.post("/user/logout")
    else:
        answer = await op.post("/ops/sessions/close", id=owner.user_id)
    assert answer["code"] == 0
    assert (await screen.post("/user/qr/poll", code=code))["code"] == -404


async def test_guessed_codes(app):
    """Codes are long, and one that is not there is said to be that in every way."""
    phone = await app.client().register()
    assert len(await shown(app.client())) == 32
    for path in ("/user/qr/scan", "/user/qr/approve", "/user/qr/poll"):
        assert (await phone.post(path, code="x" * 32))["code"] == -404
        assert (await phone.post(path, code=""))["code"] == -400
    assert (await phone.post("/user/qr/new", secret="short"))["code"] == -400


async def test_rates(tmp_path):
    """Codes are not made, and not asked about, without end."""
    settings = {"limits.enabled": True, "limits.qr_burst": 3, "limits.qr_poll_burst": 4}
    async with running(tmp_path, settings) as app:
        screen = app.client()
        code = await shown(screen)
        polls = [(await screen.post("/user/qr/poll", code=code))["code"] for _ in range(5)]
        assert polls == [0] * 4 + [-429]
        assert [(await screen.post("/user/qr/new"))["code"] for _ in range(3)] == [0, 0, -429]


async def let_in(app, by):
    """A screen that this session has let in."""
    screen = app.client()
    code = await shown(screen)
    await by.post("/user/qr/scan", code=code)
    await by.post("/user/qr/approve", code=code)
    user = (await screen.post("/user/qr/poll", code=code))["data"]
    screen.user_id, screen.token = user["id"], user["token"]
    return screen


async def test_codes_multiply_no_guesses(tmp_path):
    """Who has stolen a session guesses the password no faster by the sessions that it lets in, and by those
    that they let in. The owner's other sessions have tries of their own."""
    async with running(tmp_path, {"limits.enabled": True, "limits.login_burst": 2}) as app:
        owner = await app.client().register(mobile=MOBILE)
        stolen = app.client()
        await stolen.post("/user/login", mobile=MOBILE, passwd=PASSWD)
        stolen.user_id, stolen.token = owner.user_id, stolen.cookies[f"im_{owner.user_id}"]
        child = await let_in(app, stolen)
        grandchild = await let_in(app, child)
        guesses = [
            (await one.post("/user/delete", passwd=f"guess {number}"))["code"]
            for number, one in enumerate((grandchild, child, stolen, child, grandchild))
        ]
        assert guesses == [-1, -1, -429, -429, -429]
        assert (await grandchild.post("/user/passwd", old="guess", new="another1"))["code"] == -429
        assert (await owner.post("/user/passwd", old=PASSWD, new="another1"))["code"] == 0
