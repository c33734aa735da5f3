"""/attach/upload takes files in, /mnt/ hands them out."""

import asyncio
import re
from email.utils import formatdate

from tornado.web import HTTPError, stream_request_body

from actions import media
from handlers.http import security
from handlers.http.body import BrokenMultipart, MultipartReader
from handlers.http.gate import Access, ApiHandler, BaseHandler
from media.kinds import kind_of_name
from media.spool import Spool
from protocol import envelope
from protocol.errors import BadArgument, NotLoggedIn, Refusal
from protocol.forms import Form

#: Bytes read beyond the largest file, of a request that is refused: a browser that is still sending would not
#: see the answer.
DRAIN_BYTES = 64 << 20
CHUNK = 256 * 1024  #: bytes of a file read and sent at once
ONE_YEAR = 365 * 86400

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@stream_request_body
class UploadHandler(ApiHandler):
    """Form fields file, filetype (ignored: content decides), userid, token → data: the media's url.

    The answer carries pic, type, bytes, width and height beside it. The file is spooled as it arrives. Who
    has no cookie and no Bearer token but a `token` field puts that before a file of more than
    `uploads.anonymous_max_bytes`.

    A refusal is told only when the body has been read: a page that is still sending does not listen.
    """

    access = Access.UPLOAD
    action = "upload"
    anonymous_action = "anonymous_upload"

    _refusal: Refusal | HTTPError | None = None
    _spool: Spool | None = None
    _receiving = True

    async def prepare(self) -> None:
        most = self.app.config.uploads.max_bytes + DRAIN_BYTES
        announced = self.request.headers.get("Content-Length", "0")
        if announced.isdigit() and int(announced) > most:
            self.request.connection.set_max_body_size(int(announced))  # ours is the answer, not Tornado's 400
            raise media.too_large(self.app, known=True)
        self.request.connection.set_max_body_size(most)
        try:
            await super().prepare()
            if self.request.method == "POST":
                self._reader = MultipartReader(self.request.headers.get("Content-Type", ""))
                self._spool = await Spool.open(media.spool_root(self.app))
        except Refusal as refusal:
            self._refusal = refusal
        except BrokenMultipart:
            self._refusal = HTTPError(400)

    async def data_received(self, chunk: bytes) -> None:
        """The loop reads on when this returns, so a slow disk slows the sender down."""
        if self._spool is None or self._refusal:
            return
        try:
            data = self._reader.feed(chunk)
            known = self._may_be_known()
            if self._spool.size + len(data) > media.max_bytes(self.app, known):
                raise media.too_large(self.app, known)
            if data:
                await self._spool.write(data)
        except Refusal as refusal:
            self._refusal = refusal
        except BrokenMultipart:
            self._refusal = HTTPError(400)

    async def post(self) -> None:
        self._receiving = False
        try:
            await self._check_body()
            stored = await media.store(self.app, self._spool, self.user_id)
        finally:
            if self._spool:
                await self._spool.remove()
        self.code = 0
        self.write_json(envelope.ok(stored.pop("url"), **stored))

    def on_connection_close(self) -> None:
        super().on_connection_close()
        if self._receiving and self._spool:
            self._removal = asyncio.ensure_future(self._spool.remove())

    async def _check_body(self) -> None:
        """The whole body is there: is it in order, and who sends it?"""
        if self._refusal:
            raise self._refusal
        if not self._reader.complete:
            raise HTTPError(400)
        if not self._reader.has_file:
            raise BadArgument("缺少文件", "Missing file")
        await self._spool.finish()
        self.form = Form.from_pairs(self._reader.fields)
        self.form.refuse_repeated("userid", "token")
        if "userid" in self.form or "token" in self.form:
            await self._authenticate()
        has_token = "token" in self.form or security.bearer_token(self.request)
        if self.user_id is None and has_token:
            raise NotLoggedIn()
        if self.user_id is None or "token" in self.form:
            super()._check_rate()

    def _check_rate(self) -> None:
        """Before the body is read only for who is known: a body can hold the token."""
        if self.user_id is not None:
            super()._check_rate()

    def _may_be_known(self) -> bool:
        """Whether more may be spooled than before login; `uploads.store` decides when it is known who
        sends."""
        return self.user_id is not None or any(name == "token" for name, _ in self._reader.fields)


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

    async def _send(self, key: str, blob) -> None:
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

    def _set_headers(self, key: str, blob) -> None:
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


routes = [
    (r"/attach/upload", UploadHandler),
    (r"/mnt/(.*)", MediaHandler),
]
