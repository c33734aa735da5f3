"""A call whose body is a file: multipart, spooled as it arrives.

The gate is passed in two steps. By its headers a call is let in as far as these go; who has no cookie and no
Bearer token may still name a user, and bring a `token`, in the fields of the body. So these are looked at
when all of it is there.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tornado.http1connection import HTTP1Connection
from tornado.web import HTTPError, stream_request_body

from actions import media
from handlers.http.gate import ApiHandler, C
from handlers.http.multipart import BrokenMultipart, MultipartReader
from media.spool import Spool
from protocol.errors import BadArgument, Refusal
from protocol.forms import Form

#: Bytes read beyond the largest file, of a request that is refused: a browser that is still sending would not
#: see the answer.
DRAIN_BYTES = 64 << 20


@stream_request_body
class StreamedHandler(ApiHandler[C]):
    """A refusal is told only when the body has been read: a page that is still sending does not listen.

    A `token` field comes before a file of more than `uploads.anonymous_max_bytes`.
    """

    _refusal: Refusal | HTTPError | None = None
    _reader: MultipartReader
    _spool: Spool | None = None
    _removal: "asyncio.Future[None] | None" = None
    _receiving = True

    async def prepare(self) -> None:
        self._bound_body()
        try:
            self.enter()
            if self.request.method != "OPTIONS":
                await self.recognise(Form({}))
                if self.session is not None:
                    self.take_limit()
                self._reader = MultipartReader(self.request.headers.get("Content-Type", ""))
                self._spool = await Spool.open(media.spool_root(self.app))
        except Refusal as refusal:
            self._refuse(refusal)
        except BrokenMultipart:
            self._refuse(HTTPError(400))

    def _refuse(self, refusal: Refusal | HTTPError) -> None:
        """Keeps the reason until it can be told, without its traceback, which holds this handler."""
        self._refusal = refusal.with_traceback(None)

    def _bound_body(self) -> None:
        connection = self.request.connection
        assert isinstance(connection, HTTP1Connection)
        most = self.app.config.uploads.max_bytes + DRAIN_BYTES
        announced = self.request.headers.get("Content-Length", "0")
        if announced.isdigit() and int(announced) > most:
            connection.set_max_body_size(int(announced))  # ours is the answer, not Tornado's 400
            raise media.too_large(self.app, known=True)
        connection.set_max_body_size(most)

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
            self._refuse(refusal)
        except BrokenMultipart:
            self._refuse(HTTPError(400))

    async def post(self) -> None:
        self._receiving = False
        try:
            await self.admit(await self._form())
            await super().post()
        finally:
            await self._discard()

    async def admit(self, form: Form) -> None:
        """What the headers did not say."""
        form.refuse_repeated("userid", "token")
        if "userid" in form or "token" in form:
            await self.recognise(form)
        if self.session is None or "token" in form:
            self.take_limit()
        self.command = self.read(form)

    @asynccontextmanager
    async def file(self) -> AsyncIterator[Spool]:
        """The file, for `answer`; it is gone when the block ends, before anybody has read the answer."""
        assert self._spool is not None
        try:
            yield self._spool
        finally:
            await self._discard()

    async def _discard(self) -> None:
        spool, self._spool = self._spool, None
        if spool:
            await spool.remove()

    def on_connection_close(self) -> None:
        super().on_connection_close()
        if self._receiving:
            self._removal = asyncio.ensure_future(self._discard())

    async def _form(self) -> Form:
        """The fields beside the file, when the whole body is there and in order."""
        refusal, self._refusal = self._refusal, None
        if refusal:
            try:
                raise refusal
            finally:
                del refusal  # it holds this frame by now
        if not self._reader.complete:
            raise HTTPError(400)
        if not self._reader.has_file:
            raise BadArgument("缺少文件", "Missing file")
        assert self._spool is not None
        await self._spool.finish()
        return Form.from_pairs(self._reader.fields)

    def _may_be_known(self) -> bool:
        """Whether more may be spooled than before login; `media.store` decides when it is known who
        sends."""
        return self.session is not None or any(name == "token" for name, _ in self._reader.fields)
