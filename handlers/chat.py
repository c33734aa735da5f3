"""The WebSocket ``/chat?id=<userid>&token=<token>[&v=2]``: one node of the hub for each connection."""

import time
from collections import deque

from tornado.web import HTTPError
from tornado.websocket import WebSocketHandler

from actions import accounts, messages, receipts
from handlers import security
from handlers.base import BaseHandler
from hub.node import Node
from hub.transport import StockTransport, StrictProtocol
from models.base import now_ms
from models.entrance import entrance
from protocol import frames, values
from protocol.errors import BadArgument, Malformed, Refusal
from protocol.frames import CloseCode
from protocol.message import ROOM, SINGLE, Cmd, Message

#: Seconds in which `hub.bad_frames` malformed frames end the connection.
_BAD_FRAMES_WINDOW = 60


class ChatSocket(BaseHandler, WebSocketHandler):
    """Speaks the frames of `protocol` with one client: v2, or classic, which gets chat messages and nothing
    else."""

    _node: Node | None = None
    _bad_frames: deque[float] | None = None
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

    def get_websocket_protocol(self) -> StrictProtocol | None:
        stock = super().get_websocket_protocol()
        return stock and StockTransport.protocol(self, stock.params)

    async def open(self) -> None:
        """The node is in the hub before its rooms are read, so that one joined meanwhile is not missed. What is
        published after the welcome reaches this node."""
        self._node = node = self.app.hub.register(
            self.user_id, self._session_id, self._v2, self.lang, StockTransport(self)
        )
        try:
            found = await self.app.db.run(entrance, self.user_id, self._session_id)
        except Refusal:
            node.close(CloseCode.RESTART, "try again")
            return
        except BaseException:
            self.on_close()  # Tornado does not call it for a connection that never opened
            raise
        if found is None:
            node.close(CloseCode.REVOKED, "session revoked")
            return
        room_ids, epoch = found
        hub = self.app.config.hub
        welcome = frames.welcome(epoch, now_ms(), hub.heartbeat, hub.max_frame) if self._v2 else None
        self.app.hub.enter(node, room_ids, welcome)

    def on_close(self) -> None:
        if self._node is not None:
            self.app.hub.unregister(self._node)

    # --- frames -------------------------------------------------------------------------------------------

    async def on_message(self, raw: str | bytes) -> None:
        """One frame. While this waits, for room in the log or for the database, the socket is not read."""
        node, cid = self._node, None
        assert node is not None and self.user_id is not None
        if node.closed:
            return
        try:
            if type(raw) is bytes:
                raise Malformed("只接受文本帧", "Text frames only")
            fields = values.parse_json(raw)
            cid = fields.get("cid")
            await self._act(fields, node)
        except Refusal as refusal:
            if self._v2:
                node.tell(frames.error(refusal, cid, self.lang))
            if isinstance(refusal, Malformed):
                self._count_bad_frame(node)

    async def _act(self, fields: dict, node: Node) -> None:
        cmd = values.integer(fields.get("cmd"), "cmd")
        if cmd == SINGLE or cmd == ROOM:
            self.app.limits.check("message", self.user_id)
            await messages.submit(self.app, Message.parse(fields, self.user_id), node)
        elif cmd == Cmd.HEARTBEAT:
            if self._v2:
                node.tell(frames.heartbeat(now_ms()))
        elif cmd == Cmd.READ:
            self.app.limits.check("request", self.user_id)
            kind = values.integer(fields.get("kind"), "kind", SINGLE, ROOM)
            dstid = values.integer(fields.get("dstid"), "dstid", 1)
            await receipts.read(self.app, self.user_id, kind, dstid, values.integer(fields.get("seq"), "seq"), node)
        else:
            raise BadArgument("未知的 cmd", "Unknown cmd")

    def _count_bad_frame(self, node: Node) -> None:
        """A client that keeps sending what it should not is broken or hostile."""
        if not self.app.config.limits.enabled:
            return
        most, now = self.app.config.hub.bad_frames, time.monotonic()
        if self._bad_frames is None:
            self._bad_frames = deque(maxlen=most)
        self._bad_frames.append(now)
        if len(self._bad_frames) == most and now - self._bad_frames[0] < _BAD_FRAMES_WINDOW:
            node.close(CloseCode.POLICY, "too many bad frames")


routes = [(r"/chat", ChatSocket)]
