"""Reading what the server sends, at less cost than it has sending it.

Bytes of connections go in; counts, latencies and faults of deliveries come out.

All members of a group get the same bytes, often dozens of frames in one piece. So a piece is parsed once, for
the first member it reaches, and recognised for the others: by its first bytes, then compared as a whole. What
is counted, checked and timed is still every single delivery.
"""

import time
from collections.abc import Callable
from typing import Protocol, cast

import ujson

from bench.clients import wire
from bench.clients.histogram import Histogram
from bench.clients.sequences import Faults, Sequences
from bench.clients.wire import Frame

#: Bytes that tell pieces apart at first sight: within them is the message's id.
_HEAD_BYTES = 64
#: Pieces remembered; a member that lags further behind costs another parsing, nothing else.
_REMEMBERED = 512
#: Arrivals of one piece are timed one by one up to this many, then in this many groups of equal size.
_GROUPS = 48


class Reader(Protocol):
    """Who has received something: a `Client`."""

    @property
    def sequences(self) -> Sequences: ...

    def receive(self, frame: Frame, now_ns: int) -> None: ...

    def receive_control(self, opcode: int, payload: bytes) -> None: ...


class Piece:
    """Some whole frames. `runs`: (place, first seq, last seq) of messages without a gap; `counts`: messages
    by traffic; `dues`: (traffic, due) of each; `own`: the dues, by traffic, of those that this process has
    sent; `others`: frames that concern one client alone, JSON or (opcode, payload)."""

    __slots__ = ("data", "runs", "counts", "dues", "own", "others", "shared", "arrivals")

    def __init__(self) -> None:
        self.data = b""
        self.runs: list[tuple[int, int, int]] = []
        self.counts: dict[int, int] = {}
        self.dues: list[tuple[int, int]] = []
        self.own: dict[int, list[int]] = {}
        self.others: list[Frame | tuple[int, bytes]] = []
        self.shared = True
        self.arrivals: list[int] = []


class Receiver:
    """What the clients of one process have received. `process` is the process's number; `landed(traffic,
    dues)` is called with each delivery of messages that this process sent. Times are monotonic ns."""

    def __init__(self, process: int, landed: Callable[[int, list[int]], None]) -> None:
        self.faults = Faults()
        self.delivered: dict[int, int] = {}  #: by traffic
        self.latency: dict[int, Histogram] = {}  #: by traffic
        self.frame_bytes = 0  #: the size of the latest group message
        self._process = process
        self._landed = landed
        self._pieces: dict[bytes, Piece] = {}

    def take(self, client: Reader, data: bytes) -> bytes:
        """Handles the whole frames in `data` for `client`; what is left of it."""
        at, size, now = 0, len(data), time.monotonic_ns()
        pieces, see, faults = self._pieces, client.sequences.see, self.faults
        while at < size:
            piece = pieces.get(data[at : at + _HEAD_BYTES])
            if piece is None or not data.startswith(piece.data, at):
                piece = self._parse(data, at)
                if not piece.data:
                    return data[at:]
                if piece.shared:
                    self._remember(piece)
            at += len(piece.data)
            for other in piece.others:
                if isinstance(other, tuple):
                    client.receive_control(*other)
                else:
                    client.receive(other, now)
            for place, first, last in piece.runs:
                see(place, first, last, faults)
            for traffic, count in piece.counts.items():
                self.delivered[traffic] = self.delivered.get(traffic, 0) + count
            for traffic, dues in piece.own.items():
                self._landed(traffic, dues)
            piece.arrivals.append(now)
            if not piece.shared:
                self._fold(piece)
        return b""

    def close_books(self) -> None:
        """Counts the latencies of pieces that are still remembered."""
        for piece in self._pieces.values():
            self._fold(piece)
        self._pieces.clear()

    def forget(self) -> None:
        """Counts deliveries, latencies and faults from zero; what was seen of a conversation stays seen."""
        self.close_books()
        self.faults = Faults()
        self.delivered.clear()
        self.latency.clear()

    def _parse(self, data: bytes, start: int) -> Piece:
        piece, end = Piece(), start
        for opcode, begin, end in wire.frames(data, start):
            if opcode == wire.TEXT:
                self._sort(piece, cast(Frame, ujson.loads(data[begin:end])), end - begin)
            else:
                piece.shared = False
                piece.others.append((opcode, data[begin:end]))
        piece.data = data[start:end]
        return piece

    def _sort(self, piece: Piece, frame: Frame, size: int) -> None:
        cmd = frame.get("cmd")
        if cmd != wire.GROUP:
            piece.shared = False
            if cmd != wire.SINGLE:
                # In its place among the messages: an ack has a seq, too.
                piece.others.append(frame)
                if cmd == wire.ACK and "seq" in frame:
                    place = frame["dstid"] if frame["kind"] == wire.GROUP else -frame["dstid"]
                    self._extend(piece, place, frame["seq"])
                return
        found = wire.marker(frame.get("content", ""))
        if found is None:
            return
        due, traffic, process = found
        piece.dues.append((traffic, due))
        piece.counts[traffic] = piece.counts.get(traffic, 0) + 1
        if process == self._process:
            piece.own.setdefault(traffic, []).append(due)
        if cmd == wire.GROUP:
            self.frame_bytes = size
        if "seq" in frame:
            self._extend(piece, frame["dstid"] if cmd == wire.GROUP else -frame["userid"], frame["seq"])

    @staticmethod
    def _extend(piece: Piece, place: int, seq: int) -> None:
        if piece.runs and piece.runs[-1][0] == place and piece.runs[-1][2] == seq - 1:
            piece.runs[-1] = (place, piece.runs[-1][1], seq)
        else:
            piece.runs.append((place, seq, seq))

    def _remember(self, piece: Piece) -> None:
        replaced = self._pieces.pop(piece.data[:_HEAD_BYTES], None)
        if replaced is None and len(self._pieces) >= _REMEMBERED:
            replaced = self._pieces.pop(next(iter(self._pieces)))
        if replaced is not None:
            self._fold(replaced)
        self._pieces[piece.data[:_HEAD_BYTES]] = piece

    def _fold(self, piece: Piece) -> None:
        """Adds each message's latency at each arrival to the histograms."""
        arrivals = piece.arrivals
        if len(piece.dues) == 1 or len(arrivals) <= _GROUPS:
            groups = [(arrival, 1) for arrival in arrivals]
        else:  # they are in order; the last is kept as it is, for the maximum
            step = len(arrivals) // _GROUPS + 1
            groups = [
                (arrivals[min(i + step // 2, len(arrivals) - 1)], min(step, len(arrivals) - 1 - i))
                for i in range(0, len(arrivals) - 1, step)
            ] + [(arrivals[-1], 1)]
        for traffic, due in piece.dues:
            latency = self.latency.setdefault(traffic, Histogram())
            for arrival, times in groups:
                latency.add(arrival - due, times)
