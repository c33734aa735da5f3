"""What all transports of a process count together."""

from hub.websocket.closing import NO_CODE, NO_FRAME
from metrics.histogram import Tally

#: Codes that a client's close frame may have (RFC 6455 §7.4.2) and that are counted each for itself; all
#: others together, or a client could make up two thousand.
_COUNTED = frozenset(range(1000, 1016))

#: Ours, so that the first of each is seen to come: for slowness, by the end of a session, by a restart.
_OURS = (1008, 1012, 4008, 4401)


class Traffic:
    """Since the start: `frames` that were read, and `closes`: connections that ended, each once, by who began
    ("server", "client", "nobody") and the code."""

    __slots__ = ("closes", "frames")

    def __init__(self) -> None:
        self.frames = 0
        self.closes = Tally({("server", str(code)): 0 for code in _OURS})

    def closed_by_us(self, code: int) -> None:
        """A close frame of ours is on its way."""
        self.closes["server", str(code)] += 1

    def closed_by(self, client: bool, payload: bytes) -> None:
        """The client has closed, or broken the protocol; with this in its close frame, or ours."""
        code = int.from_bytes(payload[:2], "big") if payload else NO_CODE if client else NO_FRAME
        self.closes["client" if client else "server", str(code) if code in _COUNTED else "other"] += 1

    def lost(self) -> None:
        """The connection has ended without a word."""
        self.closes["nobody", str(NO_FRAME)] += 1
