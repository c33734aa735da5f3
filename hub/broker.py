"""The broker: carries publications to every process that has listeners for a channel.

A channel is an address: ``u42`` all nodes of a user, ``g77`` all nodes in a room. `MemoryBroker` serves one
process; another broker has the same contract between several.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol


class Sight(NamedTuple):
    """What concerns only those who see it happen: the v2 nodes that have (`kind`, `dstid`) open, with
    `friends` also those that have the list of friends on the screen. `actor` is who does it, and sees none of
    it."""

    kind: int
    dstid: int
    actor: int
    friends: bool = False


class Publication(NamedTuple):
    """One frame for a room, or for some users; a node that listens on several of their channels gets it once.

    `text`: the frame as JSON. `origin`: the id of the node that caused it and does not get it (0 for none);
    `ack` is what that node gets in its place, and concerns only the process that has it. `v2_only`: classic
    nodes don't get it. `sight`: only the nodes that see it do.
    """

    channels: tuple[str, ...]
    text: str
    origin: int = 0
    ack: str = ""
    v2_only: bool = False
    sight: Sight | None = None


class Joined(NamedTuple):
    """A user came into a room: the nodes they have open listen to it from now on."""

    user_id: int
    room_id: int


class Broker(Protocol):
    """What is promised: publications of one process on one channel arrive in the order they were published,
    each at most once. What is not: that they arrive. The log is the truth, a listener that sees a gap in seq
    asks for it."""

    def listen(self, receive: Callable[[Sequence[Publication | Joined]], None]) -> None:
        """`receive` is called on the loop with what was published, here or in other processes."""

    def publish(self, items: Sequence[Publication | Joined]) -> None:
        """Hands over items in order. Never blocks, never raises for a listener's fault."""


class MemoryBroker:
    """All listeners are in this process: publishing is delivering."""

    def __init__(self) -> None:
        self._receive: Callable[[Sequence[Publication | Joined]], None] = lambda items: None

    def listen(self, receive: Callable[[Sequence[Publication | Joined]], None]) -> None:
        self._receive = receive

    def publish(self, items: Sequence[Publication | Joined]) -> None:
        self._receive(items)
