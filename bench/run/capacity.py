"""``python -m bench capacity``: how much of what so many people take, as arithmetic on what was measured.

A plan, not a measurement: each number below has its source, and a team that measures others puts them in.
"""

import math
from typing import NamedTuple

from bench.report.progress import Progress
from bench.run.options import Options


class Habits(NamedTuple):
    """What people do. WeChat told in 2018 of 45 billion messages a day by a billion people."""

    active: float = 0.4  #: of all who are registered, on a day
    messages: float = 45.0  #: of an active person, a day
    busiest_hour: float = 0.1  #: of a day's messages
    peak: float = 2.0  #: the busiest second above the busiest hour's mean
    online: float = 0.5  #: of the active, at the busiest time
    devices: float = 1.4  #: open connections of somebody who is online
    groups: float = 0.3  #: of all messages
    members: float = 40.0  #: of the group that a message goes to, on average


class Costs(NamedTuple):
    """What a process takes, in µs of one core of 2.8 GHz (docs/performance.md), and a row of a message."""

    message_us: float = 75.0  #: in, stored, acknowledged, without its deliveries
    sqlite_us: float = 60.0  #: the same with SQLite inside, when many come at once
    delivery_us: float = 7.0  #: one frame to one connection
    bus_us: float = 1.3  #: a message of another process, read and not wanted
    database_us: float = 90.0  #: of the database server, for a message
    row_bytes: float = 450.0  #: of a message with its keys, in the database
    busy: float = 0.6  #: of a core that may be used at the peak
    most_connections: float = 30_000.0  #: of a process: all back in 10 s after its restart, at 350 µs each
    most_messages: float = 20_000.0  #: a second, of one log: all commits take turns at one row
    bus_bytes: float = 450.0  #: of a message on the bus; every process reads all of them
    most_bus_bytes: float = 125e6  #: a second, out of one Redis: a network of 1 Gbit/s


HABITS, COSTS = Habits(), Costs()


class Need(NamedTuple):
    """What so many people need at their busiest second."""

    users: float
    messages: float  #: a second
    deliveries: float  #: a second
    connections: float
    processes: int  #: in one cell
    cells: int
    database_cores: float  #: of one cell
    bus_mb: float  #: a second, out of the Redis of one cell
    gb_a_day: float  #: of rows, in all


def need(users: float, habits: Habits = HABITS, costs: Costs = COSTS) -> Need:
    """The least that carries them, in as many cells as it takes for one log and one bus each."""
    active = users * habits.active
    rate = active * habits.messages * habits.busiest_hour / 3600 * habits.peak
    open_devices = habits.devices * habits.online
    to_each = (1 - habits.groups) * 2 * open_devices
    to_each += habits.groups * habits.members * habits.active * open_devices
    connections = active * open_devices
    cells = max(1, math.ceil(rate / costs.most_messages))
    while True:
        processes = _processes(rate / cells, rate * to_each / cells, connections / cells, costs)
        bus = rate / cells * costs.bus_bytes * (processes if processes > 1 else 0)
        if bus <= costs.most_bus_bytes:
            break
        cells += 1
    return Need(
        users,
        rate,
        rate * to_each,
        connections,
        processes,
        cells,
        rate / cells * costs.database_us / 1e6 / costs.busy,
        bus / 1e6,
        active * habits.messages * costs.row_bytes / 1e9,
    )


def _processes(rate: float, deliveries: float, connections: float, costs: Costs) -> int:
    """One does all by itself while it can; several read what each of them says, too."""
    alone = (rate * costs.sqlite_us + deliveries * costs.delivery_us) / 1e6
    if alone <= costs.busy and connections <= costs.most_connections:
        return 1
    work = (rate * costs.message_us + deliveries * costs.delivery_us) / 1e6
    left = costs.busy - rate * costs.bus_us / 1e6
    return max(2, math.ceil(work / left), math.ceil(connections / costs.most_connections))


def rows(sizes: tuple[float, ...] = (1e3, 1e4, 1e5, 1e6, 1e7, 1e8)) -> list[list[str]]:
    found = []
    for size in sizes:
        of = need(size)
        found.append([
            _short(of.users), _short(of.messages), _short(of.deliveries), _short(of.connections),
            str(of.cells), str(of.processes),
            *((f"{of.database_cores:.1f}", f"{of.bus_mb:.0f}") if of.processes > 1 else "––"),
            f"{of.gb_a_day:,.2g}" if of.gb_a_day < 10 else f"{of.gb_a_day:,.0f}",
        ])  # fmt: skip
    return found


HEAD = [
    "people", "messages/s", "deliveries/s", "connections", "cells", "processes a cell",
    "database cores a cell", "bus MB/s a cell", "GB a day",
]  # fmt: skip


def table() -> str:
    """As Markdown."""
    lines = [HEAD, ["---:"] * len(HEAD), *rows()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


async def run(options: Options, progress: Progress) -> int:
    print(table())
    return 0


def _short(number: float) -> str:
    for size, name in ((1e6, " M"), (1e3, " k"), (1, "")):
        if number >= size:
            return f"{number / size:.3g}{name}"
    return f"{number:.1f}"
