"""What a file is, by its content. Names and declared types are never looked at.

Reads little of a file, whatever the file claims; blocking, so it runs in an executor. A kind found here is
a claim of the first bytes: a picture is a picture only when `pictures` has decoded it.
"""

import codecs
import mmap
import re
import struct
from typing import BinaryIO

from media.kinds import KINDS, Kind

HEAD = 64 * 1024  # bytes: the header of any container, with its list of tracks
_MAX_BOXES = 64  # of an MP4 file, at its top level

_MAGIC = [
    (re.compile(pattern, re.DOTALL), ext)
    for pattern, ext in (
        (rb"\xff\xd8\xff", "jpg"),
        (rb"\x89PNG\r\n\x1a\n", "png"),
        (rb"GIF8[79]a", "gif"),
        (rb"RIFF....WEBP", "webp"),
        (rb"RIFF....WAVE", "wav"),
        (rb"#!AMR(-WB)?\n", "amr"),
        (rb"fLaC", "flac"),
        (rb"%PDF-", "pdf"),
        (rb"\x1f\x8b\x08", "gz"),
        (rb"7z\xbc\xaf\x27\x1c", "7z"),
        (rb"Rar!\x1a\x07", "rar"),
        (rb"ID3[\x02-\x04]", "mp3"),
        (rb"\xff[\xf0\xf1\xf8\xf9]", "aac"),
    )
]

_VIDEO_TRACK = re.compile(rb"\x86[\x80-\xff]V_")  # Matroska's CodecID element of a video track
_CLUSTER = b"\x1f\x43\xb6\x75"
_DURATION = re.compile(rb"\x44\x89[\x84\x88]")  # an element of 4 or 8 bytes
_HANDLER = re.compile(rb"hdlr.{8}(vide|soun)", re.DOTALL)
_OGG_SOUND = (b"OpusHead", b"\x01vorbis", b"Speex   ", b"\x7fFLAC")
_OFFICE_XML = {b"word/": "docx", b"xl/": "xlsx", b"ppt/": "pptx"}
_OFFICE_OLE = {"WordDocument": "doc", "Workbook": "xls", "PowerPoint Document": "ppt"}
_NOT_TEXT = re.compile(r"[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f]")


def sniff(path: str) -> Kind:
    """The kind of the file at `path`: one of KINDS, "txt" for what reads as text, "bin" for the rest."""
    with open(path, "rb") as file:
        return KINDS[_extension(file.read(HEAD), file)]


def lacks_length(path: str, kind: Kind) -> bool:
    """Whether nothing in front says how long this sound or film is, as when a recorder wrote it while it was
    being made: a Matroska file without a duration, an MP4 in fragments."""
    with open(path, "rb") as file:
        if kind.ext in ("webm", "weba"):
            return not _DURATION.search(file.read(HEAD).partition(_CLUSTER)[0])
        return kind.ext in ("m4a", "mp4", "mov") and b"mvex" in _movie_box(file)


def _extension(head: bytes, file: BinaryIO) -> str:
    for pattern, ext in _MAGIC:
        if pattern.match(head):
            return ext
    if head[4:8] == b"ftyp":
        return _of_mp4(head, file)
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return _of_matroska(head)
    if head.startswith(b"OggS"):
        return "ogg" if any(mark in head[:256] for mark in _OGG_SOUND) else "bin"
    if head.startswith(b"PK\x03\x04"):
        return _of_zip(head, file)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _of_ole(file)
    if _is_mp3_frame(head):
        return "mp3"
    return "txt" if _is_text(head) else "bin"


def _of_matroska(head: bytes) -> str:
    """WebM's two faces have one magic: a video has a video track, listed before the first cluster."""
    if b"webm" not in head[:64]:
        return "mkv"
    return "webm" if _VIDEO_TRACK.search(head.partition(_CLUSTER)[0]) else "weba"


def _of_mp4(head: bytes, file: BinaryIO) -> str:
    brand = head[8:12]
    if brand in (b"heic", b"heix", b"hevc", b"mif1", b"msf1"):
        return "heic"
    if brand in (b"avif", b"avis"):
        return "avif"
    tracks = set(_HANDLER.findall(_movie_box(file)))
    if b"vide" in tracks:
        return "mov" if brand == b"qt  " else "mp4"
    return "m4a" if b"soun" in tracks else "bin"


def _movie_box(file: BinaryIO) -> bytes:
    """The first MiB of the `moov` box, which tells the tracks; it may stand behind all of the media."""
    at = 0
    for _ in range(_MAX_BOXES):
        file.seek(at)
        header = file.read(16)
        if len(header) < 8:
            break
        size, name = struct.unpack(">I4s", header[:8])
        if name == b"moov":
            return file.read(min(size, 1 << 20))
        if size == 1 and len(header) == 16:
            size = struct.unpack(">Q", header[8:])[0]
        if size < 8 or at + size > 1 << 40:
            break
        at += size
    return b""


def _of_zip(head: bytes, file: BinaryIO) -> str:
    """Office documents are archives that begin with a list of parts; the names are at both ends."""
    if b"[Content_Types].xml" not in head:
        return "zip"
    file.seek(0, 2)
    file.seek(max(0, file.tell() - HEAD))
    names = head + file.read(HEAD)
    return next((ext for part, ext in _OFFICE_XML.items() if part in names), "zip")


def _of_ole(file: BinaryIO) -> str:
    """Old office documents: the directory of streams can be anywhere, its names are in UTF-16."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        for name, ext in _OFFICE_OLE.items():
            if content.find(name.encode("utf-16-le")) >= 0:
                return ext
    return "bin"


_BITRATES_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_BITRATES_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_SAMPLE_RATES = (44100, 48000, 32000)


def _is_mp3_frame(head: bytes) -> bool:
    """Whether an MPEG layer III frame begins the file and another follows where it ends."""
    length = _mp3_frame_length(head[:4])
    return bool(length) and bool(_mp3_frame_length(head[length : length + 4]))


def _mp3_frame_length(header: bytes) -> int:
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return 0
    version = header[1] >> 3 & 3  # 3: MPEG 1, 2: MPEG 2, 0: MPEG 2.5
    bitrate, rate, padding = header[2] >> 4, header[2] >> 2 & 3, header[2] >> 1 & 1
    if version == 1 or bitrate in (0, 15) or rate == 3:
        return 0
    kilobits = (_BITRATES_1 if version == 3 else _BITRATES_2)[bitrate]
    hertz = _SAMPLE_RATES[rate] // {3: 1, 2: 2, 0: 4}[version]
    return (144 if version == 3 else 72) * kilobits * 1000 // hertz + padding


def _is_text(head: bytes) -> bool:
    """UTF-8, or GB 18030 as older Chinese programs write it, without control characters."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(head)  # may end amid a character
        except UnicodeDecodeError:
            continue
        return not _NOT_TEXT.search(text)
    return False
