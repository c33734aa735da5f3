"""What a close frame may say (RFC 6455 §7.4), and the faults that a client is told of by one."""

import struct

#: Close codes of the protocol itself (§7.4.1); what else we close with is in `protocol.frames`.
PROTOCOL_ERROR, INVALID_DATA, TOO_BIG = 1002, 1007, 1009
#: What stands for a close frame without a code, and for an end without one; never sent.
NO_CODE, NO_FRAME = 1005, 1006

#: Codes below 3000 that a close frame may carry: §7.4.1, and 1012–1014, registered since. The others are
#: reserved (1004), or only ever tell of a close that had no code (1005, 1006, 1015).
_REGISTERED = frozenset((1000, 1001, 1002, 1003, *range(1007, 1015)))

#: Bytes of a reason: a control frame has 125 (§5.5), two of them for the code.
_REASON = 123


class Fault(Exception):
    """The client broke the protocol: its connection fails with this close code (§7.1.7). None: it ends
    without a word."""

    def __init__(self, code: int | None, reason: str) -> None:
        super().__init__(reason)
        self.code = code

    @property
    def payload(self) -> bytes:
        """Of the close frame; empty when there is none."""
        return b"" if self.code is None else close_payload(self.code, str(self))


def close_payload(code: int, reason: str) -> bytes:
    """A reason that is too long is cut, between two characters."""
    return struct.pack("!H", code) + reason.encode()[:_REASON].decode(errors="ignore").encode()


def check_close(payload: bytes) -> None:
    """§5.5.1: a close frame is empty, or has a code and perhaps a reason in UTF-8. Raises `Fault`, and
    `UnicodeDecodeError`."""
    if not payload:
        return
    if len(payload) == 1:
        raise Fault(PROTOCOL_ERROR, "half a close code")
    code = int.from_bytes(payload[:2], "big")
    if code not in _REGISTERED and not 3000 <= code < 5000:  # §7.4.2
        raise Fault(PROTOCOL_ERROR, "no such close code")
    payload[2:].decode()
