"""The rows of the table, and what is taken from them."""

from bench.report.result import Connecting, Restart, Result
from bench.run.rows import ROW_NAMES, figures_to_compare, rows

TIMES = {"p50": 1.0, "p99": 2.0, "p99_9": 3.0, "max": 4.0}


def test_each_row_has_its_name():
    """The names that --only takes are those of the rows, in their order, and a scale reaches all of them."""
    assert tuple(row.name for row in rows(1.0, 1.0)) == ROW_NAMES
    for whole, half in zip(rows(1.0, 1.0), rows(1.0, 0.5), strict=True):
        assert half.plan.data.users < whole.plan.data.users


def test_figures_that_commits_are_compared_by():
    """CPU is compared in each row, a speed only where the plan does not give it, memory and waiting where
    they are the subject."""
    found = {}
    for row in rows(1.0, 0.01):
        result = Result(
            row.plan.name, row.plan.label, 10, connecting=Connecting(per_s=1, cpu_us=2, rss_bytes=3, **TIMES)
        )
        result.storm = Restart(seconds=5, cpu_us=6) if row.plan.restart else None
        if row.name == "beside":
            result.streams = {"pair": {"latency": {**TIMES, "p99": 9.0}, "ack": TIMES}}
        found[row.name] = {figure.name: figure.value for figure in figures_to_compare(row.plan, result)}
    assert all(any("CPU" in figure for figure in figures) for figures in found.values())
    with_speed = {name for name, figures in found.items() if "messages" in figures}
    assert with_speed == {"room", "room-64", "pairs", "beside"}
    assert "memory per connection" in found["connect"] and "all back after" in found["storm"]
    assert found["beside"]["delivery p99"] == 9.0
