"""Somebody's website on this machine, for links in messages: `website()`.

async with website() as site:
    site.pages["/"] = html("<title>Home</title>")
    async with running(tmp_path, {"previews.allow": [site.place]}) as app: …
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

#: What answers with nothing else at once.
Answer = bytes | list[bytes]


def answer(
    body: bytes, kind: str = "text/html; charset=utf-8", status: str = "200 OK", **lines: str
) -> bytes:
    """An answer as it goes over the wire; `lines`: more of its head."""
    head = {"Content-Type": kind, "Content-Length": str(len(body)), "Connection": "close"}
    head |= {name.replace("_", "-"): value for name, value in lines.items()}
    told = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"HTTP/1.1 {status}\r\n{told}\r\n".encode() + body


def html(head: str, body: str = "", **lines: str) -> bytes:
    """A page with this in its head."""
    return answer(f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode(), **lines)


def moved(to: str) -> bytes:
    """It is somewhere else."""
    return answer(b"", status="302 Found", Location=to)


class Website:
    """`pages`: what is answered, whole or piece by piece, by path; `asked`: how often each was asked for;
    `connections`: how often somebody came at all; `heads`: what they said."""

    def __init__(self, host: str, port: int) -> None:
        self.place = f"{host}:{port}"
        self.url = f"http://{self.place}"
        self.pages: dict[str, Answer] = {}
        self.asked: Counter[str] = Counter()
        self.connections = 0
        self.heads: list[str] = []
        self.pause_s = 0.0  #: between two pieces
        self.open = asyncio.Event()  #: nothing is answered before it is set
        self.open.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.heads.append(head)
            path = head.split()[1]
            self.asked[path] += 1
            await self.open.wait()
            said = self.pages.get(path, answer(b"", status="404 Not Found"))
            for piece in [said] if isinstance(said, bytes) else said:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(self.pause_s)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()


@asynccontextmanager
async def website() -> AsyncIterator[Website]:
    """One on a free port, until the block ends."""
    server = await asyncio.start_server(lambda reader, writer: site.serve(reader, writer), "127.0.0.1", 0)
    site = Website(*server.sockets[0].getsockname()[:2])
    try:
        yield site
    finally:
        server.close()
