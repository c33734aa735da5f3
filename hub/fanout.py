"""Fan-out to rooms, in slices, so that a large room never holds up anybody else.

What a room is sent in one turn of the loop is joined once for all its listeners. Rooms take turns, a slice of
listeners each, and all of them together have `_TURN` seconds of a turn of the loop; private messages don't
come this way and are never behind a room.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import NamedTuple

from hub.broker import Sight
from hub.node import Node

#: Listeners between two looks at the clock. Smaller slices cost more looks, larger ones overshoot the turn.
_SLICE = 128

#: Seconds of one turn. A message takes four turns of the loop from socket to socket, so an unrelated one
#: waits some milliseconds beside the busiest room.
_TURN = 0.001

#: Bytes of frames that are joined into one write: below the kernel's send buffer, so that a client in step
#: takes all of it at once.
_JOINED = 32 << 10


class RoomFrame(NamedTuple):
    """One frame for a room. The node `origin` does not get it, but `ack` in its place; classic nodes don't
    get a `v2_only` one, and one with a `sight` is for those only who see it."""

    frame: bytes
    origin: Node | None
    ack: bytes
    v2_only: bool
    sight: Sight | None = None


class Fanout:
    """`listeners(channel)` gives the nodes that listen to a channel now."""

    def __init__(self, listeners: Callable[[str], Iterable[Node]]) -> None:
        self._listeners = listeners
        self._waiting: dict[str, deque[RoomFrame]] = {}
        self._turns: deque[_Batch | str] = deque()  # a batch under way, or a channel whose next is to be made
        self._scheduled = False

    def add(self, channel: str, frame: RoomFrame) -> None:
        """Queues a frame. Frames of one channel reach each listener in the order they are added."""
        waiting = self._waiting.get(channel)
        if waiting is not None:
            waiting.append(frame)
            return
        self._waiting[channel] = deque((frame,))
        self._turns.append(channel)
        self._schedule()

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._turn)

    def _turn(self) -> None:
        self._scheduled = False
        end = time.monotonic() + _TURN
        turns = self._turns
        while turns:
            turn = turns.popleft()
            batch = self._next_batch(turn) if isinstance(turn, str) else turn
            if not batch.send_slice():
                turns.append(batch)
            elif self._waiting[batch.channel]:
                turns.append(batch.channel)
            else:
                del self._waiting[batch.channel]
            if turns and time.monotonic() >= end:
                self._schedule()
                return

    def _next_batch(self, channel: str) -> "_Batch":
        waiting, frames, size = self._waiting[channel], [], 0
        while waiting and size < _JOINED:
            if frames and waiting[0].sight is not frames[0].sight:
                break
            frames.append(waiting.popleft())
            size += len(frames[-1].frame)
        return _Batch(channel, frames, tuple(self._listeners(channel)))


class _Batch:
    """Some frames on their way to the listeners that a room had when their turn came."""

    __slots__ = ("channel", "_nodes", "_next", "_joined", "_classic", "_origins", "_sight")

    def __init__(self, channel: str, frames: list[RoomFrame], nodes: tuple[Node, ...]) -> None:
        self.channel = channel
        self._nodes = nodes
        self._next = 0
        self._sight = frames[0].sight
        self._joined = b"".join([f.frame for f in frames])
        self._classic = self._joined
        if any(f.v2_only for f in frames):
            self._classic = b"".join([f.frame for f in frames if not f.v2_only])
        self._origins = {f.origin for f in frames if f.origin is not None}
        for node in self._origins:  # first: who waits for an ack has waited for the disk already
            node.send_now(_join_for(node, frames, channel in node.channels))

    def send_slice(self) -> bool:
        """Writes to the next listeners; True when it was the last of them."""
        joined, classic, origins = self._joined, self._classic, self._origins
        part = self._nodes[self._next : self._next + _SLICE]
        if self._sight is not None:
            part = [node for node in part if node.sees(self._sight)]
        for node in part:
            if node not in origins:
                node.send_now(joined if node.v2 else classic)
        self._next += _SLICE
        return self._next >= len(self._nodes)


def _join_for(node: Node, frames: list[RoomFrame], listens: bool) -> bytes:
    """What a node gets that sent some of `frames`: its acks, and the others' frames if it listens."""
    return b"".join(
        [
            f.ack if f.origin is node else f.frame
            for f in frames
            if f.origin is node or (listens and (node.v2 or not f.v2_only))
        ]
    )
