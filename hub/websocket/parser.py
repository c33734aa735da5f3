"""Frames from bytes, many at a time: RFC 6455 as a server reads it. Pure, no I/O."""

from tornado.util import _websocket_mask

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10

_KNOWN = frozenset((TEXT, BINARY, CLOSE, PING, PONG))


class Violation(Exception):
    """The client broke the protocol: its connection ends without a close frame."""


class TooBig(Exception):
    """A message over the limit: close 1009."""


class FrameParser:
    """Takes bytes as they come and gives whole messages and control frames. `limit`: bytes of a message."""

    __slots__ = ("_limit", "_rest", "_fragments", "_fragments_opcode")

    def __init__(self, limit: int, rest: bytes = b"") -> None:
        self._limit = limit
        self._rest = rest
        self._fragments: bytearray | None = None
        self._fragments_opcode = 0

    def feed(self, data: bytes, found: list[tuple[int, str | bytes]]) -> None:
        """Appends (opcode, payload) to `found` for every frame that is whole now; the payload of a text is a
        str, fragmented messages are joined. Raises `Violation` or `TooBig` after what came before the
        fault."""
        if self._rest:
            data = self._rest + data
            self._rest = b""
        position, size = 0, len(data)
        while size - position >= 2:
            first, length = data[position], data[position + 1]
            if first & 0x70 or not length & 0x80:
                raise Violation("reserved bits, or not masked")
            length &= 0x7F
            start = position + 2
            opcode = first & 0x0F
            if opcode & 8:
                if length > 125 or not first & 0x80:
                    raise Violation("a long or fragmented control frame")
            else:
                if length == 126:
                    if size - start < 2:
                        break
                    length = data[start] << 8 | data[start + 1]
                    start += 2
                elif length == 127:
                    if size - start < 8:
                        break
                    length = int.from_bytes(data[start : start + 8], "big")
                    start += 8
                if length + (0 if self._fragments is None else len(self._fragments)) > self._limit:
                    raise TooBig
            end = start + 4 + length
            if end > size:
                break
            payload = _websocket_mask(data[start : start + 4], data[start + 4 : end])
            position = end
            if first == 0x81 and self._fragments is None:  # nearly every frame: a whole text
                found.append((TEXT, _text(payload)))
            elif opcode & 8:
                if opcode not in _KNOWN:
                    raise Violation("an unknown opcode")
                found.append((opcode, payload))
            else:
                self._data_frame(opcode, first & 0x80, payload, found)
        self._rest = data[position:] if position else data

    def _data_frame(
        self, opcode: int, final: int, payload: bytes, found: list[tuple[int, str | bytes]]
    ) -> None:
        if opcode == 0:
            if self._fragments is None:
                raise Violation("a continuation of nothing")
            self._fragments += payload
        else:
            if self._fragments is not None:
                raise Violation("a new message inside another")
            if opcode not in _KNOWN:
                raise Violation("an unknown opcode")
            self._fragments, self._fragments_opcode = bytearray(payload), opcode
        if final:
            whole, self._fragments = bytes(self._fragments), None
            opcode = self._fragments_opcode
            found.append((opcode, _text(whole) if opcode == TEXT else whole))


def _text(payload: bytes) -> str:
    try:
        return payload.decode("utf-8")
    except UnicodeDecodeError:
        raise Violation("not UTF-8") from None
