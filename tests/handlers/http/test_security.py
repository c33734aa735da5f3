"""Other sites, other hosts, proxies and logs: what a browser or an onlooker can get out of the server."""

import logging
import ssl
from urllib.parse import urlencode

import pytest

from handlers import logs
from handlers.http import proxies, security
from protocol.declare import Access
from storage.oss import OssStorage
from tests.app import PASSWD, envelope, running
from tests.certificate import make_certificate
from tests.handlers.http.arriving import request
from tests.process import process
from tests.routes import API, api
from tests.storage.settings import storage_settings

PROXY = {"server.proxies": ["127.0.0.0/8"]}
CALLS = [path for path, _ in API]


@pytest.mark.parametrize(
    "host, rule",
    [
        ("chat.example.com:8080", " ws://chat.example.com:8080 wss://chat.example.com:8080;"),
        ("[2001:db8::1]:80", " ws://[2001:db8::1]:80 wss://[2001:db8::1]:80;"),
        ("x;script-src*", "connect-src 'self' blob:;"),
        ("", "connect-src 'self' blob:;"),
    ],
)
def test_host_cannot_write_the_policy(host, rule):
    """A strange Host header does not become part of the rules for scripts."""
    rules = security.browser_rules(proxies.host(request(Host=host), ()), False, ())["Content-Security-Policy"]
    assert rule in rules and "script-src*" not in rules


def test_media_of_a_bucket_may_be_shown():
    """Pictures that come from the configured bucket or its public address are allowed on the page."""
    settings = {
        "oss_endpoint": "oss-cn-hangzhou-internal.aliyuncs.com",
        "oss_public_url": "http://cdn.example/x",
    }
    origins = OssStorage(storage_settings(backend="oss", **settings)).origins
    assert origins == ("http://cdn.example", "https://test-bucket.oss-cn-hangzhou.aliyuncs.com")
    assert "img-src 'self' data: blob: https: http://cdn.example" in str(
        security.browser_rules("h", False, origins)
    )


ANSWERS = [
    ("GET", "/"),
    ("GET", "/user/login.shtml"),
    ("GET", "/chat/index.shtml"),
    ("GET", "/nowhere"),
    ("POST", "/nowhere"),
    ("POST", "/user/login"),
    ("GET", "/user/login"),
    ("GET", "/healthz"),
    ("GET", "/asset/icons/favicon.svg"),
    ("GET", "/asset/nowhere.js"),
    ("GET", "/favicon.ico"),
    ("GET", "//asset/icons/favicon.svg"),
    ("GET", "/chat"),
]


async def test_headers_on_every_answer(app):
    """Whatever is answered, browsers are told to run only our scripts, to guess no types, and to keep the
    address, which may hold a token, to themselves."""
    for method, path in ANSWERS:
        response = await app.client().fetch(path, b"" if method == "POST" else None, method=method)
        policy = dict(rule.split(" ", 1) for rule in response.headers["Content-Security-Policy"].split("; "))
        assert policy["script-src"] == policy["style-src"] == "'self'"
        assert policy["frame-ancestors"] == policy["object-src"] == "'none'"
        assert "unsafe-eval" not in str(policy) and "upgrade-insecure-requests" not in policy
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "strict-origin"
        assert "microphone=(self)" in response.headers["Permissions-Policy"]
        assert "Server" not in response.headers
        if "/asset/" not in path and path != "/favicon.ico":
            assert response.headers["Cache-Control"] == "no-store"


async def test_cookie_without_tls(app):
    """The session cookie can't be read by scripts and isn't sent for other sites' calls."""
    fields = urlencode({"mobile": "13800138000", "passwd": PASSWD}).encode()
    response = await app.client().fetch("/user/register", fields)
    user_id = envelope(response)["data"]["id"]
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith(f"im_{user_id}=") and "Secure" not in cookie
    assert all(word in cookie for word in ("HttpOnly", "SameSite=Lax", "Path=/", f"Max-Age={30 * 86400}"))


async def test_cookie_behind_tls(tmp_path):
    """Under TLS the cookie is bound to this host, the one without that bond is not accepted, and the page
    upgrades plain addresses."""
    async with running(tmp_path, PROXY) as app:
        browser = await app.client(
            X_Forwarded_Proto="https", Origin=app.url.replace("http", "https")
        ).register()
        name = f"__Host-im_{browser.user_id}"
        assert list(browser.cookies) == [name]
        assert (await browser.post("/contact/loadfriend"))["code"] == 0
        planted = app.client(X_Forwarded_Proto="https", Cookie=f"im_{browser.user_id}={browser.token}")
        assert (await planted.post("/contact/loadfriend", userid=browser.user_id))["code"] == -401
        page = await browser.get("/user/login.shtml")
        assert "upgrade-insecure-requests" in page.headers["Content-Security-Policy"]
        response = await browser.fetch("/user/logout", f"userid={browser.user_id}".encode())
        assert "Secure" in response.headers["Set-Cookie"] and not browser.cookies


@pytest.mark.parametrize(
    "host, told",
    [
        ("chat.example.com", "max-age=31536000"),
        ("chat.example.com:8443", "max-age=31536000"),
        ("localhost:8443", None),
        ("shop.localhost", None),
        ("203.0.113.5:8443", None),
        ("[2001:db8::1]:8443", None),
        ("", None),
    ],
)
def test_tls_only(host, told):
    """A browser that came by TLS is told to come by nothing else, but for addresses and this machine, where
    other servers of the same name speak plain HTTP."""
    assert security.browser_rules(host, True, (), 31536000).get("Strict-Transport-Security") == told
    assert "Strict-Transport-Security" not in security.browser_rules(host, False, (), 31536000)
    assert "Strict-Transport-Security" not in security.browser_rules(host, True, (), 0)


