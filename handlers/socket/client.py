"""What a client says on its socket, frame by frame, once the handshake is done."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from actions import changes, conversations, messages
from actions.budget import Holding
from actions.services import Services
from hub.audience import Look
from hub.connection import Connection
from protocol import commands, frames, presence
from protocol.changes import ChangeMessage
from protocol.clock import now_ms
from protocol.conversations import MarkRead
from protocol.errors import Malformed, Refusal
from protocol.frames import CloseCode
from protocol.messages import SendMessage

#: Seconds in which `hub.bad_frames` bad frames end the connection.
_BAD_FRAMES_WINDOW = 60

#: What one read costs beside its frames, in frames: so that bytes that come one by one are not free, nor
#: those of a large frame. 64 KiB are four more.
_READ_COST, _FRAME_BYTES = 0.1, 16384

#: What is waited for, if anything, before the socket is read on.
Busy = Awaitable[None] | None


class ChatClient:
    """The receiver of one connection: v2, or classic, which is never told what was wrong. There is one for
    each connection and nothing else of the handshake stays, so it is kept small."""

    __slots__ = ("_app", "_bad_frames", "_held", "connection")

    connection: Connection  #: set as soon as the hub has made it, before any frame is read

    def __init__(self, app: Services, held: Holding) -> None:
        """`held`: this socket's part of what its user may have."""
        self._app, self._held = app, held
        self._bad_frames: deque[float] | None = None

    def on_read(self, size: int, frames: int) -> Busy:
        """All that a user's sockets say is counted, whatever it is: who says too much is not read for a
        while, and closed when they don't stop."""
        user_id, budget = self.connection.user_id, self._app.budget
        wait = budget.charge("frame", user_id, _READ_COST + frames + size / _FRAME_BYTES)
        if wait == 0.0:
            return None
        if budget.charge("held_back", user_id, wait):
            self.connection.close(CloseCode.POLICY, "too many frames")
        return asyncio.sleep(wait)

    def on_message(self, raw: str | bytes) -> Busy:
        """One frame. While what is returned waits, for room in the log or for the database, the socket is not
        read."""
        connection = self.connection
        if connection.closed:
            return None
        try:
            if type(raw) is not str:
                raise Malformed("只接受文本帧", "Text frames only")
            frame = commands.frame_of(raw)
            if frame.limit:
                self._app.budget.take(frame.limit, connection.user_id)
            command = frame.read(raw)
            if command.speaks:
                self._app.muted.refuse(connection.user_id)
            busy = ACTIONS[frame.command](self._app, connection, command)
        except Refusal as refusal:
            self._refuse(refusal, raw)
            return None
        return None if busy is None else self._wait(busy, raw)

    def on_step(self) -> None:
        self._app.hub.step(self.connection)

    def on_close(self) -> None:
        self._held.release()
        self._app.hub.unregister(self.connection)

    async def _wait(self, busy: Awaitable[None], raw: str | bytes) -> None:
        try:
            await busy
        except Refusal as refusal:
            self._refuse(refusal, raw)

    def _refuse(self, refusal: Refusal, raw: str | bytes) -> None:
        cid = commands.cid_of(raw) if self.connection.v2 else None
        self._app.delivery.refuse(self.connection, refusal, cid)
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
            self.connection.close(CloseCode.POLICY, "too many bad frames")


# --- what is done about each command ----------------------------------------------------------------------


def _send(app: Services, connection: Connection, command: SendMessage) -> Busy:
    return messages.submit(app, command.by(connection.user_id), connection)


def _change(app: Services, connection: Connection, command: ChangeMessage) -> Busy:
    return changes.submit(app, command, connection) if connection.v2 else None


def _read(app: Services, connection: Connection, command: MarkRead) -> Busy:
    return conversations.submit_read(
        app, connection.user_id, command.kind, command.dstid, command.seq, connection, command.cid
    )


def _typing(app: Services, connection: Connection, command: presence.Typing) -> Busy:
    return app.typing.typed(connection.user_id, command.kind, command.dstid)


def _look(app: Services, connection: Connection, command: presence.Look) -> Busy:
    app.hub.look(connection, Look(command.kind or 0, command.dstid or 0, friends=command.friends == 1))
    return None


def _heartbeat(app: Services, connection: Connection, command: presence.Heartbeat) -> Busy:
    if connection.v2:
        connection.tell(frames.heartbeat(now_ms()))
    return None


#: What is done about each command.
ACTIONS: dict[type, Callable[[Services, Connection, Any], Busy]] = {
    SendMessage: _send,
    ChangeMessage: _change,
    MarkRead: _read,
    presence.Typing: _typing,
    presence.Look: _look,
    presence.Heartbeat: _heartbeat,
}
