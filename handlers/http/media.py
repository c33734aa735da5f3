"""/attach/upload takes files in, /mnt/ hands them out."""

import re
from email.utils import formatdate
from typing import TYPE_CHECKING

from actions import media
from actions.budget import address_key
from handlers.http.base import BaseHandler
from handlers.http.gate import routes_of
from handlers.http.streamed import StreamedHandler
from media.kinds import kind_of_name
from media.prepare import Sender
from protocol.media import Upload

if TYPE_CHECKING:
    from storage.base import Blob

CHUNK = 256 * 1024  #: bytes of a file read and sent at once
ONE_YEAR = 365 * 86400

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class UploadHandler(StreamedHandler[Upload]):
    """Form fields file, raw, filetype (ignored: content decides), userid, token → data: the media's url, and
    pic, type, bytes, width, height and frames beside it."""

    _sender: Sender | None = None

    async def answer(self, command: Upload) -> None:
        owner = self.user_id if self.session else None
        self._sender = Sender(owner or address_key(self.address), known=owner is not None)
        async with self.file() as file:
            stored = await media.store(self.app, file, owner, self._sender, bool(command.raw))
        self.reply(
            stored["url"],
            pic=stored["pic"],
            type=stored["type"],
            bytes=stored["bytes"],
            width=stored["width"],
            height=stored["height"],
            frames=stored["frames"],
        )

    def on_connection_close(self) -> None:
        super().on_connection_close()
        if self._sender:
            self._sender.gone.set()


class MediaHandler(BaseHandler):
    """Stored media, public by its unguessable address: from here with ranges, or by a redirect."""

    SUPPORTED_METHODS = ("GET", "HEAD")

    async def get(self, key: str) -> None:
        if url := self.app.storage.url_for(key, self.request.method):
            self._redirect(url)
            return
        blob = await self.app.storage.open(key)
        try:
            await self._send(key, blob)
        finally:
            await blob.close()

    head = get

    def compute_etag(self) -> None:
        """Ours is made of the key."""

    def _redirect(self, url: str) -> None:
        seconds = self.app.storage.url_seconds or ONE_YEAR
        self.set_header("Cache-Control", f"private, max-age={seconds // 2}")
        self.redirect(url, status=302)

    async def _send(self, key: str, blob: "Blob") -> None:
        self._set_headers(key, blob)
        if self.request.headers.get("If-None-Match") == self._headers["Etag"]:
            self.set_status(304)
            return
        start, end = self._wanted(blob.size)
        self.set_header("Content-Length", str(end - start))
        if self.request.method == "HEAD":
            return
        for offset in range(start, end, CHUNK):
            self.write(await blob.read(offset, min(CHUNK, end - offset)))
            await self.flush()

    def _set_headers(self, key: str, blob: "Blob") -> None:
        kind = kind_of_name(key)
        self.set_header("Content-Type", kind.mime)
        self.set_header("Content-Disposition", "inline" if kind.inline else "attachment")
        self.set_header("Content-Security-Policy", "sandbox; default-src 'none'")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cache-Control", f"private, max-age={ONE_YEAR}, immutable")
        self.set_header("Accept-Ranges", "bytes")
        self.set_header("Etag", f'"{key.rpartition("/")[2]}"')  # an object never changes
        self.set_header("Last-Modified", formatdate(blob.modified, usegmt=True))

    def _wanted(self, size: int) -> tuple[int, int]:
        """First byte and end of what is to be sent. One range is understood; else all is sent, as HTTP
        allows."""
        match = _RANGE.fullmatch(self.request.headers.get("Range", ""))
        condition = self.request.headers.get("If-Range", self._headers["Etag"])
        if not match or match[0] == "bytes=-" or condition != self._headers["Etag"]:
            return 0, size
        first, last = match.groups()
        if not first:
            start, end = max(0, size - int(last)), size
        else:
            start, end = int(first), min(int(last) + 1 if last else size, size)
        if first and last and int(last) < int(first):
            return 0, size
        if start >= end:
            self.set_header("Content-Range", f"bytes */{size}")
            self.set_header("Content-Length", "0")
            self.set_status(416)
            return 0, 0
        self.set_status(206)
        self.set_header("Content-Range", f"bytes {start}-{end - 1}/{size}")
        return start, end


routes = [*routes_of(UploadHandler), (r"/mnt/(.*)", MediaHandler)]
