"""What a run has measured."""

from dataclasses import asdict, dataclass, field

from bench.histogram import Histogram

#: From this share of a core on, a process counts as fully busy.
BUSY = 0.9


@dataclass
class Result:
    """Times are ms unless their name says µs (`_us`). `lost` is what was expected and did not come."""

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
    frame_bytes: int = 0
    latency: dict = field(default_factory=dict)
    ack: dict = field(default_factory=dict)
    connecting: dict = field(default_factory=dict)
    storm: dict = field(default_factory=dict)
    people: dict = field(default_factory=dict)
    streams: dict = field(default_factory=dict)
    log: dict = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    timeline: list[tuple[float, int, float]] = field(default_factory=list)  #: (s, delivered, server's CPU s)

    def measured(self, seconds: float, server_cpu: float, client_share: float) -> None:
        self.seconds = round(seconds, 3)
        self.server_cpu_s = round(server_cpu, 2)
        self.server_cpu_share = round(server_cpu / seconds, 3)
        self.client_cpu_share = round(client_share, 3)

    def collect(self, answers: list[dict]) -> None:
        """Adds up what the client processes report."""
        latency, ack, parts = Histogram(), Histogram(), {}
        for answer in answers:
            for name in ("doubled", "disordered", "fetched"):
                setattr(self, name, getattr(self, name) + answer[name])
            self.delivered -= answer["doubled"] + answer["overlapped"]
            self.errors += answer["errors"]
            self.frame_bytes = max(self.frame_bytes, answer["frame_bytes"])
            for stream in answer["streams"]:
                latency.merge(stream["latency"])
                ack.merge(stream["ack"])
                part = parts.setdefault(stream["name"], {"latency": Histogram(), "ack": Histogram()})
                part["latency"].merge(stream["latency"])
                part["ack"].merge(stream["ack"])
                for name in ("sent", "acked", "refused", "expected", "delivered"):
                    setattr(self, name, getattr(self, name) + stream[name])
                    part[name] = part.get(name, 0) + stream[name]
        self.lost = self.expected - self.delivered
        self.latency, self.ack = latency.summary(), ack.summary()
        self.streams = {
            name: {**part, "latency": part["latency"].summary(), "ack": part["ack"].summary()}
            for name, part in parts.items()
        }
        self._collect_people([answer["people"] for answer in answers if answer["people"]])
        if self.storm:
            away = Histogram()
            for answer in answers:
                away.merge(answer["returns"]["away"])
            self.storm["away"] = away.summary()
            self.storm["attempts"] = sum(answer["returns"]["attempts"] for answer in answers)

    def _collect_people(self, answers: list[dict]) -> None:
        for name in answers[0]["done"] if answers else ():
            latency = Histogram()
            for answer in answers:
                latency.merge(answer["latency"][name])
            self.people[name] = {"done": sum(answer["done"][name] for answer in answers), **latency.summary()}

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
            and not self.log.get("missing")
            and not self.log.get("gaps")
        )

    def dump(self) -> dict:
        """For JSON."""
        return {
            **asdict(self),
            "cpu_us_per_delivery": round(self.cpu_us_per_delivery, 3),
            "cpu_us_per_message": round(self.cpu_us_per_message, 2),
            "messages_per_s": round(self.messages_per_s, 1),
            "deliveries_per_s": round(self.deliveries_per_s, 1),
            "clients_were_the_limit": self.clients_were_the_limit,
            "complete": self.complete,
        }
