"""RFC 9110: what of a file is sent when a client has some of it already."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.http.conditions import MAX_RANGES, File, wanted

FILE = File(1000, '"abc.png"', 784_111_777)
DATE = "Sun, 06 Nov 1994 08:49:37 GMT"  # the RFC's own example, and the file's
BEFORE = "Sun, 06 Nov 1994 08:49:36 GMT"
AFTER = "Mon, 07 Nov 1994 08:49:37 GMT"

STATUS = [
    # Section 13.1.2: a list, with weak comparison
    ({"If-None-Match": '"abc.png"'}, 304),
    ({"If-None-Match": 'W/"abc.png"'}, 304),
    ({"If-None-Match": '"x", W/"y" ,\t"abc.png"'}, 304),
    ({"If-None-Match": ', "x",, "abc.png",'}, 304),
    ({"If-None-Match": "*"}, 304),
    ({"If-None-Match": " * "}, 304),
    ({"If-None-Match": '"x"'}, 200),
    ({"If-None-Match": '"x, abc.png"'}, 200),
    ({"If-None-Match": '"a,b", "abc.png"'}, 304),
    ({"If-None-Match": "abc.png"}, 200),
    ({"If-None-Match": '"abc.png'}, 200),
    ({"If-None-Match": 'w/"abc.png"'}, 200),
    ({"If-None-Match": ""}, 200),
    # 13.1.3: a date, only without If-None-Match; nonsense is passed over
    ({"If-Modified-Since": DATE}, 304),
    ({"If-Modified-Since": AFTER}, 304),
    ({"If-Modified-Since": BEFORE}, 200),
    ({"If-Modified-Since": "Sunday, 06-Nov-94 08:49:37 GMT"}, 304),
    ({"If-Modified-Since": "Sun Nov  6 08:49:37 1994"}, 304),
    ({"If-Modified-Since": "yesterday"}, 200),
    ({"If-Modified-Since": ""}, 200),
    ({"If-Modified-Since": "Sun, 06 Nov 99999999 08:49:37 GMT"}, 200),
    ({"If-None-Match": '"x"', "If-Modified-Since": AFTER}, 200),
    ({"If-None-Match": '"abc.png"', "If-Modified-Since": BEFORE}, 304),
    # 13.1.1 and 13.1.4: strong comparison
    ({"If-Match": '"abc.png"'}, 200),
    ({"If-Match": "*"}, 200),
    ({"If-Match": 'W/"abc.png"'}, 412),
    ({"If-Match": '"x"'}, 412),
    ({"If-Unmodified-Since": BEFORE}, 412),
    ({"If-Unmodified-Since": DATE}, 200),
    ({"If-Match": '"abc.png"', "If-Unmodified-Since": BEFORE}, 200),
    ({"If-Match": '"x"', "If-None-Match": '"abc.png"'}, 412),
    # a condition comes before a range
    ({"If-None-Match": '"abc.png"', "Range": "bytes=0-1"}, 304),
]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(("headers", "status"), STATUS)
def test_conditions(method, headers, status):
    """A browser that has a picture is not sent it again, however it says so."""
    assert wanted(method, headers, FILE).status == status


PARTS = [
    ("bytes=0-9", [(0, 10)]),
    ("bytes=990-", [(990, 1000)]),
    ("bytes=-10", [(990, 1000)]),
    ("bytes=-5000", [(0, 1000)]),
    ("bytes=500-5000", [(500, 1000)]),
    ("bytes=0-0,-1", [(0, 1), (999, 1000)]),
    ("bytes=900-, 0-9", [(900, 1000), (0, 10)]),
    ("bytes=0-9,10-19", [(0, 20)]),
    ("bytes=5-14,0-9", [(0, 15)]),
    ("bytes=0-9,2000-3000", [(0, 10)]),
    ("bytes=1000-", []),
    ("bytes=-0", []),
    ("bytes=2000-3000,-0", []),
]


@pytest.mark.parametrize(("asked", "parts"), PARTS)
def test_ranges(asked, parts):
    """The parts that exist of what is asked for are sent; when none exists, the answer says so."""
    assert wanted("GET", {"Range": asked}, FILE) == (206 if parts else 416, parts)
    assert wanted("HEAD", {"Range": asked}, FILE) == (200, [(0, 1000)])


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=,",
        "bytes=-",
        "bytes=9-0",
        "bytes=0-1,9-0",
        "bytes=a-b",
        "bytes=0-1;2-3",
        "bytes=+0-1",
        "bytes=٣-٤",
        "bytes=0-" + "9" * 30,
        "lines=0-1",
        "bytes=" + ",".join(f"{number * 3}-{number * 3}" for number in range(MAX_RANGES + 1)),
        "bytes=" + "," * 10_000,
    ],
)
def test_ranges_that_make_no_sense(asked):
    """A range that makes no sense, or is in very many pieces, is passed over: everything is sent."""
    assert wanted("GET", {"Range": asked}, FILE) == (200, [(0, 1000)])


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ('"abc.png"', 206),
        ('W/"abc.png"', 200),
        ('"x"', 200),
        ('"x", "abc.png"', 200),
        (DATE, 206),
        (BEFORE, 200),
        (AFTER, 200),
        ("nonsense", 200),
        ("", 200),
    ],
)
def test_if_range(condition, status):
    """A download is gone on with when it is of the very same file; else it begins anew."""
    assert wanted("GET", {"Range": "bytes=0-1", "If-Range": condition}, FILE).status == status


_HEADERS = st.dictionaries(
    st.sampled_from(["Range", "If-Range", "If-Match", "If-None-Match", "If-Modified-Since"]),
    st.text(alphabet='bytes=0123-,* W/"ac.png\x80\xff', max_size=40),
)


@given(_HEADERS, st.integers(0, 50))
def test_any_headers(headers, size):
    """Whatever a client asks for, it gets parts that exist, in an answer that makes sense."""
    status, parts = wanted("GET", headers, File(size, '"a"', 0))
    assert status in (200, 206, 304, 412, 416)
    assert bool(parts) == (status in (200, 206))
    assert all(0 <= start < end <= size for start, end in parts if status == 206)
