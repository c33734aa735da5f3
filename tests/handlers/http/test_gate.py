"""The gate: nobody acts for another, on any route, with any kind of credential."""

import itertools
import sqlite3
from urllib.parse import urlencode

import pytest
from tornado.web import RequestHandler

from handlers.http.base import BaseHandler
from handlers.http.gate import ApiHandler
from handlers.http.site import ROUTES
from handlers.http.streamed import StreamedHandler
from protocol.commands import CALLS
from protocol.contacts import ListFriends
from protocol.declare import Access
from protocol.limits import MAX_BODY_BYTES
from tests.app import PASSWD, App, Client, envelope, running
from tests.routes import API, api, paths

USER = api(Access.USER)


@pytest.fixture
def people(app, io_loop):
    """Ann, whose account is attacked, and Bob, who has one of his own."""

    async def register() -> tuple[Client, Client]:
        return await app.client().register("Ann"), await app.client().register("Bob")

    return io_loop.run_sync(register)


def harmful(ann: Client, bob: Client) -> dict[str, object]:
    """Fields that would change something on any route, were they let in."""
    return {
        "dstid": bob.user_id,
        "id": ann.user_id,
        "name": "group",
        "nickname": "changed",
        "avatar": "",
        "memo": "changed",
        "sex": "M",
        "old": PASSWD,
        "new": "changed123",
        "cmd": 10,
        "kind": 10,
        "media": 1,
        "content": "changed",
        "cid": "c1",
        "seq": 1,
        "ver": 0,
        "q": "changed",
    }


def rows(app: App) -> list[str]:
    """Everything the database holds."""
    with sqlite3.connect(app.services.config.data / "magpie.db") as connection:
        return list(connection.iterdump())


@pytest.mark.parametrize("pattern, handler", [(route[0], route[1]) for route in ROUTES])
def test_every_route_is_behind_the_gate(pattern, handler):
    """A route that nobody thought about answers nobody."""
    assert issubclass(handler, BaseHandler), "no security headers, no access log"
    if issubclass(handler, ApiHandler):
        assert handler.call.access in Access
        reads = StreamedHandler if issubclass(handler, StreamedHandler) else ApiHandler
        assert (handler.prepare, handler.post) == (reads.prepare, reads.post), "it goes round the gate"
        assert not {"get", "put", "delete", "patch"} & set(vars(handler))
    else:
        assert handler.post is RequestHandler.post, "only calls are posts"


def test_routes_say_what_they_are_limited_by(app):
    """Each route counts against limits that the settings have."""
    for path, handler in API:
        assert {handler.call.limit, handler.call.anonymous_limit} - {None} <= app.services.budget.actions, (
            path
        )


def test_every_call_has_a_handler():
    """Whatever a client may say by HTTP is answered, where its declaration says, and nothing else is."""
    assert {path: handler.call for path, handler in API} == CALLS
    for path, handler in API:
        nouns = [kind.__module__.rpartition(".")[2] for kind in (handler, handler.call.command)]
        assert nouns[0] == nouns[1], f"{path} is of one noun"


async def test_call_without_credential_is_refused(app, people):
    """Knowing somebody's number is not enough to act for them on any route, and nothing happens."""
    ann, bob = people
    before = rows(app)
    for path in USER:
        answer = await app.client().post(path, userid=ann.user_id, **harmful(ann, bob))
        assert (answer["code"], answer["msg"]) == (-401, "请先登录"), path
    assert rows(app) == before


async def test_call_with_anothers_credential_is_refused(app, people):
    """Bob's cookie, Bearer token or token field does not let him act for Ann, on any route."""
    ann, bob = people
    stranger = app.client()
    before = rows(app)
    for path, name in itertools.product(USER, ("userid", "ownerid")):
        named = {name: ann.user_id, **harmful(ann, bob)}
        body = urlencode(named).encode()
        assert (await bob.post(path, **named))["code"] == -401, path
        assert (await bob.post_json(path, **named))["code"] == -401, path
        assert (await stranger.post(path, token=bob.token, **named))["code"] == -401, path
        for given in (
            {"Authorization": f"Bearer {bob.token}"},
            {"Authorization": f"bearer {bob.token}"},
            {"Cookie": f"im_{ann.user_id}={bob.token}"},
        ):
            assert envelope(await stranger.fetch(path, body, **given))["code"] == -401, path
    assert rows(app) == before


