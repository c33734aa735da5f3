"""The WebSocket ``/chat?id=<userid>&token=<token>[&v=2]``: one connection of the hub for each connection."""

from tornado.util import ObjectDict
from tornado.web import HTTPError

from actions import sessions
from handlers.http import security
from handlers.http.base import BaseHandler
from handlers.socket.client import ChatClient
from hub.connection import Connection
from hub.websocket import handshake
from models.sessions import ConnectionStart
from protocol import frames, values
from protocol.clock import now_ms
from protocol.errors import Refusal
from protocol.frames import CloseCode
from protocol.limits import MAX_INT


class ChatSocket(BaseHandler):
    """The handshake. Once it is done a `ChatClient` has the conversation, and nothing of this handler, or of
    the request, is left.

    A user who has `limits.sockets_most` sockets gets no further one and is told so: were the oldest ended
    instead, its page would come back and end the next, without end.
    """

    cost = 1.0

    _id: int  # who has been let in
    _token: str  # by which
    _v2: bool
    _start: ConnectionStart  # what the hub has to know of the session
    _mark: int  # of the hub's journal, before the session was read

    async def prepare(self) -> None:
        """Lets in the user named by `id` with a token of theirs, or their cookie; anything else is a 403."""
        await super().prepare()
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
        self.user_id = self.caller_id = self._id = user_id
        self._v2 = bool(versions)
        if not self._token or not await self._read_start():
            raise HTTPError(403)
        self.show_session(user_id)

    async def get(self) -> None:
        """Answers the handshake, takes the connection from Tornado and opens it."""
        try:
            answer = handshake.accept(self.request.version, self.request.headers)
        except handshake.BadHandshake as refused:
            self.set_status(refused.status)
            for name, value in refused.headers.items():
                self.set_header(name, value)
            self.finish(str(refused))
            return
        held = self.app.budget.hold("sockets", self._id)
        stream = self.detach()
        self.ui = ObjectDict()  # the one that Tornado made has this handler in it, a cycle
        self.set_status(499 if stream.closed() else 101)
        self.application.log_request(self)
        if stream.closed():  # the client has not waited for its session to be looked up
            held.release()
            return
        client, transport = ChatClient(self.app, held), self.app.transports.open(stream, answer)
        session_id = self._start.session_id
        client.connection = self.app.hub.register(self._id, session_id, self._v2, self.lang, transport)
        try:
            await self._enter(client.connection)
        except BaseException:
            transport.cut()
            raise
        finally:
            transport.start(client)

    async def _read_start(self) -> bool:
        """Whether the token opens a session of the user."""
        self._mark = self.app.hub.journal.mark
        start = await sessions.enter(self.app, self._id, self._token)
        if start is not None:
            self._start = start
        return start is not None

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


routes = [(r"/chat", ChatSocket)]
