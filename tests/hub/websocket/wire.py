"""A client that says exactly the bytes it is told to, and some of what such clients say."""

import asyncio
import base64
import os
import socket
import struct
from urllib.parse import urlencode, urlsplit

import ujson

from tests.hub.websocket.test_parser import masked

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
BEAT = ujson.dumps({"cmd": 0}).encode()

CLOSED = (CLOSE, struct.pack("!H", 1000))
TOO_BIG = (CLOSE, struct.pack("!H", 1009))
BROKEN = (CLOSE, struct.pack("!H", 1002))
NO_TEXT = (CLOSE, struct.pack("!H", 1007))
BYE = masked(CLOSE, struct.pack("!H", 1000))


class Wire:
    """A client that says exactly the bytes it is told to."""

    def __init__(self, connection):
        self._loop = asyncio.get_running_loop()
        self._socket = connection
        self._read = b""

    @classmethod
    async def open(cls, client, early=b""):
        """Shakes hands as `client`; `early` bytes come in one piece with the request."""
        address = urlsplit(client.url)
        connection = socket.socket()
        connection.setblocking(False)
        wire = cls(connection)
        await wire._loop.sock_connect(connection, (address.hostname, address.port))
        query = urlencode({"id": client.user_id, "token": client.token, "v": 2})
        await wire.send(
            (
                f"GET /chat?{query} HTTP/1.1\r\nHost: {address.netloc}\r\nUpgrade: websocket\r\n"
                f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n\r\n"
            ).encode()
            + early
        )
        while b"\r\n\r\n" not in wire._read:
            await wire._more()
        head, _, wire._read = wire._read.partition(b"\r\n\r\n")
        assert b" 101 " in head, head
        opcode, payload = await wire.frame()
        assert (opcode, ujson.loads(payload)["cmd"]) == (TEXT, 3)
        return wire

    async def _more(self):
        async with asyncio.timeout(15):
            data = await self._loop.sock_recv(self._socket, 65536)
        if not data:
            raise ConnectionResetError
        self._read += data

    async def _take(self, size):
        while len(self._read) < size:
            await self._more()
        taken, self._read = self._read[:size], self._read[size:]
        return taken

    async def frame(self):
        """(opcode, payload) of the server's next frame; None at the end of the connection."""
        try:
            first, size = await self._take(2)
            assert first & 0x80 and not size & 0x80
            if size == 126:
                (size,) = struct.unpack("!H", await self._take(2))
            return first & 0x0F, await self._take(size)
        except ConnectionResetError:
            return None

    async def until_end(self):
        """All frames up to the end; of the close frame the code is kept, the reason not."""
        frames = []
        while (frame := await self.frame()) is not None:
            frames.append((CLOSE, frame[1][:2]) if frame[0] == CLOSE else frame)
        return frames

    async def send(self, data):
        try:
            await self._loop.sock_sendall(self._socket, data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the server has ended it: what it said is read all the same

    def close(self):
        self._socket.close()
