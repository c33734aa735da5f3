"""What a client says on its socket, frame by frame, once the handshake is done."""

import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from actions import conversations, messages
from actions.services import Services
from hub.node import Look, Node
from protocol import commands, frames, presence
from protocol.clock import now_ms
from protocol.conversations import MarkRead
from protocol.errors import Malformed, Refusal
from protocol.frames import CloseCode
from protocol.messages import SendMessage

#: Seconds in which `hub.bad_frames` bad frames end the connection.
_BAD_FRAMES_WINDOW = 60

#: What is waited for, if anything, before the socket is read on.
Busy = Awaitable[None] | None


class ChatClient:
    """The receiver of one connection: v2, or classic, which is never told what was wrong. There is one for
    each connection and nothing else of the handshake stays, so it is kept small."""

    __slots__ = ("_app", "_bad_frames", "node")

    node: Node  #: set as soon as the hub has made it, before any frame is read

    def __init__(self, app: Services) -> None:
        self._app = app
        self._bad_frames: deque[float] | None = None

    def on_message(self, raw: str | bytes) -> Busy:
        """One frame. While what is returned waits, for room in the log or for the database, the socket is not
        read."""
        node = self.node
        if node.closed:
            return None
        try:
            if type(raw) is not str:
                raise Malformed("只接受文本帧", "Text frames only")
            frame = commands.frame_of(raw)
            if frame.limit:
                self._app.limits.check(frame.limit, node.user_id)
            busy = _ACTIONS[frame.command](self._app, node, frame.read(raw))
        except Refusal as refusal:
            self._refuse(refusal, raw)
            return None
        return None if busy is None else self._wait(busy, raw)

    def on_close(self) -> None:
        self._app.hub.unregister(self.node)

    async def _wait(self, busy: Awaitable[None], raw: str | bytes) -> None:
        try:
            await busy
        except Refusal as refusal:
            self._refuse(refusal, raw)

    def _refuse(self, refusal: Refusal, raw: str | bytes) -> None:
        if self.node.v2:
            self.node.tell(frames.error(refusal, commands.cid_of(raw), self.node.lang))
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


# --- what is done about each command ----------------------------------------------------------------------


def _send(app: Services, node: Node, command: SendMessage) -> Busy:
    return messages.submit(app, command.by(node.user_id), node)


def _read(app: Services, node: Node, command: MarkRead) -> Busy:
    return conversations.read(app, node.user_id, command.kind, command.dstid, command.seq, node)


def _typing(app: Services, node: Node, command: presence.Typing) -> Busy:
    return app.typing.typed(node.user_id, command.kind, command.dstid)


def _look(app: Services, node: Node, command: presence.Look) -> Busy:
    app.hub.look(node, Look(command.kind or 0, command.dstid or 0, friends=command.friends == 1))
    return None


def _heartbeat(app: Services, node: Node, command: presence.Heartbeat) -> Busy:
    if node.v2:
        node.tell(frames.heartbeat(now_ms()))
    return None


_ACTIONS: dict[type, Callable[[Services, Node, Any], Busy]] = {
    SendMessage: _send,
    MarkRead: _read,
    presence.Typing: _typing,
    presence.Look: _look,
    presence.Heartbeat: _heartbeat,
}
