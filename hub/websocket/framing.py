"""Frames as a server writes them (RFC 6455 §5.2), and the kinds of frames there are.

What we write is never masked (§5.1), never fragmented, and never compressed: a frame is made once and is good
for any number of sockets, while the state of permessage-deflate belongs to one connection.
"""

import struct

#: Opcodes (§11.8). A message is a text or a binary one; the others are control frames, §5.5.
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10

_FINAL = 0x80

_LONG, _LONGEST = struct.Struct("!BBH").pack, struct.Struct("!BBQ").pack


def frame(opcode: int, payload: bytes) -> bytes:
    """A whole frame."""
    size = len(payload)
    if size < 126:
        return bytes((_FINAL | opcode, size)) + payload
    if size < 65536:
        return _LONG(_FINAL | opcode, 126, size) + payload
    return _LONGEST(_FINAL | opcode, 127, size) + payload


def text_frame(text: str | bytes) -> bytes:
    """A text, which may be in UTF-8 already, ready for any number of sockets."""
    payload = text.encode() if isinstance(text, str) else text
    size = len(payload)
    if 125 < size < 65536:  # nearly every message: not a call more
        return _LONG(_FINAL | TEXT, 126, size) + payload
    return frame(TEXT, payload)
