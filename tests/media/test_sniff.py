"""Files are known by their content, whatever they are called."""

import io
import zipfile

import pytest

from media.kinds import KINDS, Sort, kind_of_name
from media.sniff import sniff
from tests import samples


@pytest.fixture
def kind_of(tmp_path):
    """The extension that sniffing gives some bytes."""

    def kind_of(content: bytes) -> str:
        path = tmp_path / "file"
        path.write_bytes(content)
        return sniff(str(path)).ext

    return kind_of


def archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name in names:
            file.writestr(name, "x" * 100)
    return out.getvalue()


MP3_FRAME = b"\xff\xfb\x90\x64" + bytes(413)

CONTENTS = {
    "jpg": samples.picture("JPEG"),
    "png": samples.picture("PNG"),
    "gif": samples.picture("GIF"),
    "webp": samples.picture("WEBP"),
    "wav": b"RIFF\x24\0\0\0WAVEfmt ",
    "amr": b"#!AMR\n\x3c",
    "flac": b"fLaC\0\0\0\x22",
    "mp3": MP3_FRAME * 2,
    "aac": b"\xff\xf1\x50\x80\x02\x1f\xfc",
    "pdf": b"%PDF-1.7\n%\xe2\xe3",
    "zip": archive("a.txt"),
    "docx": archive("[Content_Types].xml", "_rels/.rels", "word/document.xml"),
    "xlsx": archive("[Content_Types].xml", "xl/workbook.xml"),
    "pptx": archive("[Content_Types].xml", "ppt/presentation.xml"),
    "doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000) + "WordDocument".encode("utf-16-le"),
    "gz": b"\x1f\x8b\x08\0",
    "7z": b"7z\xbc\xaf\x27\x1c",
    "rar": b"Rar!\x1a\x07\x01\0",
    "heic": b"\0\0\0\x18ftypheic",
    "txt": "你好，世界\n".encode(),
    "bin": bytes(range(256)),
}


@pytest.mark.parametrize("ext", CONTENTS)
def test_content_decides(kind_of, ext):
    """A file of each kind gets the extension that its content deserves."""
    assert kind_of(CONTENTS[ext]) == ext


@pytest.mark.parametrize(
    ("content", "ext"),
    [
        (b"<html><script>alert(1)</script>", "txt"),
        (b'<?xml version="1.0"?><svg onload="alert(1)"/>', "txt"),
        ("旧的文本".encode("gb18030"), "txt"),
        ("€".encode() * 30000, "txt"),  # the first 64 KiB end amid a character
        (b"MZ\x90\0\x03\0", "bin"),
        (b"ID3\x04\0\0", "mp3"),
        (b"\xff\xfb\x90\x64" + bytes(5000), "bin"),  # one frame header and nothing behind it
        (b"\0\0\0\x18ftypisom" + bytes(12) + b"\xff\xff\xff\xff", "bin"),
        (b"\x1a\x45\xdf\xa3\x93matroska", "mkv"),
        (b"OggS" + bytes(100), "bin"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "bin"),
    ],
)
def test_claims_are_not_enough(kind_of, content, ext):
    """Scripts, programs and half a header are never taken for something to show."""
    assert kind_of(content) == ext
    assert not KINDS[ext].inline or ext == "mp3"


@samples.needs_ffmpeg
@pytest.mark.parametrize(
    ("make", "ext"),
    [
        (lambda: samples.voice(), "weba"),
        (lambda: samples.voice(to="ogg"), "ogg"),
        (lambda: samples.voice("aac", "mp4"), "m4a"),
        (lambda: samples.voice("aac", "ipod"), "m4a"),
        (lambda: samples.voice("libmp3lame", "mp3"), "mp3"),
        (lambda: samples.voice("aac", "adts"), "aac"),
        (lambda: samples.voice("pcm_s16le", "wav"), "wav"),
        (lambda: samples.video("libvpx", "webm", "libopus"), "webm"),
        (lambda: samples.video("libx264", "mp4", "aac"), "mp4"),
        (lambda: samples.video("libx264", "mov", "aac"), "mov"),
        (lambda: samples.video("libx264", "matroska", "aac"), "mkv"),
    ],
)
def test_sound_and_video_are_told_apart(kind_of, make, ext):
    """A voice and a video in the same kind of container get different bubbles."""
    assert kind_of(make()) == ext


@samples.needs_ffmpeg
def test_a_video_with_its_index_at_the_end(kind_of, tmp_path):
    """A camera's video, whose table of tracks comes last, is a video."""
    path = str(tmp_path / "camera.mp4")
    samples.ffmpeg("-f", "lavfi", "-i", "testsrc=duration=1:size=64x64", path, "-t", "0.1", to="null")
    with open(path, "rb") as file:
        content = file.read()
    assert content.index(b"mdat") < content.index(b"moov")
    assert kind_of(content) == "mp4"


def test_the_extension_names_the_kind():
    """A stored file is served as what its extension says, an unknown one as bytes to save."""
    assert kind_of_name("2026/11/x.png").mime == "image/png"
    assert kind_of_name("2026/11/x.svg").mime == "application/octet-stream"
    assert kind_of_name("2026/11/html").mime == "application/octet-stream"


def test_nothing_that_runs_is_shown():
    """Only pictures, sound and video are ever shown by a browser."""
    for kind in KINDS.values():
        assert kind.inline == kind.mime.startswith(("image/", "audio/", "video/")) or kind.sort is Sort.FILE
