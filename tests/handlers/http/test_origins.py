"""Whose pages may call: our own, however a proxy forwards them, and those of `auth.origins`."""

from urllib.parse import urlencode

import pytest

from handlers.http.origins import Origins
from handlers.http.proxies import networks
from tests.app import PASSWD, envelope, running
from tests.handlers.http.arriving import request
from tests.routes import API

CALLS = [path for path, _ in API]


@pytest.mark.parametrize(
    "given, allowed",
    [
        ({}, True),
        ({"Origin": "http://chat.example.com"}, True),
        ({"Origin": "http://CHAT.example.com:80"}, True),
        ({"Origin": "http://chat.example.com", "Sec_Fetch_Site": "cross-site"}, True),
        ({"Sec_Fetch_Site": "same-origin"}, True),
        ({"Sec_Fetch_Site": "none"}, True),
        ({"Sec_Fetch_Site": "same-site"}, False),
        ({"Sec_Fetch_Site": "cross-site"}, False),
        ({"Origin": "https://chat.example.com"}, False),
        ({"Origin": "http://chat.example.com:8080"}, False),
        ({"Origin": "http://chat.example.com.evil.example"}, False),
        ({"Origin": "http://evil.example", "Sec_Fetch_Site": "same-origin"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": ""}, False),
        ({"Origin": "chat.example.com"}, False),
        ({"Origin": "http://evil.example", "X_Forwarded_Host": "evil.example"}, False),
        ({"Origin": "http://"}, False),
        ({"Origin": "http://", "Host": "evil;example"}, False),
        ({"Origin": "https://listed.example"}, True),
        ({"Origin": "https://listed.example:443"}, True),
        ({"Origin": "http://listed.example"}, False),
        ({"Origin": "https://sub.listed.example"}, False),
    ],
)
def test_whose_pages_may_call(given, allowed):
    """Only pages of this host, or of a listed origin, can make a visitor's browser act here."""
    assert Origins(["https://listed.example"], ()).allow(request(**given)) is allowed


@pytest.mark.parametrize(
    "given, allowed",
    [
        ({"Origin": "https://chat.example.com", "X_Forwarded_Proto": "https"}, True),
        ({"Origin": "http://chat.example.com", "X_Forwarded_Proto": "https"}, False),
        (
            {
                "Origin": "https://public.example",
                "X_Forwarded_Proto": "https",
                "X_Forwarded_Host": "public.example",
            },
            True,
        ),
        ({"Origin": "https://chat.example.com", "X_Forwarded_Proto": "gopher"}, False),
    ],
)
def test_whose_pages_may_call_behind_a_proxy(given, allowed):
    """Behind our own proxy, host and scheme are those that the browser sees."""
    assert Origins([], networks(["10.0.0.0/8"])).allow(request("10.1.2.3", **given)) is allowed


PUBLIC = "https://chat.example.com:8443"


@pytest.mark.parametrize(
    "given",
    [
        {"Host": "chat.example.com:8443", "X_Forwarded_Proto": "https"},
        {"Host": "chat.example.com", "X_Forwarded_Proto": "https", "X_Forwarded_Port": "8443"},
        {"Host": "inner", "X_Forwarded_Proto": "HTTPS", "X_Forwarded_Host": "chat.example.com:8443"},
        {"Host": "10.0.0.9:8080", "X_Forwarded_Proto": "https", "X_Forwarded_Host": "Chat.Example.com:8443"},
        {"Host": "inner", "X_Forwarded_Proto": "wss", "X_Forwarded_Host": "chat.example.com:8443, inner"},
        {"Host": "inner", "X_Forwarded_Proto": "https, http", "X_Forwarded_Host": "chat.example.com:8443"},
        {
            "Host": "inner",
            "X_Forwarded_Proto": "https",
            "X_Forwarded_Host": "chat.example.com",
            "X_Forwarded_Port": "8443",
        },
        {"Host": "inner", "Forwarded": 'for=192.0.2.7;proto=https;host="chat.example.com:8443"'},
        {"Host": "chat.example.com:8443", "Forwarded": "for=192.0.2.7; Proto=https, for=10.0.0.3"},
    ],
)
def test_pages_behind_proxies_of_all_kinds(given):
    """However the proxy forwards scheme, host and port, its own page may call, and another one may not."""
    judge = Origins([], networks(["10.0.0.0/8"]))
    assert judge.allow(request("10.1.2.3", Origin=PUBLIC, **given))
    for other in ("http://chat.example.com:8443", "https://chat.example.com:84", "https://evil.example:8443"):
        assert not judge.allow(request("10.1.2.3", Origin=other, **given))
    assert not judge.allow(request("192.0.2.1", Origin=PUBLIC, **{**given, "Host": "own"}))


def test_port_of_the_inner_listener_changes_nothing():
    """A port that an inner proxy says of itself does not shut the page of the default port out."""
    given = {"X_Forwarded_Proto": "https", "X_Forwarded_Port": "80"}
    judge = Origins([], networks(["10.0.0.0/8"]))
    assert judge.allow(request("10.1.2.3", Origin="https://chat.example.com", **given))


@pytest.mark.parametrize(
    "listed, origin",
    [
        ("file://", "file://"),
        ("null", "null"),
        ("capacitor://localhost", "capacitor://localhost"),
        ("ionic://localhost", "ionic://localhost"),
        ("tauri://localhost", "tauri://localhost"),
        ("chrome-extension://abcdefgh", "chrome-extension://abcdefgh"),
        ("https://chat.example.com/", "https://chat.example.com"),
        ("HTTPS://Chat.Example.COM", "https://chat.example.com"),
        ("https://chat.example.com:443", "https://chat.example.com"),
        ("http://chat.example.com:80/", "http://chat.example.com"),
        ("https://鹊桥.example", "https://xn--6yvq31j.example"),
        ("https://Straße.example:8443", "https://xn--strae-oqa.example:8443"),
        ("http://[2001:DB8::1]:8080", "http://[2001:db8::1]:8080"),
    ],
)
async def test_listed_origin_is_known_however_it_is_written(tmp_path, listed, origin):
    """An operator may list an origin with a last slash, capitals, a default port or in Chinese, and pages in
    apps with schemes of their own; calls and sockets are let in."""
    async with running(tmp_path, {"auth.origins": [listed]}) as app:
        person = await app.client(Origin=origin).register()
        async with person.socket():
            pass
        other = await app.client(Origin="https://other.example").fetch("/user/login", b"")
        assert envelope(other)["code"] == -403


async def test_refused_origin_is_explained(tmp_path, caplog):
    """When the own page is refused behind a proxy, the log says what was compared, once, whoever repeats
    it."""
    caplog.set_level("INFO", "magpie.origins")
    async with running(tmp_path, {"server.proxies": ["127.0.0.1"]}) as app:
        page = app.client(Origin=PUBLIC, Host="chat.example.com:8443", X_Forwarded_For="203.0.113.5")
        for _ in range(3):
            assert envelope(await page.fetch("/user/login", b""))["code"] == -403
        for number in range(100):
            await app.client(Origin=f"https://{number}.example").fetch("/user/login", b"")
    told = [record.getMessage() for record in caplog.records if record.name == "magpie.origins"]
    compared = "own=http://chat.example.com:8443 listed=0 proxy=yes forwarded=X-Forwarded-For"
    assert told[0] == f"refused origin={PUBLIC!r} {compared}" and len(told) == 20


async def test_other_sites_are_refused_everywhere(app):
    """A page of another site gets nothing done, log-in, registration and upload included."""
    body = urlencode({"mobile": "13800138000", "passwd": PASSWD, "userid": 1}).encode()
    for path in CALLS:
        for given in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            response = await app.client().fetch(path, body, **given)
            assert (response.code, envelope(response)["code"]) == (200, -403), path
            assert not {"Set-Cookie", "Access-Control-Allow-Origin"} & set(response.headers), path


async def test_listed_site_may_call(tmp_path):
    """A page of a listed origin logs in, sees the answers and sends cookies; preflights are answered."""
    origin = "https://partner.example"
    async with running(tmp_path, {"auth.origins": [origin]}) as app:
        partner = await app.client(Origin=origin).register()
        response = await partner.fetch("/contact/loadfriend", f"userid={partner.user_id}".encode())
        assert envelope(response)["code"] == 0
        assert response.headers["Access-Control-Allow-Origin"] == origin
        assert response.headers["Access-Control-Allow-Credentials"] == "true"
        assert response.headers["Vary"] == "Origin"
        refused = await app.client(Origin=origin).fetch("/contact/loadfriend", b"userid=1")
        assert envelope(refused)["code"] == -401 and refused.headers["Access-Control-Allow-Origin"] == origin
        for path in CALLS:
            preflight = await app.client(Origin=origin).fetch(path, method="OPTIONS")
            assert (preflight.code, preflight.headers["Access-Control-Allow-Methods"]) == (204, "POST"), path
            foreign = await app.client(Origin="https://evil.example").fetch(path, method="OPTIONS")
            assert "Access-Control-Allow-Methods" not in foreign.headers, path
