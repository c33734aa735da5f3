"""Numbers and passwords: one person, one way of writing, and no password that is tried first."""

import unicodedata

import pytest

from models.tables import User
from tests.app import PASSWD, envelope, running

MOBILE = "13912345678"


def refusal(answer):
    return answer["code"], answer["msg"]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
async def test_accents_may_be_composed_or_not(app, form):
    """A password of accented letters opens the account from every system, whichever composed it first, and
    is changed with either form."""
    passwd = unicodedata.normalize(form, "Crème-brûlée")
    ann = await app.client().register(mobile=MOBILE, passwd=passwd)
    for other in ("NFC", "NFD"):
        await app.client().login(MOBILE, unicodedata.normalize(other, passwd))
    old = unicodedata.normalize("NFD", passwd)
    new = unicodedata.normalize("NFD", "Pâté-en-croûte")
    assert (await ann.post("/user/passwd", old=old, new=new))["code"] == 0
    await app.client().login(MOBILE, unicodedata.normalize("NFC", new))


WEAK = [
    "123456",
    "111111",
    "password",
    "PassWord",
    "qwerty",
    "5201314",
    "woaini1314",
    "a123456",
    "１２３４５６",
    "abcabc",
    "987654",
    "zhang123",
    "wang5201314",
    "asdfgh",
    "qq123456",
]
OWN = [MOBILE, "+86" + MOBILE, MOBILE[::-1], MOBILE[-6:], MOBILE[-8:], "a" + MOBILE, MOBILE * 2]


async def test_weak_passwords_are_refused(app):
    """What is tried first is no password: the commonest, in China too, patterns, and the own number; neither
    at registration nor later."""
    weak = [*WEAK, *OWN, "      ", "123456 "]
    newcomer = app.client()
    codes = {
        word: (await newcomer.post("/user/register", mobile=MOBILE, passwd=word))["code"] for word in weak
    }
    assert codes == dict.fromkeys(weak, -1)
    client = await app.client().register(mobile=MOBILE)
    codes = {word: (await client.post("/user/passwd", old=PASSWD, new=word))["code"] for word in weak}
    assert codes == dict.fromkeys(weak, -1)
    await app.client().login(MOBILE)


async def test_longer_passwords_can_be_asked_for(tmp_path):
    """An operator may want more of a new password; who has a shorter one, or a weak one, still logs in."""
    async with running(tmp_path) as app:
        client = await app.client().register(mobile=MOBILE, passwd="kestrel-9")
        weak = await app.services.hasher.hash("123456")
        await app.services.db.write(User.update(passwd=weak).execute)
        await app.client().login(MOBILE, "123456")
    async with running(tmp_path, {"auth.passwd_min": 10}) as app:
        client = await app.client().login(MOBILE, "123456")
        answer = await client.post("/user/passwd", old="123456", new="kestrel99")
        assert answer["code"] == -400 and "10" in answer["msg"]
        assert (await client.post("/user/passwd", old="123456", new="kestrel999"))["code"] == 0


WRITTEN = [
    "139 1234 5678",
    "139-1234-5678",
    " 13912345678 ",
    "１３９１２３４５６７８",
    "\u202d13912345678\u202c",
    "+86 139 1234 5678",
    "+8613912345678",
    "008613912345678",
    "(139) 1234.5678",
    "139\u20111234\u20135678",
]


async def test_a_number_is_one_however_it_is_written(app):
    """Spaces, hyphens, full-width digits, what was copied along unseen, and China's 86 make no other number:
    not at log-in, nor is there a second account, nor the other way round."""
    first = await app.client().register(mobile=MOBILE)
    for number, written in enumerate(WRITTEN):
        assert (await app.client().login(written)).user_id == first.user_id, written
        answer = await app.client().post_json("/user/register", mobile=written, passwd=PASSWD)
        assert refusal(answer) == (-409, "该手机号已经注册"), written
        other = written.replace("9", str(number)).replace("９", str(number)).replace("13", "15")
        second = await app.client().register(mobile=other.replace("１３", "15"))
        assert (await app.client().login(f"15{number}12345678")).user_id == second.user_id, written


async def test_older_spellings_still_log_in(app):
    """Whoever registered with the country, or as a classic page sent a space, logs in with and without it."""
    client = await app.client().register(mobile=MOBILE)
    for stored in ("+86" + MOBILE, "0086" + MOBILE, "+" + MOBILE):
        await app.services.db.write(User.update(mobile=stored).execute)
        for written in (MOBILE, stored):
            assert (await app.client().login(written)).user_id == client.user_id


async def test_number_is_registered_once(app):
    """A number that has an account says so."""
    await app.client().register(mobile=MOBILE)
    again = app.client()
    assert refusal(await again.post("/user/register", mobile=MOBILE, passwd="another1")) == (
        -409,
        "该手机号已经注册",
    )
    assert again.cookies == {}


async def test_plus_that_a_classic_page_sends_raw(app):
    """A number with a + is one account for a classic page, which does not encode it, and for a v2 client."""
    classic = app.client()
    body = f"mobile=+86{MOBILE}&passwd=secret123&nickname=%E5%B0%8F%E9%B9%8A".encode()
    answer = envelope(await classic.fetch("/user/register", body))
    assert (answer["data"]["mobile"], answer["data"]["nickname"]) == (f"+86{MOBILE}", "小鹊")
    v2 = await app.client().post_json("/user/login", mobile=f"+86{MOBILE}", passwd="secret123")
    assert v2["data"]["id"] == answer["data"]["id"]
    assert envelope(await classic.fetch("/user/login", body))["data"]["id"] == answer["data"]["id"]
