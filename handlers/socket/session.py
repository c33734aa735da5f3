"""What a client says on its socket, frame by frame, once the handshake is done."""

import time
from collections import deque
from collections.abc import Awaitable

from actions import conversations, messages
from actions.services import Services
from hub.audience import Look
from hub.connection import Connection
from protocol import frames, values
from protocol.clock import now_ms
from protocol.errors import BadArgument, Malformed, Refusal
from protocol.frames import CloseCode
from protocol.messages import ROOM, SINGLE, Cmd, Message

#: Seconds in which `hub.bad_frames` bad frames end the connection.
_BAD_FRAMES_WINDOW = 60


class ChatClient:
    """The receiver of one connection: v2, or classic, which is never told what was wrong. There is one for
    each connection and nothing else of the handshake stays, so it is kept small."""

    __slots__ = ("_app", "_bad_frames", "node")

    node: Connection  #: set as soon as the hub has made it, before any frame is read

    def __init__(self, app: Services) -> None:
        self._app = app
        self._bad_frames: deque[float] | None = None

    def on_message(self, raw: str | bytes) -> Awaitable[None] | None:
        """One frame. While what is returned waits, for room in the log or for the database, the socket is not
        read."""
        cid = None
        if self.node.closed:
            return None
        try:
            if type(raw) is bytes:
                raise Malformed("只接受文本帧", "Text frames only")
            fields = values.parse_json(raw)
            cid = fields.get("cid")
            busy = self._act(fields)
        except Refusal as refusal:
            self._refuse(refusal, cid)
            return None
        return None if busy is None else self._wait(busy, cid)

    def on_close(self) -> None:
        self._app.hub.unregister(self.node)

    def _act(self, fields: dict) -> Awaitable[None] | None:
        node = self.node
        cmd = values.integer(fields.get("cmd"), "cmd")
        if cmd in (SINGLE, ROOM):
            self._app.limits.check("message", node.user_id)
            return messages.submit(self._app, Message.parse(fields, node.user_id), node)
        if cmd == Cmd.HEARTBEAT:
            if node.v2:
                node.tell(frames.heartbeat(now_ms()))
            return None
        if cmd == Cmd.READ:
            self._app.limits.check("request", node.user_id)
            kind, dstid = _conversation(fields)
            seq, cid = values.integer(fields.get("seq"), "seq"), fields.get("cid")
            return conversations.submit_read(
                self._app, node.user_id, kind, dstid, seq, node, cid if type(cid) is str else None
            )
        if cmd == Cmd.TYPING:
            self._app.limits.check("request", node.user_id)
            return self._app.typing.typed(node.user_id, *_conversation(fields))
        if cmd == Cmd.LOOK:
            self._app.limits.check("request", node.user_id)
            self._app.hub.look(node, _look(fields))
            return None
        raise BadArgument("未知的 cmd", "Unknown cmd")

    async def _wait(self, busy: Awaitable[None], cid: object) -> None:
        try:
            await busy
        except Refusal as refusal:
            self._refuse(refusal, cid)

    def _refuse(self, refusal: Refusal, cid: object) -> None:
        if self.node.v2:
            self.node.tell(frames.error(refusal, cid, self.node.lang))
        if isinstance(refusal, Malformed):
            self._count_bad_frame()

    def _count_bad_frame(self) -> None:
        """A client that keeps sending what it should not is broken or hostile."""
        if not self._app.config.limits.enabled:
            return
        most, now = self._app.config.hub.bad_frames, time.monotonic()
        if self._bad_frames is None:
            self._bad_frames = deque(maxlen=most)
        self._bad_frames.append(now)
        if len(self._bad_frames) == most and now - self._bad_frames[0] < _BAD_FRAMES_WINDOW:
            self.node.close(CloseCode.POLICY, "too many bad frames")


def _conversation(fields: dict) -> tuple[int, int]:
    """(kind, dstid)"""
    return values.integer(fields.get("kind"), "kind", SINGLE, ROOM), values.integer(
        fields.get("dstid"), "dstid", 1
    )


def _look(fields: dict) -> Look:
    """Without kind and dstid: at no conversation."""
    absent = fields.get("kind") is None and fields.get("dstid") is None
    kind, dstid = (0, 0) if absent else _conversation(fields)
    return Look(kind, dstid, friends=values.integer(fields.get("friends", 0), "friends", 0, 1) == 1)
