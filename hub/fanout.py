"""Fan-out to groups, in slices, so that a large group never holds up anybody else.

What a group is sent in one turn of the loop is joined once for all its listeners. Groups take turns, a slice
of listeners each, and all of them together have `_TURN_S` seconds of a turn of the loop; private messages
don't come this way and are never behind a group.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Collection
from operator import length_hint
from typing import NamedTuple

from hub.audience import Audience
from hub.channels import Ways
from hub.connection import Connection
from metrics.histogram import Histogram

#: Listeners between two looks at the clock. Smaller slices cost more looks, larger ones overshoot the turn.
_SLICE = 128

#: Seconds of one turn. A message takes four turns of the loop from socket to socket, so an unrelated one
#: waits some milliseconds beside the busiest group.
_TURN_S = 0.001

#: Bytes of frames that are joined into one write: below the kernel's send buffer, so that a client in step
#: takes all of it at once.
_JOINED_BYTES = 32 << 10


class GroupFrame(NamedTuple):
    """One frame for a group. The connection `origin` does not get it, but `ack` in its place; classic ones
    don't get a `v2_only` one, and one for an audience that is `chosen` one by one is for them only. `since`:
    when the message came that the ack answers, 0.0 for none."""

    frame: bytes
    origin: Connection | None
    ack: bytes
    v2_only: bool
    chosen: Audience | None = None
    since: float = 0.0


class Fanout:
    """`ways(group_id)` gives the connections that listen to a group now; `acks` is told the seconds from a
    message to the write of its ack, by `clock`.

    Promised: frames of one group reach each listener in the order in which they are added. Who listens is
    asked when a frame's turn comes: who has left by then gets none of those that are waiting."""

    def __init__(
        self,
        ways: Callable[[int], Ways],
        acks: Histogram,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ways, self._acks, self._clock = ways, acks, clock
        self._waiting: dict[int, deque[GroupFrame]] = {}
        self._turns: deque[_Batch | int] = deque()  # a batch under way, or a group whose next is to be made
        self._scheduled = False
        self._counts = {"frames": 0, "batches": 0, "writes": 0, "frames_to_groups": 0}

    def add(self, group_id: int, frame: GroupFrame) -> None:
        """Queues a frame."""
        waiting = self._waiting.get(group_id)
        if waiting is not None:
            waiting.append(frame)
            return
        self._waiting[group_id] = deque((frame,))
        self._turns.append(group_id)
        self._schedule()

    def stats(self) -> dict[str, int]:
        """`groups`: those with something under way now; `waiting`: their frames whose turn has not come.
        Since the start, `frames`: those whose turn came; `batches`: what they were joined into; `writes`:
        the writes to connections this took; `frames_to_groups`: frames times listeners."""
        return {
            "groups": len(self._waiting),
            "waiting": sum(map(len, self._waiting.values())),
            **self._counts,
        }

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._turn)

    def _turn(self) -> None:
        self._scheduled = False
        end = time.monotonic() + _TURN_S
        turns = self._turns
        while turns:
            turn = turns.popleft()
            batch = self._next_batch(turn) if isinstance(turn, int) else turn
            if not batch.send_slice():
                turns.append(batch)
            else:
                self._counts["writes"] += batch.writes
                self._counts["frames_to_groups"] += batch.writes * batch.frames
                if self._waiting[batch.group_id]:
                    turns.append(batch.group_id)
                else:
                    del self._waiting[batch.group_id]
            if turns and time.monotonic() >= end:
                self._schedule()
                return

    def _next_batch(self, group_id: int) -> "_Batch":
        waiting, size = self._waiting[group_id], 0
        frames: list[GroupFrame] = []
        acked: list[float] = []
        while waiting and size < _JOINED_BYTES:
            if frames and waiting[0].chosen is not frames[0].chosen:
                break
            frame = waiting.popleft()
            frames.append(frame)
            size += len(frame.frame)
            if frame.since:
                acked.append(frame.since)
        self._counts["frames"] += len(frames)
        self._counts["batches"] += 1
        batch = _Batch(group_id, frames, self._ways(group_id))
        if acked:
            self._acks.observe_since(self._clock(), acked)
        return batch


class _Batch:
    """Some frames on their way to the listeners that a group had when their turn came."""

    __slots__ = (
        "group_id",
        "writes",
        "frames",
        "_ways",
        "_next",
        "_joined",
        "_classic",
        "_origins",
        "_chosen",
    )

    def __init__(self, group_id: int, frames: list[GroupFrame], ways: Ways) -> None:
        self.group_id = group_id
        self.writes, self.frames = 0, len(frames)
        self._ways = ways
        self._next = 0
        self._chosen = frames[0].chosen
        self._joined = b"".join([f.frame for f in frames])
        self._classic = self._joined
        if any(f.v2_only for f in frames):
            self._classic = b"".join([f.frame for f in frames if not f.v2_only])
        self._origins = {f.origin for f in frames if f.origin is not None}
        for origin in self._origins:  # first: who waits for an ack has waited for the disk already
            origin.send_now(_join_for(origin, frames, group_id in origin.groups))

    def send_slice(self) -> bool:
        """Writes to the next listeners; True when it was the last of them."""
        joined, classic, origins, ways = self._joined, self._classic, self._origins, self._ways
        start, self._next = self._next, self._next + _SLICE
        if ways.sends is not None and not ways.stale and classic is joined and self._chosen is None:
            self.writes += _send_in_step(ways, start, self._next, joined, origins)
            return self._next >= len(ways.connections)
        part = ways.connections[start : self._next]
        if self._chosen is not None:
            part = tuple(connection for connection in part if self._chosen.includes(connection))
        self.writes += len(part)
        for connection in part:
            if connection not in origins:
                connection.send_now(joined if connection.v2 else classic)
        return self._next >= len(ways.connections)


def _send_in_step(ways: Ways, start: int, end: int, joined: bytes, origins: Collection[Connection]) -> int:
    """The same for all from `start` to `end`; how many there are. Nearly everybody is in step: then nothing
    lies between this loop and the kernel. Not even the connection is touched, which the processor would have
    to fetch from afar."""
    assert ways.sends is not None
    sends = ways.sends[start:end]
    size, without = len(joined), {origin.transport.direct for origin in origins}
    left = iter(sends)
    for send in left:
        if send in without and send is not None:
            continue
        taken, fault = 0, None
        if send is not None:
            try:
                taken = send(joined)
            except OSError as error:
                fault = error
            if taken == size:
                continue
        connection = ways.connections[start + len(sends) - length_hint(left) - 1]
        if send is not None:
            connection.transport.undone(joined, taken, fault)
        elif connection not in origins:
            connection.send_now(joined)
    return len(sends)


def _join_for(origin: Connection, frames: list[GroupFrame], listens: bool) -> bytes:
    """What a connection gets that sent some of `frames`: its acks, and the others' frames if it listens."""
    return b"".join(
        [
            f.ack if f.origin is origin else f.frame
            for f in frames
            if f.origin is origin or (listens and (origin.v2 or not f.v2_only))
        ]
    )
