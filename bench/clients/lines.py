"""What the coordinator and a client process say to each other: one line of JSON each, declared here once.

The coordinator sends an `Order`; the client process sends a `Line` when it has carried an order out, and one
without an answer several times a second meanwhile.
"""

from typing import NamedTuple

import msgspec


class User(NamedTuple):
    """Somebody who can connect."""

    user_id: int
    token: str


class Route(NamedTuple):
    """One sender's way to one conversation. `sender`: its number in the client process; `kind` and `dst_id`
    as messages name the conversation; `fanout`: deliveries expected of a message; `local`: those of them to
    clients of the same process."""

    sender: int
    kind: int
    dst_id: int
    fanout: int
    local: int


class Acked(NamedTuple):
    """A message that the server has acknowledged."""

    user_id: int
    kind: int
    dst_id: int
    seq: int
    cid: str


class HistogramCounts(msgspec.Struct):
    """A `Histogram` as JSON: (bucket, count), and the greatest value (ns)."""

    counts: list[tuple[int, int]] = []
    top: int = 0


class TrafficShare(msgspec.Struct):
    """The part of some traffic that one client process sends: along `routes` in turn, at `rate` (messages a
    second) or with `window` messages outstanding; `limit` messages in all, 0 for any number."""

    name: str
    routes: list[Route]
    rate: float
    window: int
    limit: int


class ActivityRates(msgspec.Struct, frozen=True):
    """How often something is done besides sending: times a second, over all clients."""

    reads: float
    histories: float
    uploads: float
    departures: float


# --- orders ----------------------------------------------------------------------------------------------


class Connect(msgspec.Struct, tag_field="do", tag="connect"):
    """Open a connection for each user, `at_once` under way at a time. `ports`: of a server's processes, over
    which they are spread. `returning`: clients come back when they lose theirs; not `fresh`: their
    conversations may have messages already. Answer: `Opened`."""

    host: str
    ports: list[int]
    users: list[User]
    at_once: int
    returning: bool
    fresh: bool


class Visit(msgspec.Struct, tag_field="do", tag="visit"):
    """Each user connects and leaves again. Answer: `Opened`."""

    host: str
    ports: list[int]
    users: list[User]
    at_once: int


class Send(msgspec.Struct, tag_field="do", tag="send"):
    """Send from `start_ns` (monotonic) on for `seconds_s`, or until each traffic has met its limit. `run_id`
    begins each cid, `text` ends each message; not `durable`: the server acknowledges nothing. Answer: `Done`.
    """

    run_id: str
    traffic: list[TrafficShare]
    seconds_s: float
    start_ns: int
    text: str
    durable: bool
    activities: ActivityRates | None = None


class Forget(msgspec.Struct, tag_field="do", tag="forget"):
    """What was sent, acknowledged and delivered so far is told: count from zero. Answer: `Done`."""


class Report(msgspec.Struct, tag_field="do", tag="report"):
    """Tell everything that was counted. Answer: `Counted`."""


Order = Connect | Visit | Send | Forget | Report

# --- answers ---------------------------------------------------------------------------------------------


class Opened(msgspec.Struct, tag_field="done", tag="opened"):
    """`opened`: connections that were welcomed; `latency`: from connect() to the welcome."""

    opened: int
    failures: list[str]
    latency: HistogramCounts


class Done(msgspec.Struct, tag_field="done", tag="done"):
    """There is nothing to tell."""


class Failed(msgspec.Struct, tag_field="done", tag="failed"):
    """The order could not be carried out."""

    reason: str


class TrafficCounts(msgspec.Struct):
    """`latency`: of deliveries, `ack`: of acknowledgements, both from when the message was due."""

    name: str
    sent: int
    acked: int
    refused: int
    expected: int
    delivered: int
    latency: HistogramCounts
    ack: HistogramCounts


class ActivityCounts(msgspec.Struct):
    """How often each activity was done, and how long it took."""

    done: dict[str, int]
    latency: dict[str, HistogramCounts]


class Returns(msgspec.Struct):
    """How long those that came back were away, and how often they had to try."""

    away: HistogramCounts
    attempts: int


class Counted(msgspec.Struct, tag_field="done", tag="counted"):
    """Everything that a client process has counted. `overlapped` is no fault: the socket brought what a
    catch-up had brought already. `frame_bytes`: the size of a group message; `fetched`: messages that came by
    catching up."""

    traffic: list[TrafficCounts]
    acked: list[Acked]
    doubled: int
    disordered: int
    overlapped: int
    errors: list[str]
    frame_bytes: int
    fetched: int
    activities: ActivityCounts | None
    returns: Returns


Answer = Opened | Done | Failed | Counted


class Tick(msgspec.Struct):
    """How far a client process is. `waiting`: messages neither acked nor refused; `cpu_s`: its CPU time so
    far; `at_s`: when that was (monotonic)."""

    connected: int = 0
    sent: int = 0
    acked: int = 0
    expected: int = 0
    waiting: int = 0
    delivered: int = 0
    cpu_s: float = 0.0
    at_s: float = 0.0


class Line(msgspec.Struct):
    tick: Tick
    answer: Answer | None = None
