"""What a browser opens: the page's shells, its files, and classic addresses."""

import asyncio
import json
import os
import re
from html import unescape

import pytest

from handlers.http import pages

PAGES = {
    "/user/login.shtml": "login",
    "/user/register.shtml": "register",
    "/chat/index.shtml": "chat",
    "/chat/createcom.shtml": "createcom",
}


@pytest.fixture
def built(tmp_path, monkeypatch):
    """A page that has been built; its manifest."""
    manifest = tmp_path / "manifest.json"
    manifest.write_text(
        json.dumps(
            {
                "src/main.ts": {
                    "file": "assets/main-Ab3dEf_9.js",
                    "css": ["assets/main-11111111.css"],
                    "imports": ["_vue.js"],
                    "isEntry": True,
                    "dynamicImports": ["lazy.ts"],
                },
                "src/theme.ts": {"file": "assets/theme-22222222.js", "isEntry": True},
                "_vue.js": {
                    "file": "assets/vue-33333333.js",
                    "css": ["assets/vue-44444444.css"],
                    "imports": ["_base.js"],
                },
                "_base.js": {"file": "assets/base-55555555.js", "imports": ["_vue.js"]},
                "lazy.ts": {"file": "assets/lazy-66666666.js"},
            }
        )
    )
    monkeypatch.setattr(pages, "MANIFEST", manifest)
    return manifest


async def test_home_leads_to_login(app):
    """Whoever opens the bare address comes to the log-in page."""
    response = await app.client().get("/")
    assert (response.code, response.headers["Location"]) == (302, "/user/login.shtml")


@pytest.mark.parametrize("path, name", PAGES.items())
async def test_shells(app, built, path, name):
    """Each of the four pages is one shell that names itself and loads the built page under the strict rules
    for scripts: none stands in the page itself."""
    response = await app.client().get(f"{path}?id=1&token=x")
    html = response.body.decode()
    assert response.code == 200 and response.headers["Content-Type"] == "text/html; charset=UTF-8"
    assert f'<div id="app" data-page="{name}"></div>' in html
    assert '<html lang="zh-CN">' in html and "鹊桥</title>" in html
    assert "interactive-widget=resizes-content" in html and "viewport-fit=cover" in html
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", html)
    assert scripts == [
        (' src="/asset/app/assets/theme-22222222.js"', ""),
        (' type="module" src="/asset/app/assets/main-Ab3dEf_9.js"', ""),
        (' src="/asset/browser.js"', ""),
    ]
    assert (await app.client().get("/asset/browser.js")).code == 200
    styles = re.findall(r'rel="stylesheet" href="([^"]*)"', html)
    assert sorted(styles) == ["/asset/app/assets/main-11111111.css", "/asset/app/assets/vue-44444444.css"]
    preloaded = re.findall(r'rel="modulepreload" href="([^"]*)"', html)
    assert sorted(preloaded) == ["/asset/app/assets/base-55555555.js", "/asset/app/assets/vue-33333333.js"]
    assert not re.search(r"<style|\son\w+=|style=|token", html)


async def test_shells_tell_who_is_logged_in_here(app, built):
    """The page learns from its shell which accounts this browser has, where the click came from and how large
    a file may be, so that it can ask before a stranger's link logs in, and say at once what is too large."""

    async def told(client) -> dict:
        html = (await client.get("/chat/index.shtml?id=1&token=x")).body.decode()
        return json.loads(unescape(re.search(r'<meta name="site" content="([^"]*)">', html)[1]))

    stranger = app.client(Sec_Fetch_Site='"><script>')
    assert await told(stranger) == {
        "media": [],
        "uploadBytes": app.services.config.uploads.max_bytes,
        "strangers": False,
        "mentionAll": False,
        "wallet": True,
        "register": "open",
        "accounts": [],
        "from": "",
    }
    ann = await app.client().register()
    ann.headers["Sec-Fetch-Site"] = "cross-site"
    site = await told(ann)
    assert (site["accounts"], site["from"]) == ([ann.user_id], "cross-site")


