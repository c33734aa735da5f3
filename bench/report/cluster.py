"""What several processes cost beside one: slices of traffic go in, figures and lines of text come out."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import NamedTuple

from bench.report.figures import Figure, aligned, number
from bench.report.result import Result

#: What carried a slice: one process all of it, one as much as each of several gets, several all of it.
ONE, PART, ALL = "one", "part", "all"

#: What several should reach: so much of their number's work for the CPU of each, and this share for the bus.
_GAIN_SHARE, _BUS_SHARE = 0.9, 0.05
#: Batches of two loads that differ by less than this share say nothing of what a transaction costs.
_LEAST_APART = 0.2

#: Counters of /metrics that are read, and what they are called here.
COUNTERS = {
    "magpie_log_batches_total": "commits",
    "magpie_bus_published_total": "published",
    "magpie_bus_received_total": "received",
    "magpie_bus_sent_total": "bus_batches",
    "magpie_bus_held_total": "held",
    "magpie_bus_holes_total": "holes",
    "magpie_bus_missed_total": "missed",
}


@dataclass(frozen=True)
class Slice:
    """One load on one side. CPU is seconds: of each server process, of the broker, of the database; `counted`
    is what the servers' own counters rose by, all processes together."""

    side: str
    result: Result
    servers_cpu_s: list[float]
    broker_cpu_s: float
    database_cpu_s: float
    counted: dict[str, float]

    @property
    def servers_us(self) -> float:
        """CPU of all server processes for a message, µs."""
        return self._us(sum(self.servers_cpu_s))

    @property
    def broker_us(self) -> float:
        return self._us(self.broker_cpu_s)

    @property
    def database_us(self) -> float:
        return self._us(self.database_cpu_s)

    @property
    def messages_per_commit(self) -> float:
        return self.result.acked / max(1.0, self.counted.get("commits", 0.0))

    def each_us(self) -> list[float]:
        """CPU of each server process for a message that any of them took, µs."""
        return [self._us(cpu_s) for cpu_s in self.servers_cpu_s]

    def _us(self, cpu_s: float) -> float:
        return cpu_s * 1e6 / max(1, self.result.acked)

    @property
    def others_share(self) -> float:
        """Of a core, what neither side's programs nor the clients have used."""
        beside_s = self.broker_cpu_s + self.database_cpu_s
        return max(0.0, self.result.others_cpu_share - beside_s / max(self.result.seconds, 1e-3))

    def dump(self) -> dict[str, object]:
        """For JSON."""
        own = {name: value for name, value in asdict(self).items() if name != "result"}
        return {**own, **self.result.dump()}


class _Pooled(NamedTuple):
    """Of all slices of a side: CPU of the servers for a message, µs, and messages of a transaction."""

    cpu_us: float
    messages: float


def _pooled(slices: Sequence[Slice]) -> _Pooled:
    acked = max(1, sum(one.result.acked for one in slices))
    commits = sum(one.counted.get("commits", 0.0) for one in slices)
    return _Pooled(sum(sum(one.servers_cpu_s) for one in slices) * 1e6 / acked, acked / max(1.0, commits))


