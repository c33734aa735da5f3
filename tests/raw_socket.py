"""A WebSocket client down to the bit, for what a well-behaved one never sends."""

import asyncio
import os
import socket
import ssl
import struct

import ujson

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
PATIENCE = 60


def frame(
    payload: bytes | str | dict,
    opcode: int = TEXT,
    final: bool = True,
    masked: bool = True,
    reserved: int = 0,
) -> bytes:
    """One frame; a dict as JSON."""
    if isinstance(payload, dict):
        payload = ujson.dumps(payload)
    data = payload.encode() if isinstance(payload, str) else payload
    head = bytes([(0x80 if final else 0) | reserved << 4 | opcode])
    bit = 0x80 if masked else 0
    if len(data) < 126:
        head += bytes([bit | len(data)])
    elif len(data) < 65536:
        head += struct.pack("!BH", bit | 126, len(data))
    else:
        head += struct.pack("!BQ", bit | 127, len(data))
    if not masked:
        return head + data
    mask = os.urandom(4)
    pad = (mask * (len(data) // 4 + 1))[: len(data)]
    return head + mask + (int.from_bytes(data, "big") ^ int.from_bytes(pad, "big")).to_bytes(len(data), "big")


class RawSocket:
    """One connection. `status`: the answer to the handshake."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, status: int) -> None:
        self._reader, self._writer, self.status = reader, writer, status

    @classmethod
    async def connect(
        cls, port: int, path: str, receive_buffer: int = 0, tls: ssl.SSLContext | None = None, **headers: str
    ) -> "RawSocket":
        """`receive_buffer`: bytes the kernel may hold for us, so that a slow client is slow early."""
        endpoint = socket.socket()
        if receive_buffer:
            endpoint.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        endpoint.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(endpoint, ("127.0.0.1", port))
            reader, writer = await asyncio.open_connection(
                sock=endpoint,
                limit=receive_buffer or 1 << 20,
                ssl=tls,
                server_hostname="localhost" if tls else None,
            )
        except BaseException:
            endpoint.close()
            raise
        lines = {
            "Host": f"127.0.0.1:{port}",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg==",
            "Sec-WebSocket-Version": "13",
        }
        lines.update({name.replace("_", "-"): value for name, value in headers.items()})
        writer.write(
            f"GET {path} HTTP/1.1\r\n".encode()
            + "".join(f"{name}: {value}\r\n" for name, value in lines.items()).encode()
            + b"\r\n"
        )
        try:
            async with asyncio.timeout(PATIENCE):
                head = await reader.readuntil(b"\r\n\r\n")
        except BaseException:
            writer.close()
            raise
        return cls(reader, writer, int(head.split(b" ", 2)[1]))

    @classmethod
    async def of(cls, client, receive_buffer: int = 0, v: str = "&v=2") -> "RawSocket":
        """A connection of a `tests.app.Client`; for v2 the welcome has been read."""
        path = f"/chat?id={client.user_id}&token={client.token}{v}"
        made = await cls.connect(int(client.url.rpartition(":")[2]), path, receive_buffer)
        assert made.status == 101
        if v:
            assert (await made.receive())["cmd"] == 3
        return made

    async def __aenter__(self) -> "RawSocket":
        return self

    async def __aexit__(self, *error: object) -> None:
        self.close()

    async def write(self, *frames: bytes) -> None:
        self._writer.write(b"".join(frames))
        await self._writer.drain()

    async def read(self) -> tuple[int, bytes]:
        """(opcode, payload) of the next frame; raises IncompleteReadError or ConnectionError at the end."""
        async with asyncio.timeout(PATIENCE):
            first, size = await self._reader.readexactly(2)
            if size == 126:
                (size,) = struct.unpack("!H", await self._reader.readexactly(2))
            elif size == 127:
                (size,) = struct.unpack("!Q", await self._reader.readexactly(8))
            return first & 0x0F, await self._reader.readexactly(size)

    async def receive(self) -> dict:
        """The next text frame."""
        while (found := await self.read())[0] != TEXT:
            assert found[0] != CLOSE, f"closed with {struct.unpack('!H', found[1][:2])}"
        return ujson.loads(found[1])

    async def closed(self) -> int | None:
        """Reads to the end: the code of the close frame, or None when the connection just ended."""
        try:
            while (found := await self.read())[0] != CLOSE:
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        return struct.unpack("!H", found[1][:2])[0] if found[1] else 1005

    async def finish(self) -> None:
        """Says nothing more, and reads to the end."""
        try:
            self._writer.write_eof()
        except (OSError, RuntimeError):  # uvloop: the other end has closed already
            return
        await self.closed()

    def close(self) -> None:
        self._writer.close()
