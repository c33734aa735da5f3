"""/mnt/: what is handed out, in which pieces, and with which rules for browsers."""

from urllib.parse import urlencode

import pytest
from tornado.httpclient import AsyncHTTPClient

from tests import samples
from tests.app import running

TEXT = bytes(range(32, 127)) * 10_000  # 950 000 bytes of text, more than is sent at once


async def fetch(url: str, method: str = "GET"):
    """A request as a browser makes it that follows a redirect to another server."""
    return await AsyncHTTPClient().fetch(url, method=method, raise_error=False)


async def uploaded(app, content: bytes = TEXT) -> str:
    ann = await app.client().register()
    answer = await ann.upload(content)
    assert answer["code"] == 0, answer
    return answer["data"]


async def test_everybody_who_knows_the_address(app):
    """Media is fetched by its address alone, as pictures in a page are."""
    response = await app.client().get(await uploaded(app))
    assert (response.code, response.body) == (200, TEXT)


async def test_rules_for_browsers(app):
    """Media can be kept for ever, is never taken for a page, and runs nothing."""
    headers = (await app.client().get(await uploaded(app))).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert headers["Content-Disposition"] == "attachment"
    assert headers["Content-Type"] == "text/plain"
    assert headers["Last-Modified"].endswith(" GMT")
    picture = (await app.client().get(await uploaded(app, samples.picture("PNG")))).headers
    assert (picture["Content-Disposition"], picture["Content-Type"]) == ("inline", "image/png")


RANGES = [
    ("bytes=0-9", 206, (0, 10)),
    ("bytes=949990-", 206, (949_990, 950_000)),
    ("bytes=-5", 206, (949_995, 950_000)),
    ("bytes=-9999999", 206, (0, 950_000)),
    ("bytes=100-9999999", 206, (100, 950_000)),
    ("bytes=300000-700000", 206, (300_000, 700_001)),
    ("bytes=5-3", 200, (0, 950_000)),
    ("bytes=0-1,1-6,7-8", 206, (0, 9)),
    ("BYTES= , 5-6 , ", 206, (5, 7)),
    ("bytes=0-1,950000-", 206, (0, 2)),
    ("bytes=0-1,x", 200, (0, 950_000)),
    ("bytes=-", 200, (0, 950_000)),
    ("lines=1-2", 200, (0, 950_000)),
]


async def test_parts(app):
    """A player that jumps in a video gets the part it asks for; nonsense gets everything."""
    url, client = await uploaded(app), app.client()
    for asked, status, (start, end) in RANGES:
        response = await client.get(url, Range=asked)
        assert (asked, response.code) == (asked, status)
        assert response.body == TEXT[start:end]
        if status == 206:
            assert response.headers["Content-Range"] == f"bytes {start}-{end - 1}/950000"


@pytest.mark.parametrize("asked", ["bytes=950000-", "bytes=-0"])
async def test_a_part_that_is_not_there(app, asked):
    """A part beyond the end is answered with the size."""
    response = await app.client().get(await uploaded(app), Range=asked)
    assert (response.code, response.body) == (416, b"")
    assert response.headers["Content-Range"] == "bytes */950000"


async def test_several_parts(app):
    """A reader that asks for several parts gets them in one answer, each with its place; for very many it
    gets everything."""
    url, client = await uploaded(app), app.client()
    response = await client.get(url, Range="bytes=-3, 5-6,300000-400000")
    kind, _, boundary = response.headers["Content-Type"].partition("; boundary=")
    assert (response.code, kind) == (206, "multipart/byteranges")
    assert int(response.headers["Content-Length"]) == len(response.body)
    _, *parts, end = response.body.split(f"\r\n--{boundary}".encode())
    assert end == b"--\r\n"
    for part, (start, stop) in zip(parts, [(949_997, 950_000), (5, 7), (300_000, 400_001)], strict=True):
        head = f"\r\nContent-Type: text/plain\r\nContent-Range: bytes {start}-{stop - 1}/950000\r\n\r\n"
        assert part == head.encode() + TEXT[start:stop]
    many = "bytes=" + ",".join(f"{number}-{number}" for number in range(0, 400, 2))
    assert (await client.get(url, Range=many)).code == 200


async def test_names(app):
    """A file is saved under the name that is asked for, in any script; nothing in a name can do harm."""
    url, client = await uploaded(app), app.client()
    names = {
        "a b.pdf": 'attachment; filename="a b.pdf"',
        "发票.pdf": "attachment; filename=\"__.pdf\"; filename*=UTF-8''%E5%8F%91%E7%A5%A8.pdf",
        "../../a\\b/c.txt": 'attachment; filename="c.txt"',
        'a"; x=b.exe': "attachment; filename=\"a_; x=b.exe\"; filename*=UTF-8''a%22%3B%20x%3Db.exe",
        "发票\u202efdp.exe": "attachment; filename=\"__fdp.exe\"; filename*=UTF-8''%E5%8F%91%E7%A5%A8fdp.exe",
        "a\r\nX: y": 'attachment; filename="a  X: y"',
        "\0 . ": "attachment",
        "": "attachment",
    }
    for name, expected in names.items():
        response = await client.get(f"{url}?{urlencode({'name': name})}")
        assert response.headers["Content-Disposition"] == expected, name
        assert "X" not in response.headers and response.body == TEXT
    long = (await client.get(f"{url}?{urlencode({'name': 'x' * 5000 + '.pdf'})}")).headers
    assert long["Content-Disposition"] == f'attachment; filename="{"x" * 116}.pdf"'
    picture = await uploaded(app, samples.picture("PNG"))
    shown = (await client.get(f"{picture}?name=a.png")).headers["Content-Disposition"]
    assert shown == 'inline; filename="a.png"'
    assert (await client.get(f"{url}?name=a&name=%ff")).code == 200


