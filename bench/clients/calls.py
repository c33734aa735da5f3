"""A small HTTP client for the JSON calls of the server, with connections that are kept."""

import asyncio
import random
from typing import TypedDict, cast

import ujson

from bench.clients.wire import Frame

#: Seconds for one call.
PATIENCE_S = 60
#: `code` of an answer that says: slow down.
_TOO_MANY = -429


class Data(TypedDict, total=False):
    """`data` of an answer, as far as a load test looks at it. `change`: up to where a list is complete;
    `next`: where it goes on."""

    id: int
    seq: int
    ver: int
    next: str
    retry_after: float
    change: int


class Answer(TypedDict, total=False):
    """The server's envelope: `code` 0 for done."""

    code: int
    msg: str
    data: Data
    rows: list[Frame]


class CallFailed(Exception):
    """The server's answer was not `code: 0`. `code` is the answer's."""

    def __init__(self, path: str, answer: Answer) -> None:
        super().__init__(f"{path}: {answer.get('code')} {answer.get('msg')}")
        self.code = answer.get("code", 0)


class Calls:
    """Calls to one server, `most` at once. As a context it closes its connections."""

    def __init__(self, host: str, port: int, most: int = 8) -> None:
        self._host, self._port = host, port
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._turn = asyncio.Semaphore(most)

    async def post(self, path: str, user_id: int, token: str, **fields: object) -> Answer:
        """The whole answer. Raises `CallFailed`, OSError or TimeoutError. A call that is told to slow down
        waits and is made again."""
        body = ujson.dumps({"userid": user_id, **fields}).encode()
        while True:
            answer = await self.post_body(path, token, "application/json", body)
            if answer["code"] != _TOO_MANY:
                break
            await asyncio.sleep(answer["data"]["retry_after"] * (1 + random.random()))
        if answer["code"]:
            raise CallFailed(path, answer)
        return answer

    async def post_body(self, path: str, token: str, content_type: str, body: bytes) -> Answer:
        """The answer, whatever it says."""
        return cast(Answer, ujson.loads(await self.ask("POST", path, token, content_type, body)))

    async def ask(
        self, method: str, path: str, token: str, content_type: str = "application/json", body: bytes = b""
    ) -> bytes:
        """The body of the answer, whatever it says."""
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n"
            f"Authorization: Bearer {token}\r\nContent-Type: {content_type}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode()
        async with self._turn, asyncio.timeout(PATIENCE_S):
            while self._idle:
                try:
                    return await self._exchange(*self._idle.pop(), head + body)
                except (OSError, EOFError):  # it was closed while it lay idle
                    continue
            return await self._exchange(*await asyncio.open_connection(self._host, self._port), head + body)

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, data: bytes
    ) -> bytes:
        try:
            writer.write(data)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line.split(b":")[1])
                for line in answer.lower().split(b"\r\n")
                if line.startswith(b"content-length")
            )
            found = await reader.readexactly(length)
        except BaseException:
            writer.close()
            raise
        self._idle.append((reader, writer))
        return found

    async def __aenter__(self) -> "Calls":
        return self

    async def __aexit__(self, *_: object) -> None:
        for _reader, writer in self._idle:
            writer.close()
        self._idle.clear()
