"""Frames from bytes, many at a time: RFC 6455 §5 as a server reads it. Pure, no I/O."""

from codecs import utf_8_decode

from hub.websocket.closing import INVALID_DATA, PROTOCOL_ERROR, TOO_BIG, Fault, check_close
from hub.websocket.framing import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT
from hub.websocket.masking import unmask

#: What has been found: (opcode, payload). A text's payload is a str, all others are bytes.
Found = tuple[int, str | bytes]

#: Frames that are looked at in one go: one read may bring thousands of the smallest, each of which may cost
#: an answer. Messages of usual length are about as many.
FRAMES = 200

_CONTROL = frozenset((CLOSE, PING, PONG))


class FrameParser:
    """Takes bytes as they come and gives whole messages and control frames. `limit`: bytes of a message."""

    __slots__ = ("_limit", "_rest", "_message", "_half", "frames")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._rest = b""  # the beginning of a frame, or a control frame that is not whole
        self._message: _Message | None = None  # what has come of one that is not whole
        self._half: _Half | None = None  # the frame of it that is still coming
        self.frames = 0  #: that the latest `feed` has begun with, whole or not

    def feed(self, data: bytes, found: list[Found]) -> bool:
        """Appends to `found` every message and control frame that is whole now, up to a close frame: what
        comes after one is dropped (§5.5.1). Looks at `FRAMES` frames at most: True when there is more, for
        which nothing need be fed. Raises `Fault` after what came before the fault, as soon as the
        bytes that make it one are there; feed nothing then, nor after a close frame."""
        if self._rest:
            data, self._rest = self._rest + data, b""
        try:
            position = self._go_on(data, found) if self._half is not None else 0
            size, limit, self.frames = len(data), self._limit, 0
            while size - position > 1 and self.frames < FRAMES:
                self.frames += 1
                # Nearly every frame is a whole, masked text of less than 64 KiB: only this way is short.
                length = data[position + 1] ^ 0x80
                if length < 127 and data[position] == 0x81 and self._message is None and size - position > 7:
                    start = position + 6
                    if length == 126:
                        length = data[position + 2] << 8 | data[position + 3]
                        start = position + 8
                    end = start + length
                    if end <= size and length <= limit:
                        found.append((TEXT, unmask(data[start - 4 : start], data[start:end]).decode()))
                        position = end
                        continue
                after = self._frame(data, position, found)
                if after is None:
                    break
                position = after
        except UnicodeDecodeError:
            raise Fault(INVALID_DATA, "not UTF-8") from None  # §8.1
        if position < size:
            self._rest = data[position:]
        return self.frames == FRAMES and position < size

    def _frame(self, data: bytes, start: int, found: list[Found]) -> int | None:
        """Any frame that begins at `start`. Returns where the next begins, None to have this one again when
        there is more of it."""
        first, length = data[start], data[start + 1]
        if not length & 0x80:
            raise Fault(None, "not masked")  # §5.1: closed, and who is no WebSocket client needs no reason
        if first & 0x70:
            raise Fault(PROTOCOL_ERROR, "reserved bits")  # §5.2: no extension was agreed on
        opcode, length, start = first & 0x0F, length & 0x7F, start + 2
        if opcode & 8:
            return self._control_frame(opcode, first & 0x80, data, start, length, found)
        if length > 125:
            width = 2 if length == 126 else 8
            if len(data) - start < width:
                return None
            length = int.from_bytes(data[start : start + width], "big")
            start += width
        return self._data_frame(opcode, first & 0x80, data, start, length, found)

    def _control_frame(
        self, opcode: int, final: int, data: bytes, start: int, length: int, found: list[Found]
    ) -> int | None:
        if opcode not in _CONTROL:
            raise Fault(PROTOCOL_ERROR, "unknown opcode")  # §5.2
        if length > 125 or not final:
            raise Fault(PROTOCOL_ERROR, "long or fragmented control frame")  # §5.5
        end = start + 4 + length
        if end > len(data):
            return None
        payload = unmask(data[start : start + 4], data[start + 4 : end])
        if opcode == CLOSE:
            check_close(payload)
        found.append((opcode, payload))
        return len(data) if opcode == CLOSE else end

    def _data_frame(
        self, opcode: int, final: int, data: bytes, start: int, length: int, found: list[Found]
    ) -> int | None:
        """What has come of a frame is looked at, however little it is: bytes that are no UTF-8 are found out
        at once, and a message is not copied again with each read."""
        message = self._message
        if opcode > BINARY:
            raise Fault(PROTOCOL_ERROR, "unknown opcode")  # §5.2
        if (opcode == CONTINUATION) is (message is None):
            raise Fault(PROTOCOL_ERROR, "fragments out of order")  # §5.4
        if length + (0 if message is None else len(message.data)) > self._limit:
            raise Fault(TOO_BIG, "message too big")  # §7.4.1
        start += 4
        if start > len(data):
            return None
        mask, piece = data[start - 4 : start], data[start : start + length]
        missing = length - len(piece)
        if message is None:
            message = self._message = _Message(opcode)
        message.add(unmask(mask, piece))
        if missing:
            self._half = _Half(bool(final), mask, missing)
            self._half.turn(len(piece))
        elif final:
            self._finish(message, found)
        return start + len(piece)

    def _go_on(self, data: bytes, found: list[Found]) -> int:
        """More of the frame that was not whole. Returns where the next begins."""
        half, message = self._half, self._message
        assert half is not None and message is not None
        piece = data[: half.missing]
        message.add(unmask(half.mask, piece))
        half.missing -= len(piece)
        half.turn(len(piece))
        if not half.missing:
            self._half = None
            if half.final:
                self._finish(message, found)
        return len(piece)

    def _finish(self, message: "_Message", found: list[Found]) -> None:
        self._message = None
        found.append((message.opcode, message.whole()))


class _Message:
    """A message that has not come whole: in fragments, or with half a frame."""

    __slots__ = ("opcode", "data", "_begun")

    def __init__(self, opcode: int) -> None:
        self.opcode = opcode
        self.data = bytearray()
        self._begun = b""  # the first bytes of a character whose others are still to come

    def add(self, piece: bytes) -> None:
        """Raises `UnicodeDecodeError` once a text can't become one any more, whatever follows (§8.1)."""
        self.data += piece
        if self.opcode == TEXT:
            piece = self._begun + piece
            self._begun = piece[utf_8_decode(piece, "strict", False)[1] :]

    def whole(self) -> str | bytes:
        return self.data.decode() if self.opcode == TEXT else bytes(self.data)


class _Half:
    """A data frame of which `missing` bytes are still to come; `mask` begins with what the next is masked
    with."""

    __slots__ = ("final", "mask", "missing")

    def __init__(self, final: bool, mask: bytes, missing: int) -> None:
        self.final, self.mask, self.missing = final, mask, missing

    def turn(self, size: int) -> None:
        """`size` bytes have been unmasked."""
        size &= 3
        self.mask = self.mask[size:] + self.mask[:size]
