"""One HTTP connection that is kept, to see what becomes of it."""

import asyncio

import ujson
from tornado.httputil import HTTPHeaders

from tests.app import PATIENCE, App
from tests.handlers.http.multipart_body import CONTENT_TYPE
from tests.process import Process


class Connection:
    """To a server in this process or in one of its own."""

    def __init__(self, server: App | Process):
        self._port = int(server.url.rpartition(":")[2])

    async def __aenter__(self):
        return await self.open()

    async def __aexit__(self, *error):
        self.close()

    async def open(self):
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    def close(self):
        self._writer.close()

    async def send(self, head: str, body: bytes = b"") -> tuple[int, bytes]:
        """A request; status and body of the answer."""
        self._writer.write(f"{head}\r\nHost: 127.0.0.1:{self._port}\r\n\r\n".encode() + body)
        return await self.answer()

    async def answer(self) -> tuple[int, bytes]:
        async with asyncio.timeout(PATIENCE):
            answer = (await self._reader.readuntil(b"\r\n\r\n")).decode()
            start, _, headers = answer.partition("\r\n")
            length = int(HTTPHeaders.parse(headers)["Content-Length"])
            return int(start.split()[1]), await self._reader.readexactly(length)

    async def upload(self, client, *parts: bytes) -> dict:
        """A whole upload; the envelope."""
        body = b"".join(parts)
        await self.begin_upload(body, len(body), client.token)
        status, answer = await self.answer()
        assert status == 200
        return ujson.loads(answer)

    async def begin_upload(self, body: bytes, length: int, token: str = "") -> None:
        """The beginning of an upload whose body shall have `length` bytes."""
        head = (
            f"POST /attach/upload HTTP/1.1\r\nContent-Type: {CONTENT_TYPE['Content-Type']}\r\n"
            f"Host: 127.0.0.1:{self._port}\r\nContent-Length: {length}\r\n"
        )
        head += f"Authorization: Bearer {token}\r\n" if token else ""
        await self.write(head.encode() + b"\r\n" + body)

    async def write(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def closed(self) -> None:
        """Waits for the server to hang up."""
        async with asyncio.timeout(PATIENCE):
            while await self._reader.read(65536):
                pass
