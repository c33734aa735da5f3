"""The WebSocket ``/chat?id=<userid>&token=<token>[&v=2]``: one node of the hub for each connection."""

from collections.abc import Awaitable

from tornado.web import HTTPError
from tornado.websocket import WebSocketHandler, WebSocketProtocol

from actions import sessions
from handlers.http import security
from handlers.http.base import BaseHandler
from handlers.socket.session import ChatClient
from models.sessions import Entrance
from protocol import frames, values
from protocol.clock import now_ms
from protocol.errors import Refusal
from protocol.frames import CloseCode
from protocol.limits import MAX_INT


class ChatSocket(BaseHandler, WebSocketHandler):
    """The handshake. Once it is done a `ChatClient` has the conversation; with the fast transport nothing of
    this handler is left then."""

    user_id: int
    _client: ChatClient | None = None
    _entrance: Entrance | None = None
    _mark = 0  # of the hub's journal, before the entrance was read
    _token = ""
    _v2 = False

    # --- the handshake ------------------------------------------------------------------------------------

    async def prepare(self) -> None:
        """Lets in the user named by `id` with a token of theirs, or their cookie; anything else is a 403."""
        if self.app.draining:
            raise HTTPError(503)
        if not security.origin_allowed(self.request, self.settings["proxies"], self.app.config.auth.origins):
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
        self.user_id = self.caller_id = user_id
        self._v2 = bool(versions)
        if not self._token or not await self._read_entrance():
            raise HTTPError(403)

    async def _read_entrance(self) -> bool:
        """Whether the token opens a session of the user; what the hub has to know of it is kept for
        `open`."""
        self._mark = self.app.hub.journal.mark
        self._entrance = await sessions.enter(self.app, self.user_id, self._token)
        return self._entrance is not None

    def check_origin(self, origin: str) -> bool:
        """Judged in `prepare`, also where Tornado would not ask."""
        return True

    def get_websocket_protocol(self) -> WebSocketProtocol | None:
        stock = super().get_websocket_protocol()
        return stock and self.app.sockets.protocol(stock)

    async def open(self) -> None:
        """The node enters its rooms, and the welcome is its first frame: what is published from then on
        reaches it."""
        self._client = client = ChatClient(self.app)
        transport = self.app.sockets.take(self, client)
        hub, entrance = self.app.hub, self._entrance
        client.node = node = hub.register(self.user_id, entrance.session_id, self._v2, self.lang, transport)
        try:
            while not hub.enter(node, self._entrance.room_ids, self._mark, self._welcome()):
                if not await self._read_entrance():
                    node.close(CloseCode.REVOKED, "session revoked")
                    return
        except Refusal:
            node.close(CloseCode.RESTART, "try again")
        except BaseException:
            client.on_close()  # Tornado does not call it for a connection that never opened
            raise

    def _welcome(self) -> str | None:
        """The first frame of a v2 node; a classic one would draw it as a message."""
        hub = self.app.config.hub
        return (
            frames.welcome(self._entrance.epoch, now_ms(), hub.heartbeat, hub.max_frame) if self._v2 else None
        )

    # --- with a stock transport -----------------------------------------------------------------------------

    def on_message(self, raw: str | bytes) -> Awaitable[None] | None:
        return self._client.on_message(raw)

    def on_close(self) -> None:
        if self._client is not None:
            self._client.on_close()


routes = [(r"/chat", ChatSocket)]
