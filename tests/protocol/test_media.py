"""Where a text names a file of ours: whatever is written around it."""

import json
import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import TooLarge
from protocol.limits import MAX_SHOWN
from protocol.media import keys_in

KEY = "2026/11/Ebmsp3N2rlv1wJu8PJAt7_"
URL = f"/mnt/{KEY}.png"

WAYS = [
    URL,
    f"/mnt/{KEY}_s.jpg",
    "/" + URL,
    f"https://chat.example.com:8443{URL}",
    f"//chat.example.com{URL}?name=a.png#top",
    f"https://magpie-media.oss-cn-hangzhou.aliyuncs.com/{KEY}.png?Expires=1&Signature=x",
    f"https://cdn.example.com/a/b/{KEY}.png",
    f"看这里{URL}，还有",
    f"![picture]({URL})<img src='{URL}'>",
    quote(URL, safe=""),
    "https://example.com/view?file=" + quote(f"https://chat.example.com{URL}?a=b&c=d", safe=""),
    quote(quote(URL, safe=""), safe=""),
    json.dumps({"file": {"url": URL}}),
    json.dumps({"file": URL}).replace("/", "\\/"),
    json.dumps({"file": URL}).replace("/", "\\u002f"),
    json.dumps({"inner": json.dumps({"file": URL}).replace("/", "\\/")}),
    URL.replace("/", "&#x2F;"),
    URL.replace("/", "&#47;"),
    URL.replace("/", "&sol;"),
    URL.replace("/", "\\"),
    URL.replace("/", "//"),
    KEY,
    f"2026/11/{'a' * 20}{URL}",
]


@pytest.mark.parametrize("text", WAYS)
def test_ways_to_show_a_file(text):
    """A file that is shown is recognised, however its address is written."""
    assert KEY in keys_in("hello", text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "你好",
        "/mnt/a.png",
        "/mnt/2026/13/Ebmsp3N2rlv1wJu8PJAt7_.png",
        "/mnt/2026/11/short.png",
        "/mnt/12026/11/Ebmsp3N2rlv1wJu8PJAt7_.png",
        "https://example.com/2026/11/28/a-title-with-more-than-22-letters",
        "100% & more \\ of it / that",
    ],
)
def test_what_names_no_file(text):
    """Other texts and addresses name none."""
    assert keys_in(text) == ()


def test_each_once_and_not_too_many():
    """A file that a message names twice counts once; a message cannot name thousands."""
    assert keys_in(URL, f"/mnt/{KEY}_s.jpg") == (KEY,)
    many = " ".join(f"/mnt/2026/11/{number:022d}.png" for number in range(MAX_SHOWN + 1))
    assert len(keys_in(many[: many.rindex(" ")])) == MAX_SHOWN
    with pytest.raises(TooLarge):
        keys_in(many)


@pytest.mark.parametrize(
    "piece", ["2026", "2026/11/", "2026%2525", "%25", "&amp;", "/", "20", "2026/////", URL[:-8]]
)
def test_long_texts(piece):
    """A text of any kind is looked through in a moment: the work grows with its length and no faster."""
    spent = []
    for size in (4_000, 64_000):
        begun = time.process_time()
        for _ in range(20):
            keys_in((piece * size)[:size])
        spent.append(time.process_time() - begun)
    short, long = spent
    assert long < 100 * (short + 0.02)


@given(st.text(alphabet="2026/1\\%5cC&#x;uaF", max_size=400))
def test_any_text(text):
    """Any text at all is looked through."""
    try:
        keys_in(text)
    except TooLarge:
        pass
