"""One end of a WebSocket, the server's, without I/O: RFC 6455 from the first frame to the last.

What comes from the socket goes into `receive`, which says what has happened, in its order. Each event that is
not a message goes back into `answer`, when its turn has come, which says what is to be written; a message is
for whoever is above. `close` begins a close of ours. What is returned is to be written at once and in order,
and the TCP connection is to be treated as `state` says.
"""

from enum import Enum

from hub.websocket.closing import Fault, close_payload
from hub.websocket.framing import CLOSE, PING, PONG, frame
from hub.websocket.parser import Found, FrameParser

#: An event: TEXT with a str, BINARY, PING, PONG or CLOSE with bytes, or FAULT with the payload of the close
#: frame that says what was wrong.
Event = Found
FAULT = 16


class State(Enum):
    OPEN = 1  #: messages pass both ways
    CLOSING = 2  #: our close frame is out, theirs is awaited (§7.1.3)
    CLOSED = 3  #: both are out: TCP is closed, by us, once all is written (§7.1.1)
    FAILED = 4  #: they broke the protocol: what they still say is dropped (§7.1.7)
    LOST = 5  #: TCP has ended


OPEN, CLOSING, CLOSED, FAILED, LOST = State


class ServerProtocol:
    """The state of one connection. `limit`: bytes of a message."""

    __slots__ = ("state", "frames", "more", "_parser")

    def __init__(self, limit: int) -> None:
        self.state = OPEN
        self.frames = 0  #: that `receive` has found, fragments too
        self.more = False  #: it has bytes left that it has not looked at
        self._parser: FrameParser | None = FrameParser(limit)  # None: nothing that comes is looked at

    def receive(self, data: bytes) -> list[Event]:
        """What these bytes bring; nothing will do when there is `more`. A CLOSE or a FAULT is the last event
        there ever is."""
        events: list[Event] = []
        self.frames, parser = 0, self._parser
        if parser is not None:
            try:
                self.more = parser.feed(data, events)
            except Fault as fault:
                self._drop_all()  # §7.1.7
                events.append((FAULT, fault.payload))
            else:
                if events and events[-1][0] == CLOSE:
                    self._drop_all()  # §5.5.1
            self.frames = parser.frames
        return events

    def answer(self, kind: int, payload: bytes) -> bytes:
        """What a PING, a CLOSE or a FAULT is answered with."""
        if self.state is LOST:
            return b""
        if kind == PING:
            # §5.5.2: with a pong of the same payload, unless a close frame is out.
            return frame(PONG, payload) if self.state is OPEN else b""
        was_open = self.state is OPEN
        if kind == CLOSE:
            self.state = CLOSED
            return frame(CLOSE, payload[:2]) if was_open else b""  # §5.5.1: with the code that was sent
        self.state = FAILED
        # §7.1.7: with a close frame, where there is a reason to be told and none is out.
        return frame(CLOSE, payload) if was_open and payload else b""

    def close(self, code: int, reason: str) -> bytes:
        """Begins the closing handshake (§7.1.2). Nothing when it has begun already: after a close frame
        nothing is sent (§5.5.1)."""
        if self.state is not OPEN:
            return b""
        self.state = CLOSING
        return frame(CLOSE, close_payload(code, reason))

    def lost(self) -> None:
        """TCP has ended (§7.1.4)."""
        self.state = LOST
        self._drop_all()

    def _drop_all(self) -> None:
        self._parser, self.more = None, False
