"""/user/…: registering, logging in, profiles and finding people, as a client sees them."""

import pytest

from protocol.clock import now_ms
from protocol.errors import TryAgain
from tests.app import PASSWD, running

MOBILE = "13912345678"
WRONG_LOGIN = (-1, "手机号或密码不正确")


def refusal(answer):
    return answer["code"], answer["msg"]


# --- registering --------------------------------------------------------------------------------------------


async def test_registering_answers_with_the_new_user(app):
    """Who registers gets the own row back, with a token, and is logged in."""
    client = app.client()
    before = now_ms()
    answer = await client.post(
        "/user/register",
        mobile=MOBILE,
        passwd=PASSWD,
        nickname=" 小鹊 ",
        sex="W",
        avatar="/asset/a.png",
        memo="hi",
    )
    user = answer["data"]
    assert answer["code"] == 0
    assert user == {
        "id": user["id"],
        "mobile": MOBILE,
        "avatar": "/asset/a.png",
        "sex": "W",
        "nickname": "小鹊",
        "op": 1,  # the first account is an operator's
        "online": 0,
        "memo": "hi",
        "createat": user["createat"],
        "token": user["token"],
    }
    assert before <= user["createat"] <= now_ms()
    assert client.cookies == {f"im_{user['id']}": user["token"]}
    assert (await client.post("/user/profile", userid=user["id"]))["code"] == 0


async def test_no_account_without_its_session(app, monkeypatch):
    """Who is told to try again can register the same number: what failed has left nothing behind."""
    monkeypatch.setattr("models.sessions.open_session", lambda *_: (_ for _ in ()).throw(TryAgain()))
    fields = {"mobile": "13800138000", "passwd": "correct horse"}
    assert (await app.client().post("/user/register", **fields))["code"] == -503
    monkeypatch.undo()
    assert (await app.client().post("/user/register", **fields))["code"] == 0


async def test_little_is_needed_to_register(app):
    """A number and a password make an account with a name that can be shown."""
    ann, bo = await app.client().register(), await app.client().register()
    rows = [(await client.post("/user/find", id=client.user_id))["data"] for client in (ann, bo)]
    assert all(
        row["nickname"].startswith("用户") and row["sex"] == "U" and row["avatar"] == "" for row in rows
    )
    assert rows[0]["nickname"] != rows[1]["nickname"]


