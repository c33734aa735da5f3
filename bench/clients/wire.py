"""The client's side of the wire: RFC 6455, just as much as a load test needs, the commands of
docs/protocol.md, and the marker that messages carry.

A message's text begins with ``@@<due>-<traffic>-<process>@@``: when it was due (monotonic ns, one clock for
all processes of a machine), the number of the traffic it belongs to, and of the client process that sent it.

Nothing here comes from the server's own code: the same clients measure servers of any commit.
"""

import os
from collections.abc import Iterator
from typing import TypedDict

#: Opcodes (RFC 6455 §5.2).
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10

#: Commands, `cmd` of a frame.
WELCOME, ACK, ERROR, READ = 3, 1, 2, 13
#: Commands of messages, and `kind` of a conversation: two people, or a group.
SINGLE, GROUP = 10, 11


class Frame(TypedDict, total=False):
    """A JSON frame or a row, as far as a load test looks at it."""

    cmd: int
    id: int
    ver: int
    kind: int
    userid: int
    dstid: int
    seq: int
    cid: str
    content: str
    code: int
    msg: str
    change: int


#: One masking key for the whole process: what it protects, proxies between browser and server, is not here.
_KEY = os.urandom(4) * 16384

_UPGRADE = (
    "GET /chat?id={user_id}&token={token}&v=2 HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
#: The answer to that key (RFC 6455 §1.3 has the same example).
_ACCEPT = b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


class Refused(Exception):
    """The server did not open the connection, or broke the protocol."""


def handshake(host: str, port: int, user_id: int, token: str) -> bytes:
    return _UPGRADE.format(host=host, port=port, user_id=user_id, token=token).encode()


def check_handshake(head: bytes) -> None:
    """Raises `Refused` unless the server has switched to WebSocket."""
    if not head.startswith(b"HTTP/1.1 101 ") or _ACCEPT not in head:
        raise Refused(head.split(b"\r\n", 1)[0].decode("latin-1")[:80])


def frame(payload: bytes, opcode: int = TEXT) -> bytes:
    """A masked final frame, as clients send it."""
    size = len(payload)
    if size < 126:
        head = bytes((0x80 | opcode, 0x80 | size))
    elif size < 65536:
        head = bytes((0x80 | opcode, 0xFE)) + size.to_bytes(2, "big")
    else:
        head = bytes((0x80 | opcode, 0xFF)) + size.to_bytes(8, "big")
    masked = int.from_bytes(payload, "little") ^ int.from_bytes(_KEY[:size], "little")
    return head + _KEY[:4] + masked.to_bytes(size, "little")


def frames(data: bytes, start: int) -> Iterator[tuple[int, int, int]]:
    """(opcode, begin, end) of the payload of each whole frame in `data` from `start` on. The next frame
    begins where a payload ends. Servers neither mask nor, as ours, fragment or compress."""
    size = len(data)
    while size - start >= 2:
        first, length = data[start], data[start + 1]
        begin = start + 2
        if first & 0x80 == 0 or first & 0x70 or length & 0x80:
            raise Refused(f"a frame that begins with {first:#x} {length:#x}")
        if length == 126:
            if size - start < 4:
                return
            length, begin = int.from_bytes(data[start + 2 : start + 4], "big"), start + 4
        elif length == 127:
            if size - start < 10:
                return
            length, begin = int.from_bytes(data[start + 2 : start + 10], "big"), start + 10
        if begin + length > size:
            return
        yield first & 15, begin, begin + length
        start = begin + length


def message(
    due_ns: int, traffic: int, process: int, text: str, cid: str, user_id: int, dst_id: int, kind: int
) -> bytes:
    """A text message as our page sends it."""
    return (
        f'{{"content":"@@{due_ns}-{traffic}-{process}@@{text}","cid":"{cid}","userid":{user_id},"dstid":{dst_id},'
        f'"cmd":{kind},"media":1}}'
    ).encode()


def marker(content: str) -> tuple[int, int, int] | None:
    """(due in ns, traffic, process) of a message's text; None for a text that is not ours."""
    if not content.startswith("@@"):
        return None
    due_ns, traffic, process = content[2 : content.index("@@", 2)].split("-")
    return int(due_ns), int(traffic), int(process)