@pytest.mark.parametrize("path", USER)
async def test_own_credential_is_let_in(app, people, path):
    """Ann's cookie, Bearer token and token field each let her in, on every route."""
    ann, bob = people
    fields = {"userid": ann.user_id, "kind": 10, "dstid": bob.user_id}
    body = urlencode(fields).encode()
    stranger = app.client()
    if path in ("/user/logout", "/user/revoke"):
        assert envelope(await stranger.fetch(path, body, Authorization=f"Bearer {ann.token}"))["code"] == 0
        return
    if path == "/user/export":  # which is no envelope
        response = await stranger.fetch(path, body, Authorization=f"Bearer {ann.token}")
        assert response.headers["Content-Type"] == "application/zip"
        return
    assert (await ann.post(path, **fields))["code"] != -401
    assert (await stranger.post(path, token=ann.token, **fields))["code"] != -401
    assert envelope(await stranger.fetch(path, body, Authorization=f"Bearer {ann.token}"))["code"] != -401


async def test_bad_user_is_a_bad_argument(people):
    """A call that names no user, or none that can exist, is told so."""
    ann, _ = people
    for userid in (None, "", "0", "-1", "1.0", "1e3", "abc", "１", "1 or 1=1", "9007199254740992", "1" * 400):
        assert (await ann.post("/contact/loadfriend", userid=userid))["code"] == -400, userid


async def test_ids_given_twice_are_refused(people):
    """Two ids where one belongs are refused, whichever of them is the caller's."""
    ann, bob = people
    for body in (
        f"userid={ann.user_id}&userid={bob.user_id}",
        f"userid={bob.user_id}&userid={ann.user_id}",
        f"userid={ann.user_id}&ownerid={bob.user_id}",
    ):
        assert envelope(await ann.fetch("/contact/loadfriend", body.encode()))["code"] == -400
    twice = b'{"userid":%d,"userid":%d}' % (ann.user_id, ann.user_id)
    answer = envelope(await ann.fetch("/contact/loadfriend", twice, **{"Content-Type": "application/json"}))
    assert answer["code"] == -400


async def test_token_in_the_address_is_not_looked_at(app, people):
    """A token in a URL, where logs and referrers see it, opens nothing."""
    ann, _ = people
    path = f"/contact/loadfriend?token={ann.token}&userid={ann.user_id}"
    assert envelope(await app.client().fetch(path, f"userid={ann.user_id}".encode()))["code"] == -401
    assert envelope(await ann.fetch(path, b""))["code"] == -400, "the user is named in the body"


async def test_explicit_token_must_be_right(people):
    """A wrong token is refused even when a good cookie comes with it."""
    ann, _ = people
    assert (await ann.post("/contact/loadfriend", token="wrong"))["code"] == -401


async def test_two_users_in_one_browser(app):
    """Two tabs of one browser can hold two users, each acting for itself."""
    browser = app.client()
    ann = (await browser.register("Ann")).user_id
    bob = (await browser.register("Bob")).user_id
    for user_id in (ann, bob):
        assert (await browser.post("/contact/loadfriend", userid=user_id))["code"] == 0
        assert (await browser.post("/user/find", userid=user_id, id=user_id))["data"]["mobile"] != ""


async def test_any_session_will_do_where_no_user_is_named(app, people):
    """A classic page looks people up without saying who it is: its cookie says it. Without one it can't."""
    ann, bob = people
    path = "/user/find"
    assert path in api(Access.ANY_SESSION)
    assert (await ann.post(path, userid=None, id=bob.user_id))["data"]["nickname"] == "Bob"
    assert (await ann.post(path, userid=bob.user_id, id=bob.user_id))["code"] == -401
    assert (await app.client().post(path, id=bob.user_id))["code"] == -401
    assert (await app.client().post(path, id=bob.user_id, token="wrong"))["code"] == -401


async def test_closed_session_opens_nothing(app, people):
    """After log-out the token is worth nothing."""
    ann, _ = people
    token = ann.token
    assert (await ann.post("/user/logout"))["code"] == 0
    assert not ann.cookies
    assert (await app.client().post("/contact/loadfriend", userid=ann.user_id, token=token))["code"] == -401


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH"])
async def test_calls_are_posts(app, method):
    """A link or a picture's address can't make a call: every route wants a POST."""
    for path, _ in API:
        response = await app.client().fetch(path, None, method=method)
        assert response.code == 405, path
        assert method == "HEAD" or envelope(response)["code"] == -405, path


BODIES = [
    ("application/json", b"{", -400),
    ("application/json", b"[]", -400),
    ("application/json", b"", -400),
    ("application/json", b'{"userid": NaN}', -400),
    ("application/json", b"\xff", -400),
    ("application/json; charset=utf-8", b'{"mobile": "13800138000", "passwd": "secret123"}', -1),
    ("application/x-www-form-urlencoded", b"mobile=%ff", -400),
    ("application/x-www-form-urlencoded; charset=UTF-8", b"mobile=13800138000&passwd=secret123", -1),
    ("", b"mobile=13800138000&passwd=secret123", -1),
    ("text/plain", b"mobile=13800138000&passwd=secret123", -400),
    ("application/xml", b"<a/>", -400),
    ("application/x-www-form-urlencoded", b"&".join(b"f%d=1" % n for n in range(500)), -400),
    ("application/x-www-form-urlencoded", b"a=" + b"x" * MAX_BODY_BYTES, -413),
    ("application/json", b'{"a":"' + b"x" * MAX_BODY_BYTES + b'"}', -413),
]


