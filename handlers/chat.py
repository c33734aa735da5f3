"""The WebSocket ``/chat?id=<userid>&token=<token>[&v=2]``: one node of the hub for each connection."""

from collections.abc import Awaitable

from tornado.web import HTTPError
from tornado.websocket import WebSocketHandler, WebSocketProtocol

from actions import accounts
from handlers import security
from handlers.base import BaseHandler
from handlers.dialogue import ChatClient
from models.base import now_ms
from models.entrance import entrance
from protocol import frames, values
from protocol.errors import Refusal
from protocol.frames import CloseCode


class ChatSocket(BaseHandler, WebSocketHandler):
    """The handshake. Once it is done a `ChatClient` has the conversation; with the fast transport nothing of this
    handler is left then."""

    _client: ChatClient | None = None
    _v2 = False
    _session_id = 0

    # --- the handshake ------------------------------------------------------------------------------------

    async def prepare(self) -> None:
        """Lets in the user named by `id` with a token of theirs, or their cookie; anything else is a 403."""
        if self.app.draining:
            raise HTTPError(503)
        if not security.origin_allowed(self.request, self.settings["proxies"], self.app.config.auth.origins):
            raise HTTPError(403)
        arguments = self.request.query_arguments
        ids, tokens, versions = (
            [value.decode("utf-8", "replace") for value in arguments.get(name, ())] for name in ("id", "token", "v")
        )
        if len(ids) != 1 or len(tokens) > 1 or versions not in ([], ["2"]):
            raise HTTPError(403)
        user_id = values.digits(ids[0])
        if type(user_id) is not int or not 1 <= user_id <= values.MAX_INT:
            raise HTTPError(403)
        token = tokens[0] if tokens else security.cookie_tokens(self.request, self.secure).get(user_id)
        found = await accounts.authenticate(self.app, [token]) if token else []
        if not found or found[0].user_id != user_id:
            raise HTTPError(403)
        self.user_id, self._session_id, self._v2 = user_id, found[0].id, bool(versions)

    def check_origin(self, origin: str) -> bool:
        """Judged in `prepare`, also where Tornado would not ask."""
        return True

    def get_websocket_protocol(self) -> WebSocketProtocol | None:
        stock = super().get_websocket_protocol()
        return stock and self.app.sockets.protocol(stock)

    async def open(self) -> None:
        """The node is in the hub before its rooms are read, so that one joined meanwhile is not missed. What is
        published after the welcome reaches this node."""
        self._client = client = ChatClient(self.app)
        transport = self.app.sockets.take(self, client)
        client.node = node = self.app.hub.register(self.user_id, self._session_id, self._v2, self.lang, transport)
        try:
            found = await self.app.db.run(entrance, self.user_id, self._session_id)
        except Refusal:
            node.close(CloseCode.RESTART, "try again")
            return
        except BaseException:
            client.on_close()  # Tornado does not call it for a connection that never opened
            raise
        if found is None:
            node.close(CloseCode.REVOKED, "session revoked")
            return
        room_ids, epoch = found
        hub = self.app.config.hub
        welcome = frames.welcome(epoch, now_ms(), hub.heartbeat, hub.max_frame) if self._v2 else None
        self.app.hub.enter(node, room_ids, welcome)

    # --- with a stock transport -----------------------------------------------------------------------------

    def on_message(self, raw: str | bytes) -> Awaitable[None] | None:
        return self._client.on_message(raw)

    def on_close(self) -> None:
        if self._client is not None:
            self._client.on_close()


routes = [(r"/chat", ChatSocket)]
