"""``all``: the runs of the table in docs/performance.md, each figure with what it should reach."""

from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass

from bench.plan import Plan
from bench.result import Result
from bench.scenarios import connect, mixed, pairs, room, storm


@dataclass(frozen=True)
class Figure:
    """A measured value and its target; `at_least`: more is better. `target` None: for information."""

    name: str
    value: float
    unit: str
    target: float | None = None
    at_least: bool = False

    @property
    def met(self) -> bool | None:
        if self.target is None:
            return None
        return self.value >= self.target if self.at_least else self.value <= self.target


@dataclass(frozen=True)
class Row:
    """One run of the table: how it is planned, and the figures taken from it and from the kernel's floor (µs
    of a bare send()). `against_floor`: the floor is measured right after the run, at the run's pace."""

    plan: Plan
    figures: Callable[[Result, float], list[Figure]]
    against_floor: bool = False


def rows(options: Namespace) -> list[Row]:
    """The runs, in order. `--scale` makes all of them smaller."""

    def many(number: int) -> int:
        return max(4, int(number * options.scale))

    def of(scenario: Callable[[Namespace], Plan], clients: int, **more: object) -> Plan:
        given = {"seconds": options.seconds, "groups": 20, "rate": 0.0, "window": 0, "pair": 0.0, **more}
        return scenario(Namespace(clients=many(clients), **given))

    return [
        Row(
            of(room, 1000),
            lambda result, floor: [
                Figure("CPU per delivery", result.cpu_us_per_delivery, "µs", 7),
                Figure("times the kernel's floor", result.cpu_us_per_delivery / floor, "×", 1.4),
            ],
            against_floor=True,
        ),
        Row(
            of(room, 1000, window=64),
            lambda result, _: [Figure("CPU per delivery", result.cpu_us_per_delivery, "µs", 0.5)],
        ),
        Row(
            of(room, 1000, rate=20),
            lambda result, floor: [
                Figure("CPU per delivery", result.cpu_us_per_delivery, "µs", 7.5),
                Figure("times the floor at this pace", result.cpu_us_per_delivery / floor, "×"),
                Figure("delivery p99", result.latency["p99"], "ms", 16),
            ],
            against_floor=True,
        ),
        Row(
            of(pairs, 1000),
            lambda result, _: [
                Figure("CPU per message", result.cpu_us_per_message, "µs", 90),
                Figure("durable messages", result.messages_per_s, "/s", 8000, at_least=True),
            ],
        ),
        Row(
            of(pairs, 1000, rate=4000 * options.scale),
            lambda result, _: [Figure("ack p99", result.ack["p99"], "ms", 60)],
        ),
        Row(
            of(connect, 5000),
            lambda result, _: [
                Figure("memory per connection", result.connecting["rss_bytes"] / 1024, "KB", 6),
                Figure("connects", result.connecting["per_s"], "/s", 1500, at_least=True),
            ],
        ),
        Row(
            of(room, 10000, window=4, pair=50.0),
            lambda result, _: [Figure("the pair's p99", result.streams["pair"]["latency"]["p99"], "ms", 25)],
        ),
        Row(of(storm, 5000), lambda result, _: [Figure("all back after", result.storm["seconds"], "s")]),
        Row(
            of(mixed, 300, seconds=6 * options.seconds),
            lambda result, _: [
                Figure("CPU per message", result.cpu_us_per_message, "µs"),
                Figure("delivery p99", result.latency["p99"], "ms"),
            ],
        ),
    ]
