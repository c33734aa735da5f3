"""A call whose body is a file: multipart, spooled as it arrives.

The gate is passed in steps. By its headers a call is let in as far as these go; who has no cookie and no
Bearer token may still name a user, and bring a `token`, in the fields of the body. Those in front of the file
are looked at when it begins, before anything is spooled, and all of them when all is there.
"""

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager

from tornado.http1connection import HTTP1Connection
from tornado.web import HTTPError, stream_request_body

from actions import media
from actions.budget import Counted
from actions.media import Incoming
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
    """A refusal is told only when the body has been read: a page that is still sending does not listen. What
    was spooled until then goes at once.

    A `token` field comes before a file of more than `uploads.anonymous_max_bytes`.
    """

    _refusal: Refusal | HTTPError | None = None
    _reader: MultipartReader
    _incoming: Incoming | None = None
    _counted: "tuple[dict[str, Hashable], Counted] | None" = None  #: the limit that this call counts against
    _removal: "asyncio.Future[None] | None" = None
    _receiving = True

    async def prepare(self) -> None:
        self._bound_body()
        try:
            self.enter()
            if self.request.method != "OPTIONS":
                await self.recognise(Form({}))
                self._reader = MultipartReader(self.request.headers.get("Content-Type", ""))
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

    # --- while the body arrives ---------------------------------------------------------------------------

    async def data_received(self, chunk: bytes) -> None:
        """The loop reads on when this returns, so a slow disk slows the sender down."""
        if self._refusal or self.request.method == "OPTIONS":
            return
        try:
            if data := self._reader.feed(chunk):
                if self._incoming is None:
                    await self._begin()
                await self._write(data)
        except Refusal as refusal:
            self._refuse(refusal)
        except BrokenMultipart:
            self._refuse(HTTPError(400))
        if self._refusal:
            await self._discard()

    async def _begin(self) -> None:
        """The file begins. Who sends it is known as far as the fields before it tell; a `token` that is
        nobody's ends it here."""
        form = Form.from_pairs(self._reader.fields)
        if "token" in form or (self.session is not None and "userid" in form):
            await self.recognise(form)
        await self.take_limit()
        user_id = self.session.user_id if self.session else None
        incoming = await Incoming.begin(self.app, self.network, user_id)
        if self._receiving:
            self._incoming = incoming
        else:  # the sender has gone meanwhile
            await incoming.remove()
            await self._give_back()

    async def _write(self, data: bytes) -> None:
        if self._incoming is not None:
            await self._incoming.write(data, known=self.session is not None)

    async def take_limit(self) -> None:
        """Counts the call once: by its user, and by its address as long as none is known."""
        counts = self.counts
        if self._counted is None or self._counted[0] != counts:
            await self._give_back()
            self._counted = (counts, await self.app.budget.count(counts))

    async def _give_back(self) -> None:
        counted, self._counted = self._counted, None
        if counted:
            await counted[1].give_back()

    # --- when all of it is there --------------------------------------------------------------------------

    async def post(self) -> None:
        self._receiving = False
        try:
            await self.admit(await self._form())
            await super().post()
        finally:
            await self._discard()

    async def admit(self, form: Form) -> None:
        """What the headers did not say, and the fields before the file."""
        form.refuse_repeated("userid", "token")
        if "userid" in form or "token" in form:
            await self.recognise(form)
        await self.take_limit()
        self.command = self.read(form)

    @asynccontextmanager
    async def file(self) -> AsyncIterator[Spool]:
        """The file, for `answer`; it is gone when the block ends, before anybody has read the answer."""
        assert self._incoming is not None
        try:
            yield self._incoming.spool
        finally:
            await self._discard()

    @property
    def file_name(self) -> str:
        """What the sender calls the file."""
        return self._reader.file_name

    def on_finish(self) -> None:
        super().on_finish()
        self._receiving = False

    def on_connection_close(self) -> None:
        """The sender broke off: it counts for nothing."""
        super().on_connection_close()
        if self._receiving:
            self._receiving = False
            self._removal = asyncio.ensure_future(self._forget())

    async def _forget(self) -> None:
        await self._discard()
        await self._give_back()

    async def _discard(self) -> None:
        incoming, self._incoming = self._incoming, None
        if incoming:
            await incoming.remove()

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
        if self._incoming is None:
            raise BadArgument("缺少文件", "Missing file")
        await self._incoming.spool.finish()
        return Form.from_pairs(self._reader.fields)
