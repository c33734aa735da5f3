"""Reading what the server sends, at less cost than it has sending it.

All members of a room get the same bytes, often dozens of frames in one piece. So a piece is parsed once, for
the first member it reaches, and recognised for the others: by its first bytes, then compared as a whole. What
is counted, checked and timed is still every single delivery.
"""

import time

import ujson

from bench import wire
from bench.histogram import Histogram
from bench.tracker import Faults
from protocol.messages import Cmd

#: Bytes that tell pieces apart at first sight: within them is the message's id.
_HEAD = 64
#: Pieces remembered; a member that lags further behind costs another parsing, nothing else.
_REMEMBERED = 512
#: Arrivals of one piece are timed one by one up to this many, then in this many groups of equal size.
_GROUPS = 48


class Piece:
    """Some whole frames. `runs`: (place, first seq, last seq) of messages without a gap; `counts`: messages
    by stream; `dues`: (stream, due) of each; `own`: the dues, by stream, of those that this process has sent;
    `others`: frames that concern one client alone."""

    __slots__ = ("data", "runs", "counts", "dues", "own", "others", "shared", "arrivals")

    def __init__(self) -> None:
        self.runs: list[tuple[int, int, int]] = []
        self.counts: dict[int, int] = {}
        self.dues: list[tuple[int, int]] = []
        self.own: dict[int, list[int]] = {}
        self.others: list[tuple[int, object]] = []
        self.shared = True
        self.arrivals: list[int] = []


class Inbox:
    """What the clients of one process have received. `shard` is the process's number; `landed(stream, dues)`
    is called with each delivery of messages that this process sent."""

    def __init__(self, shard: int, landed) -> None:
        self.shard = shard
        self.faults = Faults()
        self.delivered: dict[int, int] = {}
        self.latency: dict[int, Histogram] = {}
        self.frame_bytes = 0  #: the size of the latest room message
        self._landed = landed
        self._pieces: dict[bytes, Piece] = {}

    def take(self, client, data: bytes) -> bytes:
        """Handles the whole frames in `data` for `client`; what is left of it."""
        at, size, now = 0, len(data), time.monotonic_ns()
        pieces, see, faults = self._pieces, client.tracker.see, self.faults
        while at < size:
            piece = pieces.get(data[at : at + _HEAD])
            if piece is None or not data.startswith(piece.data, at):
                piece = self._parse(data, at)
                if not piece.data:
                    return data[at:]
                if piece.shared:
                    self._remember(piece)
            at += len(piece.data)
            for kind, frame in piece.others:
                client.receive(kind, frame, now)
            for place, first, last in piece.runs:
                see(place, first, last, faults)
            for stream, count in piece.counts.items():
                self.delivered[stream] = self.delivered.get(stream, 0) + count
            for stream, dues in piece.own.items():
                self._landed(stream, dues)
            piece.arrivals.append(now)
            if not piece.shared:
                self._fold(piece)
        return b""

    def close_books(self) -> None:
        """Counts the latencies of pieces that are still remembered."""
        for piece in self._pieces.values():
            self._fold(piece)
        self._pieces.clear()

    def _parse(self, data: bytes, start: int) -> Piece:
        piece, end = Piece(), start
        for opcode, begin, end in wire.frames(data, start):
            if opcode == wire.TEXT:
                self._sort(piece, ujson.loads(data[begin:end]), end - begin)
            else:
                piece.shared = False
                piece.others.append((opcode, data[begin:end]))
        piece.data = data[start:end]
        return piece

    def _sort(self, piece: Piece, frame: dict, size: int) -> None:
        cmd = frame.get("cmd")
        if cmd != Cmd.ROOM:
            piece.shared = False
        if cmd not in (Cmd.SINGLE, Cmd.ROOM):
            # In its place among the messages: an ack has a seq, too.
            piece.others.append((wire.TEXT, frame))
            if cmd == Cmd.ACK and "seq" in frame:
                place = frame["dstid"] if frame["kind"] == Cmd.ROOM else -frame["dstid"]
                self._extend(piece, place, frame["seq"])
            return
        found = wire.marker(frame.get("content", ""))
        if found is None:
            return
        due, stream, shard = found
        piece.dues.append((stream, due))
        piece.counts[stream] = piece.counts.get(stream, 0) + 1
        if shard == self.shard:
            piece.own.setdefault(stream, []).append(due)
        if cmd == Cmd.ROOM:
            self.frame_bytes = size
        if "seq" in frame:
            self._extend(piece, frame["dstid"] if cmd == Cmd.ROOM else -frame["userid"], frame["seq"])

    @staticmethod
    def _extend(piece: Piece, place: int, seq: int) -> None:
        if piece.runs and piece.runs[-1][0] == place and piece.runs[-1][2] == seq - 1:
            piece.runs[-1] = (place, piece.runs[-1][1], seq)
        else:
            piece.runs.append((place, seq, seq))

    def _remember(self, piece: Piece) -> None:
        replaced = self._pieces.pop(piece.data[:_HEAD], None)
        if replaced is None and len(self._pieces) >= _REMEMBERED:
            replaced = self._pieces.pop(next(iter(self._pieces)))
        if replaced is not None:
            self._fold(replaced)
        self._pieces[piece.data[:_HEAD]] = piece

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
        for stream, due in piece.dues:
            latency = self.latency.setdefault(stream, Histogram())
            for arrival, times in groups:
                latency.add(arrival - due, times)