async def test_shell_in_english(app, built):
    """An English browser gets an English page."""
    html = (await app.client(Accept_Language="en-US,en;q=0.9").get("/user/login.shtml")).body.decode()
    assert '<html lang="en">' in html and "<title>Log in · Magpie</title>" in html


async def test_new_build_is_served_at_once(app, built):
    """After the page is built anew the next visitor gets it, without a restart."""
    await app.client().get("/user/login.shtml")
    built.write_text(built.read_text().replace("main-Ab3dEf_9", "main-77777777"))
    os.utime(built, ns=(1, 1))
    assert "main-77777777.js" in (await app.client().get("/user/login.shtml")).body.decode()


@pytest.mark.parametrize("manifest", [None, "{", "{}"])
async def test_unbuilt_page_says_how(app, tmp_path, monkeypatch, manifest):
    """Without a built page the server runs and the browser shows the command that builds it."""
    path = tmp_path / "manifest.json"
    if manifest:
        path.write_text(manifest)
    monkeypatch.setattr(pages, "MANIFEST", path)
    response = await app.client().get("/user/login.shtml")
    assert response.code == 503 and "<pre>make setup</pre>" in response.body.decode()


@pytest.mark.parametrize(
    "path, clean",
    [
        ("//asset/icons/favicon.svg", "/asset/icons/favicon.svg"),
        ("/asset//plugins///x.json?a=1&b=//2", "/asset/plugins/x.json?a=1&b=//2"),
        ("//", "/"),
        ("//evil.example", "/evil.example"),
        ("///evil.example/x", "/evil.example/x"),
        ("/\\evil.example", "/evil.example"),
        ("/\\/evil.example", "/evil.example"),
        ("//evil.example\\@", "/evil.example/@"),
        ("//user/login", "/user/login"),
    ],
)
async def test_double_slashes(app, path, clean):
    """Addresses with doubled slashes, as classic pages ask for them, lead to the clean one on this host."""
    for method in ("GET", "HEAD", "POST", "PUT", "OPTIONS"):
        response = await app.client().fetch(path, b"" if method in ("POST", "PUT") else None, method=method)
        assert (response.code, response.headers["Location"]) == (301, clean), method


async def test_address_of_another_host_is_unknown(app):
    """A request line with a whole address in it is not sent anywhere."""
    reader, writer = await asyncio.open_connection("127.0.0.1", app.port)
    writer.write(b"GET http://evil.example//x HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 404 ") and b"Location" not in answer


async def test_files(app):
    """Icons and stickers are served with their type and an ETag, and a repeated request costs no bytes."""
    response = await app.client().get("/asset/stickers/index.json")
    assert response.code == 200 and response.headers["Cache-Control"] == "no-cache"
    again = await app.client().get(
        "/asset/stickers/index.json", **{"If-None-Match": response.headers["Etag"]}
    )
    assert again.code == 304
    icon = await app.client().get("/favicon.ico")
    assert icon.code == 200 and icon.headers["Content-Type"] in ("image/vnd.microsoft.icon", "image/x-icon")


@pytest.fixture
def page_files(app, tmp_path):
    """A folder of built files at /built/: a script with both compressed ones, a style with one, an icon with
    none."""
    assets = tmp_path / "app" / "assets"
    assets.mkdir(parents=True)
    for name in ("main-12345678.js", "main-12345678.js.br", "main-12345678.js.gz"):
        (assets / name).write_bytes(name.encode() * 100)
    (assets / "main-12345678.css").write_bytes(b"plain")
    (assets / "main-12345678.css.gz").write_bytes(b"zipped")
    (assets / "icon-12345678.svg").write_bytes(b"<svg/>")
    (assets / "unhashed.js").write_bytes(b"plain")
    (assets / "unhashed.js.br").write_bytes(b"stale")
    app.site.add_handlers(".*", [(r"/built/(.*)", pages.AssetHandler, {"path": str(tmp_path)})])
    return app


