"""/attach/upload takes files in, /mnt/ hands them out."""

import asyncio
import secrets
from email.utils import formatdate
from typing import TYPE_CHECKING

from tornado.http1connection import HTTP1Connection
from tornado.iostream import StreamClosedError

from actions import media
from handlers.http.base import BaseHandler
from handlers.http.conditions import File, wanted
from handlers.http.gate import routes_of
from handlers.http.streamed import StreamedHandler
from media.kinds import kind_of_name
from media.prepare import Sender
from protocol.errors import SlowDown, TryAgain
from protocol.media import Upload, disposition, is_name, missing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from actions.budget import Holding
    from media.kinds import Kind
    from storage.base import Blob

#: Bytes of a file read and sent at once: this is what a client that does not read holds of our memory. One
#: that has taken more than the kernel may keep for it (4 MiB) does read, and gets larger ones.
CHUNK, LARGE_CHUNK, TAKEN = 16 << 10, 64 << 10, 5 << 20
#: Seconds after which a client that has not taken a piece is a slow one. Who hardly takes anything is cut off
#: (`handlers.http.streams`).
PATIENCE_S = 1
ONE_YEAR = 365 * 86400

#: Bytes of an answer, or a part [start, end) of the file.
Piece = bytes | tuple[int, int]


class UploadHandler(StreamedHandler[Upload]):
    """Form fields file, raw, filetype (ignored: content decides), userid, token → data: the media's url, and
    pic, type, bytes, width, height and frames beside it."""

    async def answer(self, command: Upload) -> None:
        owner = self.user_id if self.session else None
        sender = Sender(owner or self.network, owner is not None, self.disconnected)
        async with self.file() as file:
            raw = bool(command.raw)
            stored = await media.store(self.app, file, owner, self.file_name, sender, raw)
        self.reply(
            stored["url"],
            pic=stored["pic"],
            type=stored["type"],
            bytes=stored["bytes"],
            width=stored["width"],
            height=stored["height"],
            frames=stored["frames"],
        )


class MediaHandler(BaseHandler):
    """Stored media, public by its unguessable address: from here with ranges, or by a redirect. With
    ``?name=`` it is saved under that name."""

    SUPPORTED_METHODS = ("GET", "HEAD")

    _slow: "Holding | None" = None  #: what a client that takes its time has of our patience

    async def get(self, key: str) -> None:
        if not is_name(key):
            raise missing()
        kind = kind_of_name(key)
        name = self.request.query_arguments.get("name", [b""])[-1].decode("utf-8", "replace")
        if url := self.app.storage.url_for(key, self.request.method or "GET", name, kind.inline):
            self._redirect(url)
            return
        blob = await self.app.storage.open(key)
        try:
            await self._send(key, kind, name, blob)
        finally:
            await blob.close()

    head = get

    def compute_etag(self) -> None:
        """Ours is made of the key."""

    def _redirect(self, url: str) -> None:
        seconds = self.app.storage.url_seconds or ONE_YEAR
        self.set_header("Cache-Control", f"private, max-age={seconds // 2}")
        self.redirect(url, status=302)

    async def _send(self, key: str, kind: "Kind", name: str, blob: "Blob") -> None:
        file = File(blob.size, f'"{key.rpartition("/")[2]}"', int(blob.modified))  # an object never changes
        self.set_header("Content-Type", kind.mime)
        self.set_header("Content-Disposition", disposition(kind.inline, name))
        self.set_header("Content-Security-Policy", "sandbox; default-src 'none'")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cache-Control", f"private, max-age={ONE_YEAR}, immutable")
        self.set_header("Accept-Ranges", "bytes")
        self.set_header("Etag", file.etag)
        self.set_header("Last-Modified", formatdate(file.modified, usegmt=True))
        status, parts = wanted(self.request.method or "GET", self.request.headers, file)
        self.set_status(status)
        pieces = self._framed(parts, file, kind) if len(parts) > 1 else list(parts)
        if status == 416:
            self.set_header("Content-Range", f"bytes */{file.size}")
        elif status == 206 and len(parts) == 1:
            self.set_header("Content-Range", _content_range(*parts[0], file.size))
        if status != 304:
            length = sum(len(piece) if isinstance(piece, bytes) else piece[1] - piece[0] for piece in pieces)
            self.set_header("Content-Length", str(length))
        if self.request.method != "HEAD":
            await self._write(pieces, blob)

    def _framed(self, parts: list[tuple[int, int]], file: File, kind: "Kind") -> list[Piece]:
        """Several parts in one answer, multipart/byteranges: heads, and parts of the file."""
        boundary = secrets.token_hex(16)
        self.set_header("Content-Type", f"multipart/byteranges; boundary={boundary}")
        pieces: list[Piece] = []
        for start, end in parts:
            where = _content_range(start, end, file.size)
            head = f"\r\n--{boundary}\r\nContent-Type: {kind.mime}\r\nContent-Range: {where}\r\n\r\n"
            pieces += [head.encode(), (start, end)]
        return [*pieces, f"\r\n--{boundary}--\r\n".encode()]

    async def _write(self, pieces: "Sequence[Piece]", blob: "Blob") -> None:
        """Piece by piece, each when the one before is gone. A file that cannot be read any more, and a client
        that is one slow one too many, end the connection: the length is told already."""
        taken = 0
        try:
            for piece in pieces:
                if isinstance(piece, bytes):
                    self.write(piece)
                    continue
                start, end = piece
                while start < end:
                    size = LARGE_CHUNK if taken > TAKEN and self._slow is None else CHUNK
                    data = await blob.read(start, min(size, end - start))
                    start, taken = start + len(data), taken + len(data)
                    self.write(data)
                    del data  # it is in the stream's buffer by now, and this waits
                    await self._pass_on()
        except (TryAgain, SlowDown):
            connection = self.request.connection
            assert isinstance(connection, HTTP1Connection)
            connection.stream.close()
            raise StreamClosedError from None
        finally:
            if self._slow:
                self._slow.release()

    async def _pass_on(self) -> None:
        """Waits until the client has taken what is written. StreamClosedError when it has gone, SlowDown when
        too many at its address take their time."""
        passing = asyncio.ensure_future(self.flush())
        await asyncio.wait([passing], timeout=PATIENCE_S)
        if not passing.done() and self._slow is None:
            self._slow = self.app.budget.hold("slow_downloads", self.network)
        await passing


def _content_range(start: int, end: int, size: int) -> str:
    return f"bytes {start}-{end - 1}/{size}"


routes = [*routes_of(UploadHandler), (r"/mnt/(.*)", MediaHandler)]