async def test_tls_only_behind_a_proxy(tmp_path):
    """Behind a proxy that speaks TLS every answer says so, errors and refusals too, and no answer to who
    came by plain HTTP or is not our proxy."""
    async with running(tmp_path, PROXY) as app:
        for method, path in ANSWERS:
            body = b"" if method == "POST" else None
            by_tls = app.client(Host="chat.example.com", X_Forwarded_Proto="https")
            answer = await by_tls.fetch(path, body, method=method)
            assert answer.headers["Strict-Transport-Security"] == "max-age=31536000", path
            plain = await app.client(Host="chat.example.com").fetch(path, body, method=method)
            assert "Strict-Transport-Security" not in plain.headers, path


async def test_server_speaks_tls_itself(tmp_path):
    """With a certificate of its own the server speaks https and sets cookies bound to this host."""
    cert, key = make_certificate(tmp_path)
    async with process(
        tmp_path / "data", MAGPIE_SERVER_TLS_CERT=str(cert), MAGPIE_SERVER_TLS_KEY=str(key)
    ) as server:
        assert server.url.startswith("https://127.0.0.1:")
        client = await server.client(ssl.create_default_context(cafile=str(cert))).register()
        assert list(client.cookies) == [f"__Host-im_{client.user_id}"]
        assert (await client.post("/contact/loadfriend"))["code"] == 0
        named = await client.get("/nowhere", Host="chat.example.com:8443")
        assert named.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert "Strict-Transport-Security" not in (await client.get("/nowhere")).headers


SECRETS = [
    ("GET /chat?id=1&token=SECRET&v=2", "GET /chat?id=1&token=***&v=2"),
    ("Authorization: Bearer SECRET", "Authorization: Bearer ***"),
    ("Cookie: im_7=SECRET; im_8=SECRET", "Cookie: im_7=***; im_8=***"),
    ("Cookie: __Host-im_device=SECRET", "Cookie: __Host-im_device=***"),
    ("{'passwd': 'SEC, RET', 'mobile': '138'}", "{'passwd': ***, 'mobile': '138'}"),
    ('{"token":"SEC\\"RET","id":1}', '{"token":***,"id":1}'),
    ("mobile=138&passwd=SECRET", "mobile=138&passwd=***"),
    ("http://oss.example/k?Signature=SECRET&x=1", "http://oss.example/k?Signature=***&x=1"),
    ("cannot reach mysql://magpie:SEC@RET@db:3306/x", "cannot reach mysql://magpie:***@db:3306/x"),
    ("see http://example.com:8080/a", "see http://example.com:8080/a"),
    ("method=POST path=/user/login status=200", "method=POST path=/user/login status=200"),
]


@pytest.mark.parametrize("text, written", SECRETS)
def test_log_lines_are_scrubbed(text, written):
    """Whatever part of the server writes a token or a password to the log, it is not there."""
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "%s", (text,), None)
    assert logs.Formatter().format(record).endswith(f"ERROR x {written}")


def test_tracebacks_are_scrubbed():
    """A traceback whose message quotes a request does not show its token."""
    try:
        raise ValueError("bad request: token=SECRET")
    except ValueError as error:
        failed = (type(error), error, error.__traceback__)
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "crash", (), failed)
    text = logs.Formatter().format(record)
    assert "token=***" in text and "token=SECRET" not in text


async def test_no_secret_in_the_log_of_a_server(tmp_path):
    """After log-ins, wrong passwords, sockets and strange requests the log holds neither tokens nor
    passwords, and one line for each request."""
    async with process(tmp_path) as server:
        client = await server.client(User_Agent="probe").register(passwd="hunter2hunter2")
        token = client.token
        await client.post("/user/login", mobile=client.mobile, passwd="wrongwrong")
        await client.post("/user/passwd", old="hunter2hunter2", new="hunter3hunter3")
        await client.get(f"/chat/index.shtml?id={client.user_id}&token={token}")
        await client.get(f"/nowhere?token={token}&passwd=hunter2hunter2")
        await client.get(f"//chat/index.shtml?token={token}")
        await client.get("/chat?id=1&token=wrongtoken")
        await client.get("/healthz")
        async with client.socket():
            pass
        assert await server.stop() == 0
        text = server.logged()
    for secret in (token, "hunter2", "hunter3", "wrongwrong", "wrongtoken"):
        assert secret not in text
    lines = [line for line in text.splitlines() if " magpie.access " in line]
    [line] = [line for line in lines if "path=/user/passwd" in line]
    assert "method=POST path=/user/passwd status=200 code=0 ms=" in line
    assert f"user={client.user_id} ip=127.0.0.1 id=" in line
    assert not any("healthz" in line for line in lines)
    assert " ERROR " not in text and " WARNING " not in text and "Traceback" not in text


def test_uploads_and_logins_are_calls_like_others():
    """The routes that open a session or take files without one are not forgotten above."""
    ways_in = {"/user/login", "/user/register", "/user/reset", "/user/qr/new", "/user/qr/poll"}
    assert ways_in == set(api(Access.PUBLIC))
    assert api(Access.OPTIONAL) == ["/attach/upload"]
