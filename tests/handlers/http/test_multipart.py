"""Multipart bodies, however they are cut on the way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.http.multipart import MAX_FIELD, MAX_PARTS, BrokenMultipart, MultipartReader
from protocol.errors import BadArgument
from tests.handlers.http.multipart_body import BOUNDARY, CONTENT_TYPE, END, field, file

TYPE = CONTENT_TYPE["Content-Type"]


def read(body: bytes, cuts: list[int] = []) -> tuple[MultipartReader, bytes]:
    """The reader and the file's bytes, the body being fed in pieces."""
    reader = MultipartReader(TYPE)
    ends = [*sorted(cut for cut in cuts if cut < len(body)), len(body)]
    content = b"".join(reader.feed(body[start:end]) for start, end in zip([0, *ends], ends))
    return reader, content


@given(st.binary(max_size=300), st.lists(st.integers(0, 700), max_size=20))
def test_cuts_make_no_difference(content, cuts):
    """A file arrives the same whatever pieces the network makes of it."""
    if f"--{BOUNDARY}".encode() in content:
        return
    reader, found = read(field("userid", 7) + file(content) + field("名", "值") + END, cuts)
    assert found == content
    assert reader.fields == [("userid", "7"), ("名", "值")]
    assert reader.complete and reader.has_file


@given(st.binary(max_size=200))
def test_nonsense_is_refused(body):
    """Any bytes at all are read, or refused as broken or wrong: nothing else happens."""
    try:
        read(f"--{BOUNDARY}\r\n".encode() + body)
    except (BrokenMultipart, BadArgument):
        pass


def test_what_looks_like_the_boundary():
    """A file that contains most of the boundary is kept whole."""
    content = f"\r\n--{BOUNDARY[:-1]}\r\n--".encode() * 50
    assert read(file(content) + END, list(range(0, 2000, 7)))[1] == content


def test_other_files_are_read_past():
    """A form may have further files under other names; they are not kept."""
    other = file(b"other").replace(b'name="file"', b'name="other"')
    reader, content = read(other + file(b"content") + END)
    assert (content, reader.fields) == (b"content", [])


@pytest.mark.parametrize(
    "body",
    [
        field("userid", "x" * (MAX_FIELD + 1)),
        b"".join(field(f"f{number}", 1) for number in range(MAX_PARTS + 1)),
        file(b"one") + file(b"two"),
    ],
)
def test_too_much_of_a_form(body):
    """Fields have a size and a number, and there is one file."""
    with pytest.raises(BadArgument):
        read(body + END)


def test_endless_headers():
    """A part whose headers never end is broken."""
    with pytest.raises(BrokenMultipart):
        read(f"--{BOUNDARY}\r\n".encode() + b"X-A: " + b"a" * 100_000)


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("", BadArgument),
        ("text/plain", BadArgument),
        ("multipart/mixed; boundary=x", BadArgument),
        ("multipart/form-data", BrokenMultipart),
        ("multipart/form-data; boundary=", BrokenMultipart),
    ],
)
def test_no_multipart(kind, error):
    """A body of another kind is refused; one that does not say where its parts end is broken."""
    with pytest.raises(error):
        MultipartReader(kind)


@given(st.lists(st.integers(0, 3), min_size=MAX_PARTS + 1, max_size=100), st.integers(1, 9))
def test_too_many_parts(kinds, step):
    """However many parts a body has, of whatever kind, only some dozen are looked at."""
    other = file(b"").replace(b'name="file"', b'name="x"')
    part = {0: field("a", ""), 1: other, 2: f"--{BOUNDARY}\r\n\r\n\r\n".encode(), 3: field("", "")}
    body, reader = b"".join(part[kind] for kind in kinds), MultipartReader(TYPE)
    with pytest.raises(BadArgument):
        for start in range(0, len(body), step * 1000):
            reader.feed(body[start : start + step * 1000])
    assert len(reader.fields) <= MAX_PARTS


def test_the_name_of_a_file():
    """What the sender calls the file is known, in any script."""
    assert read(file(b"a", "发票 2026.pdf") + END)[0].file_name == "发票 2026.pdf"
    assert read(field("file", "a") + END)[0].file_name == ""