async def test_bodies(app):
    """A body that can't be read is answered, with a reason, as a page can show it."""
    for kind, body, code in BODIES:
        response = await app.client().fetch("/user/login", body, **{"Content-Type": kind})
        answer = envelope(response)
        assert (response.code, answer["code"]) == (200, code) and answer["msg"], (kind, body[:50])


async def test_very_large_body_is_read_to_its_end(app):
    """Whoever sends megabytes to a call gets an answer and can go on with the same connection."""
    client = app.client()
    assert (await client.post("/user/login", mobile="1" * 5_000_000))["code"] == -413
    assert (await client.post("/user/login", mobile="13800138000", passwd="secret123"))["code"] == -1


async def test_broken_multipart_is_http_400(app):
    """A call whose multipart framing is broken gets status 400 and a JSON body."""
    response = await app.client().fetch("/user/login", b"x", **{"Content-Type": "multipart/form-data"})
    assert (response.code, envelope(response)["code"]) == (400, -400)


async def test_undeclared_handler_answers_nobody(app, people):
    """A handler without a policy refuses even its own users."""

    class Undeclared(ApiHandler):
        async def answer(self, command: object) -> None:
            self.reply("let in")

    app.site.add_handlers(".*", [("/undeclared", Undeclared)])
    ann, _ = people
    assert (await ann.post("/undeclared"))["code"] == -403


async def test_crash_is_named_and_tells_no_secret(app, people, expect_logs, caplog):
    """A crash answers 500 with an id, and the log has one line of it under that id, without secrets."""

    class Crash(ApiHandler[ListFriends]):
        async def answer(self, command: ListFriends) -> None:
            raise RuntimeError("the disk is on fire")

    app.site.add_handlers(".*", [("/crash", Crash)])
    expect_logs("magpie", "crash id=")
    ann, _ = people
    response = await ann.fetch(
        f"/crash?token={ann.token}", urlencode({"userid": ann.user_id, "passwd": PASSWD}).encode()
    )
    answer = envelope(response)
    assert (response.code, answer["code"], answer["msg"]) == (500, -500, "服务器出错了")
    [record] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert (
        answer["data"]["request"] in record.getMessage()
        and response.headers["X-Request-Id"] in record.getMessage()
    )
    assert "on fire" in caplog.text and "on fire" not in response.body.decode()
    assert ann.token not in caplog.text and PASSWD not in caplog.text


async def test_language(app):
    """Reasons are Chinese, and English for those who ask for it."""
    for given, text in [
        ("", "请先登录"),
        ("en", "Please log in"),
        ("en-GB,en;q=0.9,zh;q=0.8", "Please log in"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "请先登录"),
        ("fr, en;q=0.1", "Please log in"),
        ("en;q=0.2,zh;q=0.7", "请先登录"),
        (";;;q=x,,", "请先登录"),
    ]:
        answer = await app.client(Accept_Language=given).post("/contact/loadfriend", userid=1)
        assert answer["msg"] == text, given


async def test_limits_refuse_with_a_time_to_wait(tmp_path):
    """Who calls too often is told for how long to wait; another action is not held up by it."""
    settings = {"limits.enabled": True, "limits.find_burst": 2, "limits.find_rate": 0.5}
    async with running(tmp_path, settings) as app:
        ann = await app.client().register()
        codes = [(await ann.post("/user/find", id=ann.user_id))["code"] for _ in range(3)]
        assert codes == [0, 0, -429]
        answer = await ann.post("/user/find", id=ann.user_id)
        assert 0 < answer["data"]["retry_after"] <= 2
        assert (await ann.post("/contact/loadfriend"))["code"] == 0


async def test_addresses_are_limited_before_credentials_are_looked_at(tmp_path):
    """Guessing tokens is limited by the address it comes from, and a wrong one costs as much as five right
    ones."""
    async with running(
        tmp_path, {"limits.enabled": True, "limits.request_burst": 25, "limits.request_rate": 0.01}
    ) as app:
        codes = [
            (await app.client().post("/contact/loadfriend", userid=1, token=f"guess{n}"))["code"]
            for n in range(7)
        ]
        assert codes == [-401] * 5 + [-429] * 2


def test_path_patterns_are_spelled_out():
    """The matrix above sees both names of a route that has two."""
    assert paths(r"/contact/(?:loadfriend|friend)") == ["/contact/loadfriend", "/contact/friend"]
    assert {"/contact/community", "/contact/loadcommunity", "/user/login"} <= {path for path, _ in API}
    assert not any("(" in path or "\\" in path for path, _ in API)
