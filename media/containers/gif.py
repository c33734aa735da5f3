"""GIF: a screen, then extensions and images, their data in blocks of at most 255 bytes (GIF89a)."""

from typing import BinaryIO

from media.containers.facts import Broken, Facts

_EXTENSION, _IMAGE, _TRAILER = 0x21, 0x2C, 0x3B
_CONTROL, _APPLICATION = 0xF9, 0xFF
#: The two applications that say how often an animation is repeated. Comments, plain text, which no browser
#: draws, and what other applications have left are not kept.
_REPEATS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


def strip(content: bytes, out: BinaryIO) -> Facts:
    facts = Facts(frames=0)
    facts.width, facts.height = _number(content, 6), _number(content, 8)
    at = 13 + _table(content[10])
    out.write(content[:at])
    control = b""  # says how the next image is drawn
    while at < len(content):  # the trailer is missing in some
        kind = content[at]
        if kind == _TRAILER:
            break
        if kind == _EXTENSION:
            end = _after_blocks(content, at + 2)
            if content[at + 1] == _CONTROL:
                control = content[at:end]
            elif content[at + 1] == _APPLICATION and content[at + 3 : at + 14] in _REPEATS:
                out.write(content[at:end])
            elif content[at + 1] == 0x01:
                control = b""  # it was said of the plain text
        elif kind == _IMAGE:
            end = _after_blocks(content, at + 10 + _table(content[at + 9]) + 1)
            facts.width = max(facts.width, _number(content, at + 1) + _number(content, at + 5))
            facts.height = max(facts.height, _number(content, at + 3) + _number(content, at + 7))
            facts.frames += 1
            out.write(control)
            out.write(memoryview(content)[at:end])
            control = b""
        else:
            raise Broken("neither an image nor an extension")
        at = end
    if not facts.frames:
        raise Broken("no picture in it")
    out.write(b"\x3b")
    return facts


def _number(content: bytes, at: int) -> int:
    return content[at] | content[at + 1] << 8


def _table(flags: int) -> int:
    """Bytes of the colour table that these flags announce."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _after_blocks(content: bytes, at: int) -> int:
    """Where the data that begins at `at` ends."""
    while size := content[at]:
        at += size + 1
    return at + 1