@dataclass
class Comparison:
    """One traffic on both sides. `rounds`: slices that were measured right after each other, by side.
    `bus_share`: of the CPU of several, by samples; None when there are none. `rooms`: shares of that CPU."""

    traffic: str
    processes: int
    rounds: list[dict[str, Slice]] = field(default_factory=list)
    bus_share: float | None = None
    rooms: dict[str, float] = field(default_factory=dict)

    @property
    def gain(self) -> float:
        """What several carry for the CPU of each, as many times what one does with the same load."""
        return self._middle(lambda one: self.processes * one[ONE].servers_us / one[ALL].servers_us)

    @property
    def gain_by_part(self) -> float:
        """The same beside one that has as much to do as each of several."""
        return self._middle(lambda one: self.processes * one[PART].servers_us / one[ALL].servers_us)

    @property
    def gain_by_batches(self) -> float | None:
        """The same beside one whose transactions are as large. Of a message's CPU, one part is the message's
        and one its share of a transaction: what one needed for the whole load and for a part of it says how
        large each is. None when the batches of several do not lie between these two."""
        one, part, several = (_pooled(self.slices(side)) for side in (ONE, PART, ALL))
        share, share_of_part = 1 / one.messages, 1 / part.messages
        low, high = sorted((share, share_of_part))
        if high - low < _LEAST_APART * high or not low <= 1 / several.messages <= high:
            return None
        of_transaction = (part.cpu_us - one.cpu_us) / (share_of_part - share)
        alone_us = one.cpu_us + of_transaction * (1 / several.messages - share)
        return self.processes * alone_us / several.cpu_us

    def _middle(self, of: Callable[[dict[str, Slice]], float]) -> float:
        return statistics.median(of(one) for one in self.rounds)

    def slices(self, side: str) -> list[Slice]:
        return [one[side] for one in self.rounds if side in one]

    def figures(self) -> list[Figure]:
        """What is held against targets; none for one process."""
        if self.processes == 1:
            return []
        many = self.processes
        found = [
            Figure(f"gain of {many} by CPU a message", self.gain, "×", many * _GAIN_SHARE, at_least=True),
            Figure("the same, by a part of the load each", self.gain_by_part, "×"),
        ]
        if (by_batches := self.gain_by_batches) is not None:
            found.append(Figure("the same, by batches as large", by_batches, "×"))
            found.append(Figure("what it costs not to be alone", (1 - by_batches / many) * 100, "%"))
        if self.bus_share is not None:
            found.append(Figure("between processes, by samples", self.bus_share * 100, "%", _BUS_SHARE * 100))
        return found


def tell(comparison: Comparison) -> str:
    """Lines: what each side did and what it cost, what crossed the bus, and what became of the messages."""
    many = comparison.processes
    names = {ONE: "one", PART: f"one, 1/{many} of it", ALL: f"{many} processes"}
    head = ["", "acked/s", "ack p50", "p99 ms", "CPU µs/message", "of each", "broker", "database", "a COMMIT"]
    lines = [head]
    for side, name in names.items():
        if slices := comparison.slices(side):
            lines.append([name, *_cells(slices)])
    told = [comparison.traffic, aligned(lines)]
    if slices := comparison.slices(ALL):
        told.append(_bus(slices))
    if comparison.rooms:
        told.append("time of the servers: " + _shares(comparison.rooms))
    told.append(_harm([one for round_ in comparison.rounds for one in round_.values()]))
    return "\n  ".join("\n".join(told).splitlines())


def _cells(slices: Sequence[Slice]) -> list[str]:
    def middle(of: Callable[[Slice], float]) -> str:
        return number(statistics.median(of(one) for one in slices))

    each = zip(*(one.each_us() for one in slices))
    return [
        middle(lambda one: one.result.messages_per_s),
        middle(lambda one: one.result.ack["p50"]),
        middle(lambda one: one.result.ack["p99"]),
        middle(lambda one: one.servers_us),
        " + ".join(number(statistics.median(values)) for values in each),
        middle(lambda one: one.broker_us),
        middle(lambda one: one.database_us),
        middle(lambda one: one.messages_per_commit),
    ]


def _bus(slices: Sequence[Slice]) -> str:
    acked = max(1, sum(one.result.acked for one in slices))
    counted = {name: sum(one.counted.get(name, 0.0) for one in slices) for name in COUNTERS.values()}
    return (
        f"bus: {counted['published'] / acked:.2f} published and {counted['received'] / acked:.2f} received "
        f"a message, {counted['bus_batches'] / acked:.2f} batches; "
        f"held {counted['held']:.0f}, holes {counted['holes']:.0f}, missed {counted['missed']:.0f}"
    )


def _shares(rooms: dict[str, float]) -> str:
    most = sorted(rooms.items(), key=lambda item: -item[1])
    return ", ".join(f"{name} {share:.1%}" for name, share in most if share >= 0.005)


def _harm(slices: Sequence[Slice]) -> str:
    def total(of: Callable[[Result], int]) -> int:
        return sum(of(one.result) for one in slices)

    return (
        f"{total(lambda one: one.sent)} sent, {total(lambda one: one.acked)} acked, "
        f"{total(lambda one: one.delivered)} of {total(lambda one: one.expected)} delivered: "
        f"lost {total(lambda one: one.lost)}, doubled {total(lambda one: one.doubled)}, "
        f"out of order {total(lambda one: one.disordered)}"
    )
