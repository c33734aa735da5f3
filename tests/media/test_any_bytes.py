"""Whatever bytes are sent, they end as media or with a reason."""

import tempfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.containers import Broken
from media.kinds import KINDS
from media.pictures import PictureLimits, prepare
from media.sniff import sniff
from tests import samples

LIMITS = PictureLimits(max_pixels=1_000_000, max_frame_pixels=2_000_000)
MAGIC = [
    b"",
    b"\x1a\x45\xdf\xa3",
    b"\0\0\0\x18ftypisom",
    b"OggS",
    b"PK\x03\x04",
    b"\xff\xfb",
    b"RIFF",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
]
PICTURES = {
    "jpg": samples.picture("JPEG"),
    "png": samples.picture("PNG"),
    "gif": samples.animation("GIF"),
    "webp": samples.animation("WEBP"),
}


@settings(deadline=None)
@given(st.sampled_from(MAGIC), st.binary(max_size=200))
def test_every_file_has_a_kind(magic, content):
    """Any bytes have a kind."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(magic + content)
        file.flush()
        assert sniff(file.name).ext in KINDS


@pytest.mark.parametrize("ext", PICTURES)
@settings(deadline=None, max_examples=60)
@given(
    changes=st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 3000),
)
def test_every_damage_is_told(ext, changes, cut):
    """A picture damaged in any way is shown, or told to be broken; it never crashes anything."""
    content = bytearray(PICTURES[ext])
    for at, value in changes:
        content[at % len(content)] = value
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/upload", "wb") as file:
            file.write(content[: len(content) - cut % len(content)])
        try:
            made = prepare(f"{folder}/upload", folder, ext, LIMITS)
        except Broken:
            return
        assert made.width * made.height <= LIMITS.max_pixels
