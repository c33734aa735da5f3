"""What a run has measured: the client processes' counts go in, figures and JSON come out."""

from dataclasses import asdict, dataclass, field
from typing import TypedDict

from bench.clients.histogram import Summary, merged
from bench.clients.lines import Counted, HistogramCounts, TrafficCounts

#: From this share of a core on, a process counts as fully busy.
BUSY = 0.9


class Connecting(Summary):
    """What connecting took: ms from connect() to the welcome; CPU and memory of the server for each."""

    per_s: int
    cpu_us: float
    rss_bytes: int


class Restart(TypedDict, total=False):
    """`seconds`: until all were back; `away`: ms that each was away; `attempts`: connects that it took."""

    seconds: float
    cpu_us: float
    away: Summary
    attempts: int


class TrafficResult(TypedDict):
    """One traffic of a run; times are ms."""

    latency: Summary
    ack: Summary
    sent: int
    acked: int
    refused: int
    expected: int
    delivered: int


class ActivityResult(Summary):
    """How often an activity was done, and how long it took, ms."""

    done: int


class Lookup(TypedDict):
    """Acknowledged messages, how many were looked up, how many of them the log has not, numbers left out."""

    acked: int
    checked: int
    missing: int
    gaps: int


_NO_TIMES = Summary(p50=0.0, p99=0.0, p99_9=0.0, max=0.0)


@dataclass
class Result:
    """Times are ms unless their name says seconds (`_s`) or µs (`_us`). `lost` is what was expected and did
    not come. The names stand in the JSON of `--json`."""

    scenario: str
    label: str
    clients: int
    connected: int = 0
    sent: int = 0
    acked: int = 0
    refused: int = 0
    expected: int = 0
    delivered: int = 0
    lost: int = 0
    doubled: int = 0
    disordered: int = 0
    fetched: int = 0  #: of the delivered: by catching up, after having been away
    seconds: float = 0.0
    server_cpu_s: float = 0.0
    server_cpu_share: float = 0.0
    client_cpu_share: float = 0.0  #: of the busiest client process
    others_cpu_share: float = 0.0  #: of a core, by whatever else ran on the machine
    frame_bytes: int = 0
    latency: Summary = field(default_factory=_NO_TIMES.copy)
    ack: Summary = field(default_factory=_NO_TIMES.copy)
    connecting: Connecting | None = None
    storm: Restart | None = None
    people: dict[str, ActivityResult] = field(default_factory=dict)  #: activities
    streams: dict[str, TrafficResult] = field(default_factory=dict)  #: traffic
    log: Lookup | None = None
    errors: list[str] = field(default_factory=list)
    timeline: list[tuple[float, int, float]] = field(default_factory=list)  #: (s, delivered, server's CPU s)

    def measured(
        self, seconds_s: float, server_cpu_s: float, client_share: float, others_share: float
    ) -> None:
        """How long the run took, and the CPU time meanwhile; shares are of a core: of the busiest client
        process, and of whatever else ran on the machine."""
        self.seconds = round(seconds_s, 3)
        self.server_cpu_s = round(server_cpu_s, 4)
        self.server_cpu_share = round(server_cpu_s / seconds_s, 3)
        self.client_cpu_share = round(client_share, 3)
        self.others_cpu_share = round(others_share, 3)

    def collect(self, answers: list[Counted]) -> None:
        """Adds up what the client processes report."""
        by_name: dict[str, list[TrafficCounts]] = {}
        for answer in answers:
            self.doubled += answer.doubled
            self.disordered += answer.disordered
            self.fetched += answer.fetched
            self.delivered -= answer.doubled + answer.overlapped
            self.errors += answer.errors
            self.frame_bytes = max(self.frame_bytes, answer.frame_bytes)
            for traffic in answer.traffic:
                by_name.setdefault(traffic.name, []).append(traffic)
        for name, parts in by_name.items():
            self._add(name, parts)
        self.lost = self.expected - self.delivered
        everything = [part for parts in by_name.values() for part in parts]
        self.latency = merged(part.latency for part in everything).summary()
        self.ack = merged(part.ack for part in everything).summary()
        self._collect_activities(answers)
        if self.storm is not None:
            self.storm["away"] = merged(answer.returns.away for answer in answers).summary()
            self.storm["attempts"] = sum(answer.returns.attempts for answer in answers)

    def _add(self, name: str, parts: list[TrafficCounts]) -> None:
        """The traffic `name`, of which each client process has counted a part."""
        added = self.streams[name] = TrafficResult(
            latency=merged(part.latency for part in parts).summary(),
            ack=merged(part.ack for part in parts).summary(),
            sent=sum(part.sent for part in parts),
            acked=sum(part.acked for part in parts),
            refused=sum(part.refused for part in parts),
            expected=sum(part.expected for part in parts),
            delivered=sum(part.delivered for part in parts),
        )
        self.sent += added["sent"]
        self.acked += added["acked"]
        self.refused += added["refused"]
        self.expected += added["expected"]
        self.delivered += added["delivered"]

    def _collect_activities(self, answers: list[Counted]) -> None:
        done: dict[str, int] = {}
        times: dict[str, list[HistogramCounts]] = {}
        for activities in filter(None, (answer.activities for answer in answers)):
            for name, count in activities.done.items():
                done[name] = done.get(name, 0) + count
                times.setdefault(name, []).append(activities.latency[name])
        for name, count in done.items():
            self.people[name] = ActivityResult(done=count, **merged(times[name]).summary())

    @property
    def cpu_us_per_delivery(self) -> float:
        return self.server_cpu_s * 1e6 / self.delivered if self.delivered > 0 else 0.0

    @property
    def cpu_us_per_message(self) -> float:
        """In, stored, acknowledged, delivered to all."""
        messages = self.acked or self.sent  # comparison servers acknowledge nothing
        return self.server_cpu_s * 1e6 / messages if messages else 0.0

    @property
    def messages_per_s(self) -> float:
        return self.acked / self.seconds if self.seconds else 0.0

    @property
    def deliveries_per_s(self) -> float:
        return self.delivered / self.seconds if self.seconds else 0.0

    @property
    def clients_were_the_limit(self) -> bool:
        """A client process had no time left while the server had: rates and latencies are theirs, not the
        server's."""
        return self.client_cpu_share >= BUSY and self.client_cpu_share > self.server_cpu_share

    @property
    def complete(self) -> bool:
        """Everybody connected, everything acknowledged, delivered once and in order, and stored."""
        return (
            self.connected == self.clients
            and self.acked + self.refused == self.sent
            and self.refused == 0
            and self.lost == 0
            and self.doubled == 0
            and self.disordered == 0
            and not (self.log and (self.log["missing"] or self.log["gaps"]))
        )

    def dump(self) -> dict[str, object]:
        """For JSON; what was not measured is empty."""
        return {
            **asdict(self),
            "connecting": self.connecting or {},
            "storm": self.storm or {},
            "log": self.log or {},
            "cpu_us_per_delivery": round(self.cpu_us_per_delivery, 3),
            "cpu_us_per_message": round(self.cpu_us_per_message, 2),
            "messages_per_s": round(self.messages_per_s, 1),
            "deliveries_per_s": round(self.deliveries_per_s, 1),
            "clients_were_the_limit": self.clients_were_the_limit,
            "complete": self.complete,
        }
