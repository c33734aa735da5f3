"""The WebSocket ``/chat?id=<userid>&token=<token>[&v=2]``: one connection of the hub for each connection.

A handshake is decided on a request's head, before there is a handler: making one costs more than all that has
to be asked. Who is refused is told so by one, `ChatSocket`, as everybody else is.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, cast

from tornado.http1connection import HTTP1Connection
from tornado.httputil import (
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerRequest,
    RequestStartLine,
    ResponseStartLine,
)
from tornado.web import Application, HTTPError, RequestHandler

from actions.budget import Holding
from handlers.http import security
from handlers.http.base import BaseHandler
from handlers.http.caller import Caller
from handlers.socket.client import ChatClient
from handlers.socket.head import Head
from hub.connection import Connection
from hub.websocket import Transport, handshake
from models.sessions import ConnectionStart
from protocol import frames, values
from protocol.clock import now_ms
from protocol.errors import Refusal
from protocol.frames import CloseCode
from protocol.limits import MAX_INT

if TYPE_CHECKING:
    from handlers.http.newcomers import Newcomer

log = logging.getLogger("magpie")

_COST = 1.0


class Arrival(Caller, HTTPMessageDelegate):
    """One handshake. Once it is done a `ChatClient` has the conversation, and nothing of the request is left.

    A user who has `limits.sockets_most` sockets gets no further one and is told so: were the oldest ended
    instead, its page would come back and end the next, without end.
    """

    cost = _COST

    refusal: Exception | None = None  #: why it is refused
    _handler: HTTPMessageDelegate | None = None  # says so
    _status = 101

    _id: int  # who has been let in
    _token: str  # by which
    _v2: bool
    _start: ConnectionStart  # what the hub has to know of the session
    _mark: int  # of the hub's journal, before the session was read

    def __init__(self, site: Application, request: HTTPServerRequest) -> None:
        self._site, self.request = site, request

    @property
    def settings(self) -> dict[str, Any]:
        return self._site.settings

    def get_status(self) -> int:
        """What it was answered with, for the log: as a handler's."""
        return self._status

    # --- what Tornado tells of the request ----------------------------------------------------------------

    async def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> None:
        place = self.place
        if place is not None:
            place.stream.receiving = False  # it has come, whole
            place.begin()
        welcome = await self._let_in() if self.refusal is None else None
        if welcome is None:
            await self._refuse(start_line, headers)
            return
        answer, held = welcome
        connection = self.request.connection
        assert isinstance(connection, HTTP1Connection)
        stream = connection.detach()
        if stream.closed():  # the client has not waited for its session to be looked up
            self._status = 499
            held.release()
        self._site.log_request(cast(RequestHandler, self))
        if stream.closed():
            return
        await self._open(lambda: self.app.transports.open(stream, answer), held)

    async def _refuse(self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders) -> None:
        if isinstance(self.request, Head):
            self.request.complete()
        self._handler = self._site.get_handler_delegate(self.request, ChatSocket, {"arrival": self})
        waiting = self._handler.headers_received(start_line, headers)
        if waiting is not None:
            await waiting

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        return None if self._handler is None else self._handler.data_received(chunk)

    def finish(self) -> None:
        if self._handler is not None:
            self._handler.finish()

    def on_connection_close(self) -> None:
        if self._handler is not None:
            self._handler.on_connection_close()

    # --- of a connection that Tornado has never had ------------------------------------------------------

    async def answer(self, newcomer: "Newcomer") -> None:
        """All of the above in one."""
        if newcomer.place is not None:
            newcomer.place.begin()
        welcome = await self._let_in()
        if welcome is None:
            newcomer.refuse(self)
            return
        answer, held = welcome
        left = newcomer.leave()
        if left is None:
            self._status = 499
            held.release()
        self._site.log_request(cast(RequestHandler, self))
        if left is not None:
            await self._open(lambda: self.app.transports.take(*left, answer), held)

    def ask_again(
        self, connection: HTTP1Connection, start_line: RequestStartLine, headers: HTTPHeaders
    ) -> None:
        """The request has come to Tornado, because this is refused."""
        begun = self.request._start_time
        self.request = HTTPServerRequest(connection=connection, start_line=start_line, headers=headers)
        self.request._start_time = begun

    # --- who is let in ------------------------------------------------------------------------------------

    async def _let_in(self) -> tuple[bytes, Holding] | None:
        """The answer to the handshake, and the user's share that it takes; None, and `refusal`, when it is
        refused."""
        try:
            await self.check()
            answer = handshake.accept(self.request.version, self.request.headers)
            return answer, self.app.budget.hold("sockets", self._id)
        except Exception as refusal:
            self.refusal = refusal
            return None

    async def check(self) -> None:
        """Lets in the user named by `id` with a token of theirs, or their cookie; anything else is a 403."""
        await self.pace()
        self.count()
        if self.app.draining:
            raise HTTPError(503)
        if not self.settings["origins"].allow(self.request):
            raise HTTPError(403)
        arguments = self.request.query_arguments
        ids, tokens, versions = (
            [value.decode("utf-8", "replace") for value in arguments.get(name, ())]
            for name in ("id", "token", "v")
        )
        if len(ids) != 1 or len(tokens) > 1 or versions not in ([], ["2"]):
            raise HTTPError(403)
        user_id = values.digits(ids[0])
        if type(user_id) is not int or not 1 <= user_id <= MAX_INT:
            raise HTTPError(403)
        token = tokens[0] if tokens else ""  # a classic page that came without one sends it empty
        self._token = token or security.cookie_tokens(self.request, self.secure).get(user_id, "")
        self.caller_id = self._id = user_id
        self._v2 = bool(versions)
        if not self._token or not await self._read_start():
            raise HTTPError(403)
        self.show_session(user_id)

    async def _read_start(self) -> bool:
        """Whether the token opens a session of the user."""
        self._mark = self.app.hub.journal.mark
        start = await self.app.handshakes.look_up(self._id, self._token)
        if start is not None:
            self._start = start
        return start is not None

    # --- the connection -----------------------------------------------------------------------------------

    async def _open(self, make: Callable[[], Transport], held: Holding) -> None:
        """Opens the connection on the transport that `make` makes."""
        try:
            await self._begin(make(), ChatClient(self.app, held))
        except Exception as error:
            self._log_crash(error)

    async def _begin(self, transport: Transport, client: ChatClient) -> None:
        session_id = self._start.session_id
        client.connection = self.app.hub.register(self._id, session_id, self._v2, self.lang, transport)
        try:
            await self._enter(client.connection)
        except BaseException:
            transport.send(b"")  # the answer, if nothing has taken it along
            transport.cut()
            raise
        finally:
            transport.start(client)

    async def _enter(self, connection: Connection) -> None:
        """The connection enters its rooms, and the welcome is its first frame: what is published from then on
        reaches it."""
        hub = self.app.hub
        try:
            while not hub.enter(connection, self._start.group_ids, self._mark, self._welcome()):
                if not await self._read_start():
                    connection.close(CloseCode.REVOKED, "session revoked")
                    return
        except Refusal:
            connection.close(CloseCode.RESTART, "try again")

    def _welcome(self) -> bytes | None:
        """The first frame of a v2 connection; a classic one would draw it as a message."""
        hub = self.app.config.hub
        return frames.welcome(self._start.epoch, now_ms(), hub.heartbeat, hub.max_frame) if self._v2 else None

    def _log_crash(self, error: Exception) -> None:
        """As a handler's; nobody is left to be answered."""
        log.error(
            "crash id=%s method=%s path=%s user=%s",
            self.request_id,
            self.request.method,
            self.request.path,
            self.caller_id,
            exc_info=error,
        )


class ChatSocket(BaseHandler):
    """Says no: to the handshake that is refused, and to what is none."""

    cost = _COST

    _arrival: Arrival | None

    def initialize(self, arrival: Arrival | None = None) -> None:
        self._arrival = arrival

    async def prepare(self) -> None:
        arrival = self._arrival or Arrival(self.application, self.request)
        try:
            if arrival is not self._arrival:
                await arrival.check()
        finally:
            self.caller_id, self.payer = arrival.caller_id, arrival.payer
        if arrival.refusal is not None and not isinstance(arrival.refusal, handshake.BadHandshake):
            raise arrival.refusal

    def get(self) -> None:
        refusal = None if self._arrival is None else self._arrival.refusal
        if not isinstance(refusal, handshake.BadHandshake):
            refusal = handshake.BadHandshake(400, "A handshake has no body")
        self.set_status(refusal.status)
        for name, value in refusal.headers.items():
            self.set_header(name, value)
        self.finish(str(refusal))

    def on_finish(self) -> None:
        super().on_finish()
        if self._arrival is not None:
            self._arrival.refusal = None  # a cycle, and this is another
            self._arrival = None


routes = [(r"/chat", ChatSocket)]
