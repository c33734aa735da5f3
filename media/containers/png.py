"""PNG and APNG: chunks of length, name, body and check sum (W3C PNG, third edition)."""

from typing import BinaryIO

from media.containers.facts import Broken, Facts

SIGNATURE = b"\x89PNG\r\n\x1a\n"
#: What is drawn, and how its colours are meant. Texts, times, EXIF and private chunks are left out.
_KEPT = {
    *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"acTL", b"fcTL", b"fdAT"),
    *(b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"mDCV", b"cLLI", b"bKGD", b"pHYs"),
}


def strip(content: bytes, out: BinaryIO) -> Facts:
    facts = Facts()
    animated, frames = False, 0
    seen: set[bytes] = set()
    out.write(SIGNATURE)
    at = len(SIGNATURE)
    while True:
        size, name = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        end = at + 12 + size
        if len(name) < 4 or end > len(content):
            raise Broken("it ends amid a chunk")
        if not seen and (name != b"IHDR" or size != 13):
            raise Broken("no header")
        body = at + 8
        if name == b"IHDR":
            facts.width = int.from_bytes(content[body : body + 4], "big")
            facts.height = int.from_bytes(content[body + 4 : body + 8], "big")
        elif name == b"acTL":
            animated = b"IDAT" not in seen
        elif name == b"fcTL":
            frames += 1
        elif name == b"eXIf":
            facts.exif = content[body : body + size]
        if name in _KEPT:
            out.write(memoryview(content)[at:end])
        elif not name[0] & 0x20:
            raise Broken("a chunk that must be understood and is not known")  # 5.4: an upper-case letter
        seen.add(name)
        at = end
        if name == b"IEND":
            break
    if b"IDAT" not in seen:
        raise Broken("no picture in it")
    if animated and frames > 1:
        facts.frames = frames
    return facts