async def test_cookie_is_out_of_reach_of_scripts(app):
    """The session's cookie is for our own pages only and no script can read it."""
    response = await app.client().fetch("/user/register", b"mobile=%s&passwd=secret123" % MOBILE.encode())
    attributes = {part.strip().lower() for part in response.headers["Set-Cookie"].split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/"} <= attributes


@pytest.mark.parametrize(
    "mobile, passwd",
    [
        ("12345", "a1b2c9"),
        ("1" * 20, "密码"),
        ("+" + "1" * 20, " spa ce"),
        ("008613912345678", "xy z" * 32),
        (MOBILE, "a+b&c=d%"),
    ],
)
async def test_numbers_and_passwords_at_the_limits(app, mobile, passwd):
    """Any number of 5 to 20 digits and any password of 6 to 128 bytes is an account that can be logged in
    to."""
    await app.client().register(mobile=mobile, passwd=passwd)
    await app.client().login(mobile, passwd)


@pytest.mark.parametrize(
    "field, value",
    [
        ("mobile", ""),
        ("mobile", None),
        ("mobile", "1234"),
        ("mobile", "1" * 21),
        ("mobile", "+"),
        ("mobile", "1391234567a"),
        ("mobile", "++13912345678"),
        ("mobile", "①③９１２３４５６７８"),
        ("mobile", "13912345678\x00"),
        ("passwd", ""),
        ("passwd", None),
        ("passwd", "12345"),
        ("passwd", "x" * 129),
        ("passwd", "密" * 43),
        ("passwd", "secret\x00123"),
        ("sex", "X"),
        ("sex", "m"),
        ("sex", "MW"),
        ("avatar", "javascript:alert(1)"),
        ("avatar", "JavaScript:alert(1)"),
        ("avatar", "data:image/png;base64,AAAA"),
        ("avatar", "http://example.org/a.png"),
        ("avatar", "//example.org/a.png"),
        ("avatar", "/mnt/../etc/passwd"),
        ("avatar", "/user/logout"),
        ("avatar", 'https://example.org/a.png" onerror="x'),
        ("avatar", "/mnt/" + "a" * 300),
        ("avatar", "https://example.org\\@evil.example"),
        ("avatar", "/mnt/a b.png"),
        ("nickname", "x" * 41),
        ("nickname", "a\x00b"),
        ("memo", "x" * 201),
    ],
)
async def test_bad_fields_are_refused(app, field, value):
    """What cannot be stored or shown safely is a bad argument, and no account comes of it."""
    fields = {"mobile": MOBILE, "passwd": PASSWD, field: value}
    assert (await app.client().post("/user/register", **fields))["code"] == -400
    assert refusal(await app.client().post("/user/login", mobile=MOBILE, passwd=PASSWD)) == WRONG_LOGIN


@pytest.mark.parametrize(
    "field, value",
    [
        ("mobile", 13912345678),
        ("passwd", 12345678),
        ("passwd", ["secret123"]),
        ("nickname", {"a": 1}),
        ("sex", 1),
        ("avatar", True),
        ("memo", 1.5),
        ("nickname", "\ud800"),
    ],
)
async def test_json_of_another_type_is_refused(app, field, value):
    """Texts are texts in JSON, too."""
    fields = {"mobile": MOBILE, "passwd": PASSWD, field: value}
    assert (await app.client().post_json("/user/register", **fields))["code"] == -400


@pytest.mark.parametrize(
    "avatar", ["/mnt/2026/11/a.png", "/asset/images/a.png", "https://example.org/头像.png?x=1&y=2"]
)
async def test_pictures_of_ours_and_by_https(app, avatar):
    """An uploaded picture, one of the server's and one from elsewhere by https can be an avatar."""
    client = await app.client().register(avatar=avatar)
    assert (await client.post("/user/find", id=client.user_id))["data"]["avatar"] == avatar


# --- logging in ---------------------------------------------------------------------------------------------


async def test_log_in_opens_a_session(app):
    """Logging in answers with the own row, a token of its own and the cookie."""
    first = await app.client().register("Ann", MOBILE)
    second = app.client()
    user = (await second.post("/user/login", mobile=MOBILE, passwd=PASSWD))["data"]
    assert (user["id"], user["mobile"], user["nickname"]) == (first.user_id, MOBILE, "Ann")
    assert user["token"] != first.token
    assert second.cookies == {f"im_{user['id']}": user["token"]}
    bot = app.client(Authorization=f"Bearer {user['token']}")
    assert (await bot.post("/user/sessions", userid=user["id"]))["total"] == 2


@pytest.mark.parametrize(
    "mobile, passwd",
    [
        (MOBILE, "wrong123"),
        (MOBILE, PASSWD + " "),
        (MOBILE, PASSWD.upper()),
        (MOBILE, "x"),
        (MOBILE, "x" * 1000),
        ("13900000000", PASSWD),
        ("nobody", PASSWD),
        ("+" + MOBILE, PASSWD),
    ],
)
async def test_wrong_number_and_wrong_password_look_the_same(app, mobile, passwd):
    """A failed log-in does not tell whether the number has an account."""
    await app.client().register(mobile=MOBILE)
    client = app.client()
    assert refusal(await client.post("/user/login", mobile=mobile, passwd=passwd)) == WRONG_LOGIN
    assert client.cookies == {}
    english = app.client(Accept_Language="en")
    answer = await english.post("/user/login", mobile=mobile, passwd=passwd)
    assert refusal(answer) == (-1, "Wrong mobile number or password")


@pytest.mark.parametrize("fields", [{"mobile": MOBILE}, {"passwd": PASSWD}, {}])
async def test_log_in_needs_both(app, fields):
    """A log-in without a number or a password is a bad argument."""
    assert (await app.client().post("/user/login", **fields))["code"] == -400


async def test_guessing_is_slowed_down(tmp_path):
    """After some wrong passwords even the right one has to wait, and the answer says how long."""
    async with running(tmp_path, {"limits.enabled": True, "limits.login_burst": 3}) as app:
        await app.client().register(mobile=MOBILE)
        client = app.client()
        for _ in range(3):
            assert refusal(await client.post("/user/login", mobile=MOBILE, passwd="wrong123")) == WRONG_LOGIN
        answer = await client.post("/user/login", mobile=MOBILE, passwd=PASSWD)
        assert answer["code"] == -429
        assert 0 < answer["data"]["retry_after"] <= 5
        assert (await client.post("/user/login", mobile="13900000000", passwd=PASSWD))["code"] == -429


async def test_right_passwords_are_not_counted(tmp_path):
    """Many people behind one address can all log in."""
    async with running(tmp_path, {"limits.enabled": True, "limits.login_burst": 3}) as app:
        await app.client().register(mobile=MOBILE)
        for _ in range(6):
            await app.client().login(MOBILE)


# --- the profile -------------------------------------------------------------------------------------------


async def test_profile_can_be_changed(app):
    """Named fields change and the others stay; a picture and a memo can be taken away."""
    client = await app.client().register("Ann", MOBILE, avatar="/asset/a.png", memo="hi", sex="W")
    changed = (await client.post("/user/profile", nickname="安", sex="U"))["data"]
    assert [changed[name] for name in ("nickname", "sex", "avatar", "memo")] == [
        "安",
        "U",
        "/asset/a.png",
        "hi",
    ]
    assert (changed["mobile"], changed["token"]) == (MOBILE, "")
    changed = (await client.post_json("/user/profile", avatar="", memo=""))["data"]
    assert [changed[name] for name in ("nickname", "sex", "avatar", "memo")] == ["安", "U", "", ""]


@pytest.mark.parametrize(
    "field, value",
    [
        ("nickname", " "),
        ("nickname", "x" * 41),
        ("avatar", "javascript:alert(1)"),
        ("sex", "X"),
        ("memo", "x" * 201),
    ],
)
async def test_bad_profile_is_refused(app, field, value):
    """A profile that could not be registered cannot be made later."""
    client = await app.client().register("Ann")
    before = (await client.post("/user/profile"))["data"]
    assert (await client.post_json("/user/profile", **{"memo": "new", field: value}))["code"] == -400
    assert (await client.post("/user/profile"))["data"] == before


async def test_friends_hear_of_a_new_profile(app):
    """Open pages of the user and of friends learn at once that the profile changed; strangers don't."""
    ann, bo, eve = [await app.client().register() for _ in range(3)]
    await ann.post("/contact/addfriend", dstid=bo.user_id)
    async with ann.socket() as at_ann, bo.socket() as at_bo, eve.socket() as at_eve:
        await ann.post("/user/profile", nickname="Anna")
        for socket in (at_ann, at_bo):
            assert await socket.receive() == {
                "cmd": 20,
                "what": "updated",
                "userid": ann.user_id,
                "dstid": ann.user_id,
                "kind": 10,
            }
        await at_eve.send({"cmd": 0})
        assert (await at_eve.receive())["cmd"] == 0


# --- finding ------------------------------------------------------------------------------------------------


async def test_finding_a_user(app):
    """Anybody logged in can look a user up by number, but sees nobody else's mobile."""
    ann, bo = await app.client().register("Ann", MOBILE), await app.client().register("Bo")
    mine = (await ann.post("/user/find", id=ann.user_id))["data"]
    theirs = (await bo.post("/user/find", id=ann.user_id))["data"]
    assert mine["mobile"] == MOBILE
    assert mine.pop("op") == 1  # the first account is the operator's, which is nobody else's business
    assert theirs == mine | {"mobile": "", "token": "", "remark": "", "blocked": 0}
    assert refusal(await bo.post("/user/find", id=10**9)) == (-404, "该用户不存在")


async def test_finding_shows_friends_who_are_online(app):
    """A user with an open socket is online for friends and for members of a group of both, and for nobody
    else: strangers can't watch when somebody is awake."""
    ann, bo, cy, eve = [await app.client().register() for _ in range(4)]
    await ann.post("/contact/addfriend", dstid=bo.user_id)
    group = (await ann.post("/contact/createcommunity", name="Birds"))["data"]["id"]
    await cy.post("/contact/joincommunity", dstid=group)
    other = (await eve.post("/contact/createcommunity", name="Cats"))["data"]["id"]
    await cy.post("/contact/joincommunity", dstid=other)

    async def seen_by(client):
        return (await client.post("/user/find", id=ann.user_id))["data"]["online"]

    async with ann.socket():
        assert [await seen_by(client) for client in (ann, bo, cy, eve)] == [1, 1, 1, 0]
        assert (await bo.post("/contact/loadfriend"))["rows"][0]["online"] == 1
    assert (await ann.post("/user/find", id=bo.user_id))["data"]["online"] == 0


async def test_finding_without_naming_oneself(app):
    """A classic page names no caller: any cookie will do, none will not, and each own row is one's own."""
    browser = await app.client().register(mobile=MOBILE)
    ann = browser.user_id
    await browser.register(mobile="13900000000")
    bo, browser.user_id = browser.user_id, None
    found = [(await browser.post("/user/find", id=user_id))["data"]["mobile"] for user_id in (ann, bo)]
    assert found == [MOBILE, "13900000000"]
    assert refusal(await app.client().post("/user/find", id=ann)) == (-401, "请先登录")


async def test_no_answer_has_a_hash(app):
    """The password's hash and salt are in no answer."""
    ann, bo = await app.client().register(), await app.client().register()
    await ann.post("/contact/addfriend", dstid=bo.user_id)
    for path, fields in [
        ("/user/find", {"id": ann.user_id}),
        ("/user/find", {"id": bo.user_id}),
        ("/user/profile", {}),
        ("/user/sessions", {}),
        ("/contact/loadfriend", {}),
        ("/user/login", {"mobile": ann.mobile, "passwd": PASSWD}),
    ]:
        text = str(await ann.post(path, **fields))
        assert "argon2" not in text and "passwd" not in text and "salt" not in text and "hash" not in text
