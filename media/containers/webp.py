"""WebP: a RIFF file of chunks, each padded to an even length (RFC 9649)."""

from typing import BinaryIO

from media.containers.facts import Broken, Facts

_KEPT = {b"VP8X", b"ICCP", b"ANIM", b"ANMF", b"ALPH", b"VP8 ", b"VP8L"}
_EXIF_FLAG, _XMP_FLAG = 0x08, 0x04


def strip(content: bytes, out: BinaryIO) -> Facts:
    facts, frames, seen = Facts(), 0, set()
    size = int.from_bytes(content[4:8], "little") + 8
    if size > len(content):
        raise Broken("it ends too early")
    kept = [b"WEBP"]
    at = 12
    while at + 8 <= size:
        name = content[at : at + 4]
        length = int.from_bytes(content[at + 4 : at + 8], "little")
        end = at + 8 + length + length % 2
        body = content[at + 8 : at + 8 + length]
        if at + 8 + length > size:
            raise Broken("it ends amid a chunk")
        if name == b"EXIF":
            facts.exif = body
        if name in _KEPT:
            chunk = bytearray(content[at:end])
            if length % 2 and len(chunk) < end - at:  # the last padding is often missing
                chunk.append(0)
            if name == b"VP8X":
                chunk[8] &= ~(_EXIF_FLAG | _XMP_FLAG)
                facts.width = int.from_bytes(body[4:7], "little") + 1
                facts.height = int.from_bytes(body[7:10], "little") + 1
            elif name == b"ANMF":
                frames += 1
            elif not facts.width:
                facts.width, facts.height = _size(name, body)
            facts.lossless = facts.lossless and name != b"VP8 "
            kept.append(bytes(chunk))
        seen.add(name)
        at = end
    if not seen & {b"VP8 ", b"VP8L", b"ANMF"}:
        raise Broken("no picture in it")
    if b"ANIM" in seen and frames:
        facts.frames = frames
    length = sum(map(len, kept))
    out.write(b"RIFF" + length.to_bytes(4, "little"))
    out.writelines(kept)
    return facts


def _size(name: bytes, body: bytes) -> tuple[int, int]:
    """Width and height of a bare bit stream (RFC 6386, 9.1; RFC 9649, 3.4)."""
    if name == b"VP8 ":
        return (
            int.from_bytes(body[6:8], "little") & 0x3FFF,
            int.from_bytes(body[8:10], "little") & 0x3FFF,
        )
    if name == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return 0, 0
