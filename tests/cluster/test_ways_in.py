"""Ways into an account, with two processes: whoever comes in by one of them is in at both, and who is put out
is out at both, sockets included."""

import asyncio

import pyotp

from models.totp import STEP_MS
from protocol.clock import now_ms
from tests.app import PASSWD


async def test_ways_in(both):
    """A code is shown by one process, scanned and approved at the other, and asked about at both: it is one
    session. One-time codes count once, wherever they come."""
    phone, screen = await both.client(1).register(), both.client(0)
    code = (await screen.post("/user/qr/new", secret="s" * 32))["data"]["code"]
    assert (await phone.post("/user/qr/scan", code=code))["code"] == 0
    poll = {"code": code, "secret": "s" * 32}
    assert (await screen.post("/user/qr/poll", **poll))["data"] == {"state": "scanned"}
    async with phone.socket() as socket:
        assert (await phone.post("/user/qr/approve", code=code))["code"] == 0
        screens = [both.client(number % 2) for number in range(8)]
        answers = await asyncio.gather(*(one.post("/user/qr/poll", **poll) for one in screens))
        assert sorted(answer["code"] for answer in answers) == [-404] * 7 + [0]
        assert (await socket.receive(27))["what"] == "login"  # told by whichever process it was
    [user] = [answer["data"] for answer in answers if answer["code"] == 0]
    for number in range(2):
        entered = both.client(number)
        entered.user_id, entered.token = user["id"], user["token"]
        assert (await entered.post("/user/sessions", token=user["token"]))["total"] == 2

    secret = (await phone.post("/user/totp/start"))["data"]["secret"]
    otp, step = pyotp.TOTP(secret), now_ms() // STEP_MS
    assert (await phone.post("/user/totp/confirm", code=otp.generate_otp(step)))["code"] == 0
    once = {"mobile": phone.mobile, "passwd": PASSWD, "code": otp.generate_otp(step + 1), "userid": None}
    tries = (both.client(number % 2).post("/user/login", **once) for number in range(8))
    codes = [answer["code"] for answer in await asyncio.gather(*tries)]
    assert sorted(codes) == [-1] * 7 + [0]


async def test_ways_out(both):
    """Who deletes the account at one process is out at the other; friends at both hear of it."""
    bob, ann = await both.client(1).register("Bob"), await both.client(0).register("Ann")
    await ann.post("/contact/addfriend", dstid=bob.user_id)
    elsewhere = await both.client(1).login(ann.mobile)
    async with elsewhere.socket() as closed, bob.socket() as friend:
        assert (await ann.post("/user/delete", passwd=PASSWD))["code"] == 0
        assert await closed.closed() == 4401
        told = [(await friend.receive(20))["what"] for _ in range(2)]
        assert told == ["updated", "removed"]
    assert (await elsewhere.post("/user/sessions"))["code"] == -401
    again = await both.client(1).register("New", ann.mobile)
    assert again.user_id != ann.user_id
