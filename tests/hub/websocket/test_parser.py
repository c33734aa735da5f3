"""The frame parser: RFC 6455 as a server reads it, however the bytes are cut."""

import itertools
import os
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.websocket.closing import Fault
from hub.websocket.framing import BINARY, CLOSE, PING, PONG, TEXT
from hub.websocket.masking import unmask, unmask_slowly
from hub.websocket.parser import FrameParser

LIMIT = 1 << 16


def masked(opcode, payload=b"", final=True, rsv=0, mask=None):
    """A client's frame."""
    mask = os.urandom(4) if mask is None else mask
    first = (0x80 if final else 0) | rsv | opcode
    size = len(payload)
    if size < 126:
        head = bytes((first, 0x80 | size))
    elif size < 65536:
        head = struct.pack("!BBH", first, 0x80 | 126, size)
    else:
        head = struct.pack("!BBQ", first, 0x80 | 127, size)
    return head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))


def parse(*pieces, limit=LIMIT):
    parser, found = FrameParser(limit), []
    for piece in pieces:
        parser.feed(piece, found)
    return found


GOOD = (
    masked(TEXT, "你好".encode())
    + masked(PING, b"p")
    + masked(TEXT, b"frag", final=False)
    + masked(PONG)
    + masked(0, b"men", final=False)
    + masked(PING, b"q" * 125)
    + masked(0, b"ted")
    + masked(BINARY, bytes(range(256)))
    + masked(TEXT, b"x" * 300)
    + masked(TEXT)
    + masked(CLOSE, struct.pack("!H", 1000))
)
MEANT = [
    (TEXT, "你好"),
    (PING, b"p"),
    (PONG, b""),
    (PING, b"q" * 125),
    (TEXT, "fragmented"),
    (BINARY, bytes(range(256))),
    (TEXT, "x" * 300),
    (TEXT, ""),
    (CLOSE, struct.pack("!H", 1000)),
]


def test_whole():
    """Many frames in one read are found in their order, control frames inside a fragmented message too."""
    assert parse(GOOD) == MEANT


def test_cut_at_every_byte():
    """It does not matter where a read ends."""
    for cut in range(1, len(GOOD)):
        assert parse(GOOD[:cut], GOOD[cut:]) == MEANT, cut


def test_byte_by_byte():
    """One byte at a time is the same as all at once."""
    assert parse(*(GOOD[i : i + 1] for i in range(len(GOOD)))) == MEANT


@given(st.lists(st.tuples(st.text(max_size=300), st.integers(1, 4)), max_size=8), st.data())
def test_any_fragmentation(messages, data):
    """Texts arrive as they were said, in whatever fragments and reads."""
    wire = b""
    for text, parts in messages:
        payload = text.encode()
        edges = sorted(
            data.draw(st.lists(st.integers(0, len(payload)), min_size=parts - 1, max_size=parts - 1))
        )
        bounds = [0, *edges, len(payload)]
        for i in range(parts):
            wire += masked(TEXT if i == 0 else 0, payload[bounds[i] : bounds[i + 1]], final=i == parts - 1)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(wire)), max_size=5)))
    pieces = [wire[a:b] for a, b in zip([0, *cuts], [*cuts, len(wire)])]
    assert parse(*pieces) == [(TEXT, text) for text, _ in messages]


VIOLATIONS = {
    "not masked": b"\x81\x02hi",
    "reserved bit 1": masked(TEXT, b"x", rsv=0x40),
    "reserved bit 2": masked(TEXT, b"x", rsv=0x20),
    "reserved bit 3": masked(TEXT, b"x", rsv=0x10),
    "opcode 3": masked(3, b"x"),
    "opcode 11": masked(11, b"x"),
    "a control frame in parts": masked(PING, b"x", final=False),
    "a long control frame": masked(PING, b"x" * 126),
    "continues nothing": masked(0, b"x"),
    "a message inside another": masked(TEXT, b"x", final=False) + masked(TEXT, b"y"),
    "not UTF-8": masked(TEXT, b"\xff"),
    "a surrogate": masked(TEXT, b"\xed\xa0\x80"),
    "half a character": masked(TEXT, "你".encode()[:2], final=False) + masked(0, b"x"),
}


@pytest.mark.parametrize("bad", VIOLATIONS.values(), ids=VIOLATIONS)
def test_violations(bad):
    """What breaks the protocol is refused; what came before it is not lost."""
    parser, found = FrameParser(LIMIT), []
    with pytest.raises(Fault):
        parser.feed(masked(TEXT, b"before") + bad, found)
    assert found[0] == (TEXT, "before")


def test_the_limit_is_exact():
    """A message of the limit passes, one byte more does not, in one frame or in several."""
    assert parse(masked(TEXT, b"x" * LIMIT)) == [(TEXT, "x" * LIMIT)]
    for wire in (
        masked(TEXT, b"x" * (LIMIT + 1)),
        masked(TEXT, b"x" * LIMIT, final=False) + masked(0, b"x"),
        struct.pack("!BBQ", 0x81, 0xFF, 2**63),
    ):
        with pytest.raises(Fault) as fault:
            parse(wire)
        assert fault.value.code == 1009
    assert parse(masked(TEXT, b"x" * LIMIT, final=False) + masked(PING, b"y" * 125) + masked(0)) == [
        (PING, b"y" * 125),
        (TEXT, "x" * LIMIT),
    ]


frames = st.builds(
    masked,
    st.sampled_from([0, TEXT, TEXT, BINARY, CLOSE, PING, PONG, 3, 11]),
    st.one_of(
        st.text(max_size=40).map(str.encode),
        st.binary(max_size=40),
        st.binary(min_size=120, max_size=300),
        st.sampled_from([b"\xf4\x90\x80\x80", b"\xe4\xbd", b"\x03\xe8", b"\x03\xed"]),
    ),
    final=st.booleans(),
    rsv=st.sampled_from([0, 0, 0, 0, 0x40]),
)


def outcome(pieces):
    """What is found, and the code of the fault that ends it."""
    parser, found = FrameParser(250), []
    for piece in pieces:
        try:
            parser.feed(piece, found)
        except Fault as fault:
            return found, fault.code
        if found and found[-1][0] == CLOSE:
            return found, "closed"
    return found, None


@given(st.lists(frames, max_size=6), st.lists(st.integers(0, 1500), max_size=8))
def test_cuts_change_nothing(said, cuts):
    """Good or bad, what a client says means the same however it is cut into reads."""
    wire = b"".join(said)
    edges = [0, *sorted(min(cut, len(wire)) for cut in cuts), len(wire)]
    whole = outcome([wire])
    assert outcome([wire[a:b] for a, b in itertools.pairwise(edges)]) == whole
    assert outcome([wire[i : i + 1] for i in range(len(wire))]) == whole


@given(st.lists(st.binary(max_size=200), max_size=10))
def test_any_bytes(pieces):
    """Nothing that a client sends does more than break its own connection."""
    try:
        parse(*pieces)
    except Fault:
        pass


@given(st.binary(min_size=4, max_size=4), st.binary(max_size=300))
def test_masks(mask, data):
    """Payloads are unmasked alike with Tornado's C code and without, and twice is nothing."""
    assert unmask(mask, data) == unmask_slowly(mask, data)
    assert unmask(mask, unmask(mask, data)) == data
