"""The command line."""

import argparse
from pathlib import Path

from bench.scenarios import SCENARIOS

#: Most clients and seconds of a run: a load test ends by itself and stays on its machine.
MAX_CLIENTS, MAX_SECONDS = 100_000, 3600

_ABOUT = """\
Load test of a Magpie server on this machine. It starts a server of its own (a free port, rate limits off,
data in a temporary directory), puts users, friends and groups into its database, connects, talks, and counts.

  connect   idle people, each in --groups groups         room    one room: --window W or --rate R, --pair R
  pairs     people who talk in twos                       storm   everybody comes back after a restart
  mixed     a company's day in --seconds                  all     the table of docs/performance.md
  compare   the room on other servers, and the kernel's floor
  echo      no load: a WebSocket on --port that says back what it is told, over --transport"""


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=_ABOUT, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("scenario", choices=[*SCENARIOS, "all", "compare", "echo"])
    load = parser.add_argument_group("the load")
    load.add_argument("--clients", type=_within(2, MAX_CLIENTS), metavar="N", help="people who are connected")
    load.add_argument("--seconds", type=_seconds, metavar="S", help="how long to send (10; mixed 60)")
    load.add_argument(
        "--rate", type=_positive, default=0.0, metavar="R", help="messages a second, however long they take"
    )
    load.add_argument(
        "--window", type=_within(1, 100_000), metavar="W", help="messages outstanding, as fast as it goes"
    )
    load.add_argument(
        "--pair",
        type=_positive,
        default=0.0,
        metavar="R",
        help="room: two others write to each other, R messages a second",
    )
    load.add_argument(
        "--groups", type=_within(1, 200), default=20, metavar="G", help="connect: groups of each (20)"
    )
    load.add_argument(
        "--size", type=_within(1, 16384), default=64, metavar="B", help="bytes of a message's text (64)"
    )
    load.add_argument(
        "--scale", type=_positive, default=1.0, metavar="F", help="all, compare: smaller by this factor"
    )
    where = parser.add_argument_group("the server")
    where.add_argument(
        "--data", type=Path, metavar="DIR", help="keep its data here, beside what is there already"
    )
    where.add_argument("--url", metavar="URL", help="a server that runs already (http://127.0.0.1:8080)")
    where.add_argument(
        "--users", type=Path, metavar="FILE", help="with --url: its users, lines of userid<TAB>token"
    )
    where.add_argument(
        "--pid", type=_within(1, 2**31), default=0, help="with --url: its process, for CPU and memory"
    )
    where.add_argument(
        "--no-pin",
        dest="pin",
        action="store_false",
        help="leave processes on any core (else: the server on the first, clients on the others)",
    )
    where.add_argument(
        "--processes", type=_within(1, 64), metavar="N", help="client processes (one a free core)"
    )
    out = parser.add_argument_group("what comes out")
    out.add_argument(
        "--check",
        type=_within(0, 10_000_000),
        default=20_000,
        metavar="N",
        help="acked messages to look up in the log afterwards (20000)",
    )
    out.add_argument(
        "--users-out", type=Path, metavar="FILE", help="write userid<TAB>token of the people made"
    )
    out.add_argument("--json", type=Path, metavar="FILE", help="all figures")
    out.add_argument("--svg", type=Path, metavar="FILE", help="a chart")
    echo = parser.add_argument_group("echo")
    echo.add_argument("--port", type=_within(1, 65535), default=9001, metavar="N", help="to listen on (9001)")
    echo.add_argument("--transport", choices=["direct", "stream"], default="direct", help="(direct)")
    options = parser.parse_args(arguments)
    if bool(options.url) != bool(options.users):
        parser.error("--url and --users go together")
    if options.url and options.scenario in ("all", "compare"):
        parser.error(f"{options.scenario} starts its own servers")
    if options.rate and options.window:
        parser.error("give --rate or --window, not both")
    options.seconds = options.seconds or (60.0 if options.scenario == "mixed" else 10.0)
    return options


def _within(low: int, high: int):
    def whole(text: str) -> int:
        number = int(text)
        if not low <= number <= high:
            raise argparse.ArgumentTypeError(f"expected {low} … {high}")
        return number

    return whole


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number <= 1e6:
        raise argparse.ArgumentTypeError("expected more than 0")
    return number


def _seconds(text: str) -> float:
    number = float(text)
    if not 0.1 <= number <= MAX_SECONDS:
        raise argparse.ArgumentTypeError(f"expected 0.1 … {MAX_SECONDS}")
    return number
