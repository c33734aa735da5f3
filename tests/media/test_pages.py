"""What pages say of themselves, in all the ways in which they are written."""

import time

import pytest

from media.pages import read
from media.workers import Workers

TITLE = "<title>城市通勤的第二条曲线</title>"


def page(head: str, charset: str = "utf-8") -> bytes:
    return f"<html><head>{head}</head><body>b</body></html>".encode(charset)


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("<title> One\n two </title>", {"title": "One\n two"}),
        ("<title>a &amp; b &#20013;</title>", {"title": "a & b 中"}),
        ("<title>t</title><meta property='og:title' content='og'>", {"title": "og"}),
        ("<meta name=twitter:title content=tw><title>t</title>", {"title": "tw"}),
        ("<TITLE>t</TITLE><META NAME=Description CONTENT=d>", {"title": "t", "desc": "d"}),
        ("<meta property=og:description content=a><meta name=description content=b>", {"desc": "a"}),
        ("<meta property=og:title content=one><meta property=og:title content=two>", {"title": "one"}),
        ("<meta property=og:title content=''><title>t</title>", {"title": "t"}),
        (
            "<meta property=og:site_name content=S><meta property=og:image content=/p />",
            {"site": "S", "pic": "/p"},
        ),
        ("<meta name=twitter:image content=t><meta property=og:image content=o>", {"pic": "o"}),
        ("<script>'<title>no</title>'</script><title>t</title>", {"title": "t"}),
        ("<!-- <title>no</title> --><title>t</title>", {"title": "t"}),
        ("<title>no end", {"title": "no end</head><body>b</body></html>"}),
        ("<title></title></head><body><svg><title>drawn</title></svg>", {}),
        (
            "<meta content='a>b \"c\"' name = 'description' x><title>t</title>",
            {"title": "t", "desc": 'a>b "c"'},
        ),
        ("", {}),
    ],
)
def test_what_it_says(head, told):
    """The best of what a page has to say of itself, whatever else is in it."""
    assert read(page(head), "utf-8") == told


@pytest.mark.parametrize(
    ("written", "charset", "meta"),
    [
        ("utf-8", "utf-8", ""), ("utf-8", "", ""), ("utf-8", "nonsense", ""), ("utf-8", "rot13", ""),
        ("gb2312", "gb2312", ""), ("gbk", "GBK", ""), ("gb18030", "", "<meta charset=gb2312>"),
        ("gbk", "", "<meta http-equiv=Content-Type content='text/html; charset=gbk'>"), ("gbk", "", ""),
        ("utf-16", "", ""), ("utf-8-sig", "gbk", ""), ("utf-8", "", "<meta charset=utf-16>"),
        ("utf-8", "utf-8", "<meta charset=gbk>"),
    ],
)  # fmt: skip
def test_its_letters(written, charset, meta):
    """Chinese pages of all ages can be read: what came with the page counts before what stands in it, and a
    mark at its beginning before both."""
    assert read(page(meta + TITLE, written), charset)["title"] == "城市通勤的第二条曲线"


def test_other_letters():
    """Those of Taiwan and Japan, too."""
    assert read(page("<meta charset=big5><title>繁體中文</title>", "big5"), "")["title"] == "繁體中文"
    assert read(page("<title>日本語</title>", "shift_jis"), "Shift_JIS")["title"] == "日本語"


def test_cut_in_a_letter():
    """A page that is cut within a letter is still a page in UTF-8."""
    assert read(page(TITLE + "末").partition("末".encode())[0] + "末".encode()[:2], "")["title"].startswith(
        "城市"
    )


HOSTILE = {
    "nested": b"<div>" * 13_000,
    "open": b"<" * 65_536,
    "comments": b"<!--" * 16_384,
    "declarations": b"<![CDATA[" * 7_000,
    "attributes": b"<meta " + b"a=b " * 16_000 + b">",
    "quotes": b"<meta content='" + b"x" * 65_000,
    "references": b"<title>" + b"&" * 65_000,
    "numbers": b"<title>&#" + b"9" * 65_000 + b";",
    "metas": b"<meta charset" * 5_000,
    "slashes": b"<a" + b"/" * 65_000,
    "ends": b"</" * 32_000,
    "questions": b"<?" * 32_000,
    "zeros": b"\0" * 65_536,
}


@pytest.mark.parametrize("page", HOSTILE.values(), ids=HOSTILE)
def test_made_to_hurt(page):
    """A page that is written to keep a reader busy does so for a moment only."""
    began = time.process_time()
    read(page, "")
    assert time.process_time() - began < 1


async def test_in_a_worker():
    """A worker reads it, and goes on to the next."""
    workers = Workers()
    try:
        for _ in range(2):
            answered = await workers.run({"job": "page", "page": "PHRpdGxlPnQ8L3RpdGxlPg==", "charset": ""})
            assert answered == {"page": {"title": "t"}}
    finally:
        await workers.close()
