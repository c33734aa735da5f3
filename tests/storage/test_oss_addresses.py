"""Where the server and browsers find a bucket, and under which names files are saved from it."""

import pytest
from tornado.httpclient import AsyncHTTPClient

KEY = "2026/11/AAAAAAAAAAAAAAAAAAAAAA.png"
PUBLIC = "https://test-bucket.oss-cn-hangzhou.aliyuncs.com"
OWN = "https://media.example.com"
INSIDE = PUBLIC.replace("hangzhou", "hangzhou-internal")
INTERNAL = "https://oss-cn-hangzhou-internal.aliyuncs.com"


@pytest.mark.parametrize(
    ("settings", "server", "browsers"),
    [
        ({"oss_endpoint": "oss-cn-hangzhou.aliyuncs.com"}, PUBLIC, PUBLIC),
        ({"oss_endpoint": INTERNAL}, INSIDE, PUBLIC),
        (
            {"oss_endpoint": INTERNAL, "oss_browser_endpoint": "oss-accelerate.aliyuncs.com/"},
            INSIDE,
            "https://test-bucket.oss-accelerate.aliyuncs.com",
        ),
        (
            {
                "oss_endpoint": INTERNAL,
                "oss_browser_endpoint": OWN,
                "oss_cname": True,
            },
            INSIDE,
            OWN,
        ),
        (
            {"oss_endpoint": OWN, "oss_cname": True},
            OWN,
            OWN,
        ),
        (
            {"oss_endpoint": "https://oss.example.com"},
            "https://test-bucket.oss.example.com",
            "https://test-bucket.oss.example.com",
        ),
    ],
)
def test_where_the_bucket_is(make_oss, settings, server, browsers):
    """The server and browsers each find the bucket by the address that reaches it."""
    storage = make_oss(**settings)
    assert storage._bucket.sign_url("GET", KEY, 60, slash_safe=True).startswith(f"{server}/{KEY}?")
    assert storage.url_for(KEY).startswith(f"{browsers}/{KEY}?")
    assert storage.origins == (browsers,)


def fetch(url, **options):
    return AsyncHTTPClient().fetch(url, raise_error=False, **options)


async def test_a_file_keeps_its_name(make_oss, standin, picture):
    """A file from the bucket is saved under the name it was sent with, in any script; the name is signed."""
    storage = make_oss()
    await storage.put(KEY, str(picture), "application/zip", False, "发票 1.zip")
    plain = (await fetch(storage.url_for(KEY))).headers["Content-Disposition"]
    assert plain.startswith("attachment; ") and "filename*=UTF-8''%E5%8F%91%E7%A5%A8%201.zip" in plain
    named = storage.url_for(KEY, name="合同.zip")
    answer = await fetch(named)
    assert answer.code == 200
    assert "filename*=UTF-8''%E5%90%88%E5%90%8C.zip" in answer.headers["Content-Disposition"]
    assert (await fetch(named.replace("attachment", "inline"))).code == 403
    assert (await fetch(storage.url_for(KEY, "HEAD", "a.zip"), method="HEAD")).code == 200
