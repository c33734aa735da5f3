"""One-time codes: with them a password alone lets nobody in."""

import re
from urllib.parse import parse_qs, unquote, urlsplit

import pyotp
import pytest

from actions.totp import drop
from models import totp
from models.operators import acts
from models.tables import Recovery, Totp
from protocol.clock import now_ms
from protocol.errors import Refused
from tests.app import PASSWD, running

MOBILE = "13912345678"


@pytest.fixture
def clock(monkeypatch):
    """The time by which codes are made and looked at, which a test moves."""

    class Clock:
        now = now_ms() // totp.STEP_MS * totp.STEP_MS

        def code(self, secret, steps=0):
            return pyotp.TOTP(secret).generate_otp(self.now // totp.STEP_MS + steps)

    clock = Clock()
    for module in ("actions.totp", "actions.sessions"):
        monkeypatch.setattr(f"{module}.now_ms", lambda: clock.now)
    return clock


async def with_codes(app, clock):
    """Somebody who has turned codes on: the client, the secret and the recovery codes."""
    ann = await app.client().register(mobile=MOBILE)
    secret = (await ann.post("/user/totp/start"))["data"]["secret"]
    answer = await ann.post("/user/totp/confirm", code=clock.code(secret))
    clock.now += totp.STEP_MS
    return ann, secret, answer["data"]["recovery"]


async def log_in(client, code=None, passwd=PASSWD):
    return await client.post("/user/login", mobile=MOBILE, passwd=passwd, code=code)


async def test_set_up(app, clock):
    """The authenticator gets a link with the secret; nothing is asked for before a code shows that it has
    it; ten recovery codes are told once."""
    ann = await app.client().register(mobile=MOBILE)
    assert (await ann.post("/user/totp"))["data"] == {"on": 0, "since": 0, "recovery": 0}
    told = (await ann.post("/user/totp/start"))["data"]
    link = urlsplit(told["url"])
    assert (link.scheme, link.netloc) == ("otpauth", "totp")
    assert unquote(link.path).endswith(f":{MOBILE}")
    assert parse_qs(link.query)["secret"] == [told["secret"]]
    assert (await log_in(app.client()))["code"] == 0
    wrong = await ann.post("/user/totp/confirm", code="000000")
    assert (wrong["code"], wrong["msg"]) == (-1, "验证码不正确")
    recovery = (await ann.post("/user/totp/confirm", code=clock.code(told["secret"])))["data"]["recovery"]
    assert len(set(recovery)) == 10
    assert all(re.fullmatch(r"([A-Z2-7]{4}-){3}[A-Z2-7]{4}", one) for one in recovery)
    assert (await ann.post("/user/totp"))["data"] == {"on": 1, "since": clock.now, "recovery": 10}
    assert (await ann.post("/user/totp/start"))["code"] == -409
    assert (await ann.post("/user/totp/confirm", code=clock.code(told["secret"])))["code"] == -409


async def test_nothing_to_confirm(app, clock):
    """Without a secret nothing can be turned on, nor off."""
    ann = await app.client().register()
    assert (await ann.post("/user/totp/confirm", code="000000"))["code"] == -1
    assert (await ann.post("/user/totp/off", code="000000"))["code"] == -1


async def test_log_in_asks_for_a_code(app, clock):
    """The password alone is not enough, and a wrong password learns nothing of codes."""
    _, secret, _ = await with_codes(app, clock)
    asked = await log_in(app.client())
    assert (asked["code"], asked["data"]) == (-1, {"totp": 1})
    wrong = await log_in(app.client(), clock.code(secret), passwd="wrong12345")
    assert wrong["code"] == -1 and "data" not in wrong
    assert (await log_in(app.client(), "123"))["data"] == {"totp": 1}
    code = clock.code(secret)
    assert (await log_in(app.client(), f"{code[:3]} {code[3:]}"))["code"] == 0


async def test_a_code_counts_once(app, clock):
    """Who looks over a shoulder can't use the code again, nor an older one."""
    _, secret, _ = await with_codes(app, clock)
    code = clock.code(secret)
    assert (await log_in(app.client(), code))["code"] == 0
    assert (await log_in(app.client(), code))["data"] == {"totp": 1}
    assert (await log_in(app.client(), clock.code(secret, -1)))["code"] == -1
    assert (await log_in(app.client(), clock.code(secret, 1)))["code"] == 0


async def test_the_code_that_confirmed_counts_no_more(app, clock):
    """What was typed to turn codes on is no log-in."""
    _, secret, _ = await with_codes(app, clock)
    assert (await log_in(app.client(), clock.code(secret, -1)))["code"] == -1


async def test_clocks_that_differ(app, clock):
    """A clock may be wrong by half a minute, and no more."""
    _, secret, _ = await with_codes(app, clock)
    clock.now += 10 * totp.STEP_MS
    assert (await log_in(app.client(), clock.code(secret, -2)))["code"] == -1
    assert (await log_in(app.client(), clock.code(secret, 2)))["code"] == -1
    assert (await log_in(app.client(), clock.code(secret, -1)))["code"] == 0


async def test_recovery_codes(app, clock):
    """Who has lost the authenticator gets in with each of them once, however it is typed."""
    ann, _, recovery = await with_codes(app, clock)
    assert (await log_in(app.client(), recovery[0].lower().replace("-", " ")))["code"] == 0
    assert (await log_in(app.client(), recovery[0]))["code"] == -1
    assert (await log_in(app.client(), recovery[1]))["code"] == 0
    assert (await ann.post("/user/totp"))["data"]["recovery"] == 8


async def test_turning_off(app, clock):
    """It takes a code; then the password is enough, and nothing is left of the secret."""
    ann, secret, recovery = await with_codes(app, clock)
    assert (await ann.post("/user/totp/off", code="000000"))["code"] == -1
    assert (await ann.post("/user/totp/off", code=recovery[3]))["code"] == 0
    assert (await log_in(app.client()))["code"] == 0
    assert await app.services.db.read(lambda: Totp.select().count() + Recovery.select().count()) == 0


async def test_anothers_code(app, clock):
    """A code of one's own opens nobody else's account."""
    _, _, recovery = await with_codes(app, clock)
    bo = await app.client().register()
    secret = (await bo.post("/user/totp/start"))["data"]["secret"]
    bos = (await bo.post("/user/totp/confirm", code=clock.code(secret)))["data"]["recovery"]
    clock.now += totp.STEP_MS
    assert (await log_in(app.client(), clock.code(secret)))["code"] == -1
    assert (await log_in(app.client(), bos[0]))["code"] == -1
    assert (await log_in(app.client(), recovery[0]))["code"] == 0


async def test_other_devices_hear_of_it(app, clock):
    """Turning codes on or off is told on all one's pages."""
    ann = await app.client().register(mobile=MOBILE)
    async with ann.socket() as socket:
        secret = (await ann.post("/user/totp/start"))["data"]["secret"]
        await ann.post("/user/totp/confirm", code=clock.code(secret))
        on = {"cmd": 27, "what": "totp", "userid": ann.user_id, "on": 1}
        assert await socket.receive(27) == on
        clock.now += totp.STEP_MS
        await ann.post("/user/totp/off", code=clock.code(secret))
        assert await socket.receive(27) == {**on, "on": 0}


async def test_codes_are_guessed_as_slowly_as_passwords(tmp_path, clock):
    """Who knows the password tries a few codes, and then has to wait; who only asks what is needed, or is
    let in, is not counted."""
    settings = {"limits.enabled": True, "limits.login_burst": 5, "limits.login_rate": 0.001}
    async with running(tmp_path, settings) as app:
        ann, secret, recovery = await with_codes(app, clock)
        stranger = app.client()
        for _ in range(8):
            assert (await log_in(stranger))["data"] == {"totp": 1}
        codes = [(await log_in(stranger, f"{number:06}"))["code"] for number in range(6)]
        assert codes == [-1] * 5 + [-429]
        assert (await log_in(stranger, clock.code(secret)))["code"] == -429
        codes = [(await ann.post("/user/totp/off", code=f"{number:06}"))["code"] for number in range(6)]
        assert codes == [-1] * 5 + [-429]


async def test_the_table_tells_no_secret(app, clock, expect_logs):
    """Who reads a copy of the database can make no codes: the secret is sealed for its user, with a key that
    is elsewhere."""
    ann, secret, recovery = await with_codes(app, clock)
    [row] = await app.services.db.read(lambda: list(Totp.select().dicts()))
    assert secret not in str(row)
    hashes = await app.services.db.read(lambda: [one.code_hash for one in Recovery.select()])
    assert not set(recovery) & set(hashes)
    bo = await app.client().register()
    await app.services.db.write(Totp.insert({**row, "user_id": bo.user_id}).execute)
    expect_logs("magpie.seal", "sealed with key")
    assert (await bo.post("/user/totp/off", code=clock.code(secret)))["code"] == -1


async def test_who_has_lost_everything(app, clock):
    """Whoever has neither authenticator nor recovery codes is let in by an operator, which is noted."""
    ann, _, _ = await with_codes(app, clock)
    assert (await log_in(app.client()))["data"] == {"totp": 1}
    await drop(app.services, ann.user_id)
    assert (await log_in(app.client()))["code"] == 0
    [act, *_], _ = await app.services.db.read(acts, None, 9)
    assert (act["op"], act["what"], act["target"]) == (0, "totp", str(ann.user_id))
    with pytest.raises(Refused, match="not on"):
        await drop(app.services, ann.user_id)
