"""``cluster``: several server processes on one database with a broker, beside one process with the same load.

Both sides run at once, each on a database server of its own, and traffic goes to them in turn, in slices:
one, a part of it to one, all of it to several, and back. What counts is CPU for a message, in all processes
together: on few cores, which the clients need, too, time says nothing of what more cores would carry.
"""

import statistics
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial

from bench.report.cluster import ALL, ONE, PART, Comparison, Slice, tell
from bench.report.figures import table
from bench.report.progress import Progress
from bench.report.result import Lookup
from bench.run import linux
from bench.run.options import Options
from bench.run.output import write
from bench.run.plan import Plan, Traffic
from bench.run.scenarios import cluster as make_plan
from bench.run.side import Side, make_side

#: Files of the server that are there because it is not alone, by the beginnings of their paths.
_BUS = ("hub/ports/", "log/telling.py")


async def run(options: Options, progress: Progress) -> int:
    """Prints what each side cost and what several gain; 0 when everything was delivered and found in the log,
    otherwise 1."""
    many = options.processes or 2
    if options.database == "sqlite" and many > 1:
        raise ValueError("SQLite is for one process: give --database mariadb or postgresql, or --processes 1")
    if options.broker == "postgresql" and options.database != "postgresql" and many > 1:
        raise ValueError("--broker postgresql is the database itself: give --database postgresql, too")
    where, plan = linux.machine(), make_plan(options.load)
    async with AsyncExitStack() as stack:
        sides: dict[str, Side] = {}
        for count in sorted({1, many}):
            progress(f"starting {count}: {options.database}")
            made = make_side(options, partial(_say, progress, _title(count)), plan, count)
            sides[ONE if count == 1 else ALL] = await stack.enter_async_context(made)
        for side in sides.values():
            await side.prepare()
        idle = {_title(len(side.servers.members)): await side.idle() for side in sides.values()}
        comparisons = [
            await _compare(sides, many, name, traffic, plan.seconds_s, options.rounds)
            for name, traffic in _traffic(plan)
        ]
        looked_up = [await side.runner.look_up(side.steps) for side in sides.values()]
    progress.clear()
    between = "" if many == 1 else f", broker {options.broker}"
    print(f"{plan.label}; database {options.database}{between}")
    print("idle: " + ", ".join(f"{name} {share:.2%} of a core" for name, share in idle.items()), end="\n\n")
    print(*map(tell, comparisons), sep="\n\n", end="\n\n")
    figures = [(one.traffic, figure) for one in comparisons for figure in one.figures()]
    if figures:
        print(table(figures))
    slices = [slice_ for one in comparisons for round_ in one.rounds for slice_ in round_.values()]
    others = statistics.median(one.others_share for one in slices)
    print(f"others on this machine used {others:.2f} of a core, in the middle")
    print(*_incomplete(slices, looked_up), sep="\n", end="")
    complete = all(one.result.complete for one in slices) and not any(map(_missing, looked_up))
    write(
        options,
        {
            "machine": where,
            "database": options.database,
            "broker": options.broker if many > 1 else "",
            "processes": many,
            "idle_cpu_share": idle,
            "figures": [figure.dump(name) for name, figure in figures],
            "rooms": {one.traffic: one.rooms for one in comparisons},
            "complete": complete,
            "runs": [{"traffic": one.traffic, **slice_.dump()} for one in comparisons
                     for round_ in one.rounds for slice_ in round_.values()],
        },
    )  # fmt: skip
    return 0 if complete else 1


async def _compare(
    sides: dict[str, Side], many: int, name: str, traffic: list[Traffic], seconds_s: float, rounds: int
) -> Comparison:
    """All rounds of one traffic, and then where the time of several goes."""
    found = Comparison(name, many)
    part = [replace(one, rate=one.rate / many) for one in traffic]
    turn = [(ONE, sides[ONE], traffic)]
    if many > 1:
        turn += [(PART, sides[ONE], part), (ALL, sides[ALL], traffic)]
    for number in range(rounds):
        slices = {}
        for side, runs, what in turn if number % 2 == 0 else reversed(turn):
            slices[side] = await runs.send(side, seconds_s / rounds, what)
        found.rounds.append(slices)
    files = await sides[ALL if many > 1 else ONE].sample(seconds_s / 2, traffic)
    if many > 1:
        found.bus_share = sum(share for file, share in files.items() if file.startswith(_BUS))
    for file, share in files.items():
        room = "between processes" if many > 1 and file.startswith(_BUS) else file.split("/")[0]
        found.rooms[room or "loop"] = found.rooms.get(room or "loop", 0.0) + share
    return found


def _traffic(plan: Plan) -> list[tuple[str, list[Traffic]]]:
    pairs, *rooms = plan.traffic
    return [("pairs and rooms", plan.traffic), ("pairs", [pairs]), ("rooms", rooms)]


def _title(count: int) -> str:
    return "one" if count == 1 else f"{count} processes"


def _say(progress: Progress, title: str, line: str) -> None:
    progress(f"{title}: {line}")


def _missing(log: Lookup | None) -> int:
    return log["missing"] + log["gaps"] if log else 0


def _incomplete(slices: list[Slice], looked_up: list[Lookup | None]) -> list[str]:
    """A line for each slice in which something was lost or went wrong, and for what the log has not."""
    found = [
        f"{one.side}: lost {one.result.lost}, doubled {one.result.doubled}, out of order "
        f"{one.result.disordered}, refused {one.result.refused}, "
        f"{', '.join(one.result.errors) or 'no errors'}"
        for one in slices
        if not one.result.complete
    ]
    found += ["{checked} of {acked} looked up: {missing} missing, {gaps} gaps".format(**log)
              for log in looked_up if log]  # fmt: skip
    return [*found, ""]
