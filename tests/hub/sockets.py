"""A socket for tests of the hub: what is written to it can be read, and it can stop taking bytes."""

import struct

import ujson


class RecordingSocket:
    """A `hub.websocket.Transport` without a direct way. `writes`: each piece that was sent. While `stuck`,
    the kernel takes nothing and what is sent waits, until `unstick`."""

    direct = None

    def __init__(self) -> None:
        self.writes: list[bytes] = []
        self.close_code: int | None = None
        self.stuck = False
        self.waiting = 0

    def send(self, data: bytes) -> None:
        assert self.close_code is None, "data after the close frame"
        self.writes.append(data)
        if self.stuck:
            self.waiting += len(data)

    def close(self, code: int, reason: str) -> None:
        assert self.close_code is None, "closed twice"
        self.close_code = code

    def unstick(self) -> None:
        self.stuck = False
        self.waiting = 0

    @property
    def texts(self) -> list[str]:
        """The frames written so far."""
        return list(read_frames(b"".join(self.writes)))

    @property
    def frames(self) -> list[dict]:
        return [ujson.loads(text) for text in self.texts]


def read_frames(data: bytes):
    """The texts of unmasked final text frames."""
    while data:
        assert data[0] == 0x81, data[:10]
        size, start = data[1], 2
        if size == 126:
            (size,), start = struct.unpack("!H", data[2:4]), 4
        elif size == 127:
            (size,), start = struct.unpack("!Q", data[2:10]), 10
        yield data[start : start + size].decode("utf-8")
        data = data[start + size :]
