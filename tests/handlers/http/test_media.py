"""/mnt/: what is handed out, in which pieces, and with which rules for browsers."""

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
    ("bytes=0-1,5-6", 200, (0, 950_000)),
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


async def test_from_a_public_bucket(tmp_path, standin):
    """With a public address configured, pictures lead there."""
    standin.public = True
    public = f"{standin.endpoint}/{standin.bucket}"
    async with running(tmp_path, standin.settings(public_url=public)) as app:
        url = await uploaded(app, samples.picture("PNG"))
        location = (await app.client().get(url)).headers["Location"]
        assert location == url.replace("/mnt", public)
        assert (await fetch(location)).code == 200
