"""The rows of the table in docs/performance.md: for ``all``, which holds each figure against what it should
reach, and for ``versus``, which holds it against another commit's."""

from collections.abc import Callable
from dataclasses import dataclass

from bench.report.figures import Figure
from bench.report.result import Result
from bench.run.plan import Plan
from bench.run.scenarios import Load, connect, mixed, pairs, room, storm


@dataclass(frozen=True)
class Row:
    """One run of the table: its name on the command line, how it is planned, and the figures taken from it
    and from the kernel's floor (µs of a bare send()). `against_floor`: the floor is measured right after the
    run, at the run's pace."""

    name: str
    plan: Plan
    figures: Callable[[Result, float], list[Figure]]
    against_floor: bool = False


#: The names of all rows, in order.
ROW_NAMES = (
    "room",
    "room-64",
    "room-20",
    "pairs",
    "pairs-4000",
    "connect",
    "beside",
    "storm",
    "mixed",
)


def rows(seconds_s: float, scale: float) -> list[Row]:
    """The runs, in order. `scale` multiplies their clients and rates."""

    def load(
        clients: int, window: int | None = None, rate: float = 0.0, pair_rate: float = 0.0, longer: int = 1
    ) -> Load:
        many = max(4, int(clients * scale))
        return Load(longer * seconds_s, many, rate=rate, window=window, pair_rate=pair_rate)

    return [
        Row(
            "room",
            room(load(1000)),
            lambda result, floor: [
                Figure("CPU per delivery", result.cpu_us_per_delivery, "µs", 7),
                Figure("times the kernel's floor", result.cpu_us_per_delivery / floor, "×", 1.4),
            ],
            against_floor=True,
        ),
        Row(
            "room-64",
            room(load(1000, window=64)),
            lambda result, _: [Figure("CPU per delivery", result.cpu_us_per_delivery, "µs", 0.5)],
        ),
        Row(
            "room-20",
            room(load(1000, rate=20)),
            lambda result, floor: [
                Figure("CPU per delivery", result.cpu_us_per_delivery, "µs", 7.5),
                Figure("times the floor at this pace", result.cpu_us_per_delivery / floor, "×"),
                Figure("delivery p99", result.latency["p99"], "ms", 16),
            ],
            against_floor=True,
        ),
        Row(
            "pairs",
            pairs(load(1000)),
            lambda result, _: [
                Figure("CPU per message", result.cpu_us_per_message, "µs", 90),
                Figure("durable messages", result.messages_per_s, "/s", 8000, at_least=True),
            ],
        ),
        Row(
            "pairs-4000",
            pairs(load(1000, rate=4000 * scale)),
            lambda result, _: [Figure("ack p99", result.ack["p99"], "ms", 60)],
        ),
        Row("connect", connect(load(5000)), lambda result, _: _connecting(result)),
        Row(
            "beside",
            room(load(10000, window=4, pair_rate=50.0)),
            lambda result, _: [Figure("the pair's p99", result.streams["pair"]["latency"]["p99"], "ms", 25)],
        ),
        Row("storm", storm(load(5000)), lambda result, _: _coming_back(result)),
        Row(
            "mixed",
            mixed(load(300, longer=6)),
            lambda result, _: [
                Figure("CPU per message", result.cpu_us_per_message, "µs"),
                Figure("delivery p99", result.latency["p99"], "ms"),
            ],
        ),
    ]


def _connecting(result: Result) -> list[Figure]:
    figures = result.connecting
    assert figures is not None, "every run connects"
    return [
        Figure("memory per connection", figures["rss_bytes"] / 1024, "KB", 6),
        Figure("connects", figures["per_s"], "/s", 1500, at_least=True),
    ]


def _coming_back(result: Result) -> list[Figure]:
    assert result.storm is not None, "the row's plan restarts the server"
    return [Figure("all back after", result.storm["seconds"], "s")]


def figures_to_compare(plan: Plan, result: Result) -> list[Figure]:
    """What two commits are compared by: CPU, latency, memory, and speed where the plan does not give it."""
    if result.scenario == "connect":
        assert result.connecting is not None
        return [
            Figure("CPU per connect", result.connecting["cpu_us"], "µs"),
            *(Figure(figure.name, figure.value, figure.unit) for figure in _connecting(result)[:1]),
            Figure("connect p50", result.connecting["p50"], "ms"),
            Figure("connect p99", result.connecting["p99"], "ms"),
        ]
    if result.storm is not None:
        return [*_coming_back(result), Figure("CPU per connect", result.storm["cpu_us"], "µs")]
    if result.scenario == "room":
        cpu = Figure("CPU per delivery", result.cpu_us_per_delivery, "µs")
    else:
        cpu = Figure("CPU per message", result.cpu_us_per_message, "µs")
    beside = result.streams.get("pair")
    delivery, ack = (beside["latency"], beside["ack"]) if beside else (result.latency, result.ack)
    figures = [
        cpu,
        Figure("delivery p50", delivery["p50"], "ms"),
        Figure("delivery p99", delivery["p99"], "ms"),
        Figure("ack p99", ack["p99"], "ms"),
    ]
    if plan.traffic[0].window:
        figures.append(Figure("messages", result.messages_per_s, "/s", at_least=True))
    return figures