async def test_a_part_of_what_was_seen_before(app):
    """A download that is taken up again starts anew when it was of something else."""
    url, client = await uploaded(app), app.client()
    etag = (await client.get(url)).headers["Etag"]
    assert (await client.get(url, Range="bytes=0-0", **{"If-Range": etag})).code == 206
    assert (await client.get(url, Range="bytes=0-0", **{"If-Range": '"other"'})).code == 200


async def test_not_sent_twice(app):
    """A browser that has a picture is not sent it again."""
    url, client = await uploaded(app), app.client()
    etag = (await client.get(url)).headers["Etag"]
    response = await client.get(url, **{"If-None-Match": etag})
    assert (response.code, response.body) == (304, b"")


async def test_head(app):
    """Size and type can be asked for without the content."""
    response = await app.client().fetch(await uploaded(app), method="HEAD")
    assert (response.code, response.headers["Content-Length"], response.body) == (200, "950000", b"")


@pytest.mark.parametrize(
    "path",
    [
        "/mnt/",
        "/mnt/2026/11/AAAAAAAAAAAAAAAAAAAAAA.png",
        "/mnt/../config.yaml",
        "/mnt/..%2f..%2fmagpie.db",
        "/mnt/2026/11/..%2f..%2f..%2fmagpie.db",
        "/mnt/%2fetc/passwd",
        "/mnt/.incoming/x.png",
        "/mnt/2026/11/AAAAAAAAAAAAAAAAAAAAAA.png%00",
    ],
)
async def test_nothing_else(app, path):
    """No address below /mnt/ shows anything but media: 404."""
    response = await app.client().get(path)
    assert response.code == 404
    assert (await app.client().fetch("/mnt/x.png", b"")).code == 405


@pytest.mark.parametrize("public", ["", "https://cdn.example.com"])
async def test_nothing_else_of_a_bucket(tmp_path, standin, public):
    """Nobody is led to what else is in the bucket, a backup, say."""
    async with running(tmp_path, standin.settings(public_url=public)) as app:
        for path in ("backup/magpie.db", "2026/11/../../backup", "", "2026/11/", "2026/11/x.png?a=b"):
            response = await app.client().get(f"/mnt/{path}")
            assert (response.code, response.headers.get("Location")) == (404, None), path


async def test_from_a_private_bucket(tmp_path, standin):
    """With OSS a picture's address stays /mnt/…; it leads to a signed one, which nobody can alter."""
    async with running(tmp_path, standin.settings()) as app:
        url = await uploaded(app, samples.picture("PNG"))
        response = await app.client().get(url)
        assert response.code == 302
        assert response.headers["Cache-Control"] == "private, max-age=1800"
        signed = response.headers["Location"]
        fetched = await fetch(signed)
        assert (fetched.code, fetched.headers["Content-Type"]) == (200, "image/png")
        assert (await fetch(signed[:-1] + ("0" if signed[-1] != "0" else "1"))).code == 403
        head = await app.client().fetch(url, method="HEAD")
        assert (await fetch(head.headers["Location"], method="HEAD")).code == 200
        assert standin.objects[url.removeprefix("/mnt/")].body == fetched.body


async def test_a_file_from_a_private_bucket(tmp_path, standin):
    """A file from the bucket is saved under its own name, without and with a name in its address."""
    async with running(tmp_path, standin.settings()) as app:
        ann = await app.client().register()
        url = (await ann.upload(b"a text", "发票 1.txt"))["data"]
        for asked, name in [
            (url, "%E5%8F%91%E7%A5%A8%201.txt"),
            (f"{url}?name=%E5%90%88.txt", "%E5%90%88.txt"),
        ]:
            fetched = await fetch((await ann.get(asked)).headers["Location"])
            assert fetched.code == 200
            assert fetched.headers["Content-Disposition"].endswith(f"filename*=UTF-8''{name}")


async def test_from_a_public_bucket(tmp_path, standin):
    """With a public address configured, pictures lead there."""
    standin.public = True
    public = f"{standin.endpoint}/{standin.bucket}"
    async with running(tmp_path, standin.settings(public_url=public)) as app:
        url = await uploaded(app, samples.picture("PNG"))
        location = (await app.client().get(url)).headers["Location"]
        assert location == url.replace("/mnt", public)
        assert (await fetch(location)).code == 200