@pytest.mark.parametrize(
    "name, accepted, encoding",
    [
        ("main-12345678.js", "gzip, deflate, br, zstd", "br"),
        ("main-12345678.js", "gzip, deflate", "gzip"),
        ("main-12345678.js", "GZIP", "gzip"),
        ("main-12345678.js", "br;q=0.5, gzip;q=0.9", "gzip"),
        ("main-12345678.js", "br;q=0, gzip", "gzip"),
        ("main-12345678.js", "*", "br"),
        ("main-12345678.js", "*;q=0", ""),
        ("main-12345678.js", "identity", ""),
        ("main-12345678.js", "br;q=a lot", ""),
        ("main-12345678.js", "", ""),
        ("main-12345678.css", "br, gzip", "gzip"),
        ("icon-12345678.svg", "br, gzip", ""),
        ("unhashed.js", "br, gzip", ""),
    ],
)
async def test_compressed_files(page_files, name, accepted, encoding):
    """A browser gets the smallest form of a file that it takes, under the file's own type, and caches on
    the way keep the forms apart."""
    path = f"/built/app/assets/{name}"
    plain = await page_files.client().get(path)
    answer = await page_files.client().get(path, **{"Accept-Encoding": accepted})
    assert answer.code == 200 and answer.headers.get("Content-Encoding", "") == encoding
    assert answer.headers["Content-Type"] == plain.headers["Content-Type"]
    assert (answer.headers["Etag"] != plain.headers["Etag"]) is bool(encoding)
    assert (answer.body != plain.body) is bool(encoding)
    if not name.startswith("unhashed"):
        assert answer.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
        assert "immutable" in answer.headers["Cache-Control"]
    again = await page_files.client().get(
        path, **{"Accept-Encoding": accepted, "If-None-Match": answer.headers["Etag"]}
    )
    assert (again.code, again.body) == (304, b"")
    head = await page_files.client().fetch(path, method="HEAD", **{"Accept-Encoding": accepted})
    assert head.headers["Content-Length"] == str(len(answer.body))


async def test_parts_of_a_file(page_files):
    """A part is a part of the plain file; who takes compressed ones gets the whole, never a piece that fits
    to nothing."""
    path = "/built/app/assets/main-12345678.js"
    part = await page_files.client().get(path, Range="bytes=5-9")
    assert (part.code, part.body) == (206, b"12345") and "Content-Encoding" not in part.headers
    whole = await page_files.client().get(path, **{"Range": "bytes=5-9", "Accept-Encoding": "br"})
    assert (whole.code, whole.headers["Accept-Ranges"], len(whole.body)) == (200, "none", 1900)


def test_built_files_are_kept_by_browsers():
    """Files named by their content are kept for ever, all others are asked for again."""
    for path, kept in [
        ("app/assets/main-Ab3dEf_9.js", True),
        ("app/assets/main-Ab3dEf_9.js.map", False),
        ("app/.vite/manifest.json", False),
        ("icons/icon-192.png", False),
        ("app/assets/x.js", False),
    ]:
        assert bool(pages._HASHED.match(path)) is kept, path


OUTSIDE = [
    "/asset/../config.yaml",
    "/asset/..%2fconfig.yaml",
    "/asset/%2e%2e/config.yaml",
    "/asset/..%5cconfig.yaml",
    "/asset//etc/passwd",
    "/asset/%2fetc/passwd",
    "/asset/app/.vite/manifest.json",
    "/asset/",
    "/asset/icons",
    "/asset/icons/%00",
    "/asset/nothing.js",
    "/config.yaml",
    "/server.py",
    "/.git/config",
]


async def test_only_files_of_the_page(app):
    """No address leads to a file outside `static/`, to a hidden one or to a list of files."""
    for path in OUTSIDE:
        response = await app.client().get(path)
        if response.code == 301:
            response = await app.client().get(response.headers["Location"])
        assert response.code in (400, 403, 404), path


async def test_unknown_addresses(app):
    """A person who mistypes an address gets a small page, a program that calls a wrong route gets JSON."""
    page = await app.client().get("/nowhere")
    assert page.code == 404 and "这里什么也没有" in page.body.decode()
    call = await app.client().fetch("/user/nothing", b"userid=1")
    assert call.code == 404 and json.loads(call.body)["code"] == -404
    posted = await app.client().fetch("/user/login.shtml", b"")
    assert posted.code == 405 and json.loads(posted.body)["code"] == -405
