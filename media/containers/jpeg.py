"""JPEG: segments, each begun by a marker (ITU T.81, B.1)."""

import re
from typing import BinaryIO

from media.containers.facts import Broken, Facts

_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
#: Start of a frame of the kinds that decoders know: baseline, extended, progressive. The others (lossless,
#: hierarchical, arithmetic) no browser draws.
_FRAMES = {0xC0, 0xC1, 0xC2}
#: Tables that the decoder needs: Huffman, quantisation, restart interval.
_TABLES = {0xC4, 0xDB, 0xDD}
#: Within a scan 0xFF is followed by 0 (it is data) or by a restart marker; anything else ends the scan.
_END_OF_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
#: How colours are meant: a profile (ICC.1, B.4), and Adobe's transform.
_COLOURS = {0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
#: JFIF without its thumbnail: version and density.
_JFIF_BYTES = 16


def strip(content: bytes, out: BinaryIO) -> Facts:
    """Of the application's segments few say how to draw the picture: JFIF, and those of its colours. All
    others go, and comments, and what follows the end: a second picture of the camera's, or a film."""
    facts = Facts(scans=0, lossless=False)
    out.write(content[:2])
    at = 2
    while True:
        at = content.index(b"\xff", at)  # some cameras leave a few bytes between segments
        while content[at + 1] == 0xFF:  # padding
            at += 1
        marker, begin = content[at + 1], at
        if marker == _EOI:
            break
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        if end < at + 4 or end > len(content):
            raise Broken("a segment longer than the file")
        body = content[at + 4 : end]
        if marker == _SOS:
            found = _END_OF_SCAN.search(content, end)
            if not found:
                raise Broken("it ends amid a scan")
            facts.scans += 1
            end = found.start()
            out.write(memoryview(content)[begin:end])
        elif marker in _FRAMES:
            if facts.width:
                raise Broken("two frames")
            facts.height, facts.width = (
                int.from_bytes(body[1:3], "big"),
                int.from_bytes(body[3:5], "big"),
            )
            out.write(content[begin:end])
        elif marker in _TABLES:
            out.write(content[begin:end])
        elif marker == 0xE0 and body.startswith(b"JFIF\0"):
            out.write(b"\xff\xe0\0\x10" + body[: _JFIF_BYTES - 4].ljust(_JFIF_BYTES - 4, b"\0") + b"\0\0")
        elif body.startswith(_COLOURS.get(marker, b"none")):
            out.write(content[begin:end])
        elif marker == 0xE1 and body.startswith(b"Exif\0\0") and not facts.exif:
            facts.exif = body
        elif not (0xE0 <= marker <= 0xEF or marker == 0xFE):
            raise Broken(f"a marker {marker:#x} that no browser knows")
        at = end
    if not facts.width or not facts.height or not facts.scans:
        raise Broken("no picture in it")
    out.write(b"\xff\xd9")
    return facts
