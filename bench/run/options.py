"""The command line: text goes in, `Options` come out."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.run.rows import ROW_NAMES
from bench.run.scenarios import SCENARIOS, Load

#: Most clients and seconds of a run: a load test ends by itself and stays on its machine.
MAX_CLIENTS, MAX_SECONDS_S = 100_000, 3600
#: Seconds to send unless `--seconds` says otherwise.
_SECONDS_S = {"mixed": 60.0, "versus": 4.0, "reads": 3.0}

_ABOUT = """\
Load test of a Magpie server on this machine. It starts a server of its own (a free port, rate limits off,
data in a temporary directory), puts users, friends and groups into its database, connects, talks, and counts.

  connect   idle people, each in --groups groups         room    one room: --window W or --rate R, --pair R
  pairs     people who talk in twos                       storm   everybody comes back after a restart
  mixed     a company's day in --seconds                  all     the table of docs/performance.md
  compare   the room on other servers, and the kernel's floor
  versus    the rows of `all` on this code and on another checkout (--before DIR), in turn
  cluster   --processes servers on one --database with a --broker, beside one server with the same load
  reads     what each call that reads costs, of a log of --messages
  groups    what is done to a group of --clients (10,000) members costs, beside the same in one of ten
  echo      no load: a WebSocket on --port that says back what it is told, over --transport
  words     no server: what lists of words of several lengths cost each message"""


@dataclass(frozen=True)
class Options:
    """What the command line asks for; docs/measuring.md and `--help` tell what each is for."""

    scenario: str
    load: Load
    size_bytes: int
    scale: float
    data: Path | None
    url: str | None
    users: Path | None
    pid: int
    pin: bool
    processes: int | None
    database: str
    broker: str
    messages: int
    conversations: int
    before: Path
    before_python: str
    before_env: dict[str, str]
    rounds: int
    only: tuple[str, ...]
    check: int
    users_out: Path | None
    json: Path | None
    svg: Path | None
    port: int
    transport: str


def parse(arguments: list[str] | None = None) -> Options:
    """Ends the process with code 2 and a line on standard error when the arguments make no sense."""
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=_ABOUT, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add(
        "scenario",
        choices=[
            *SCENARIOS,
            "all",
            "compare",
            "versus",
            "cluster",
            "reads",
            "groups",
            "echo",
            "capacity",
            "words",
        ],
    )
    _add_load(parser.add_argument_group("the load"))
    _add_server(parser.add_argument_group("the server"))
    _add_cluster(parser.add_argument_group("cluster"))
    _add_reads(parser.add_argument_group("reads"))
    _add_versus(parser.add_argument_group("versus"))
    _add_echo(parser.add_argument_group("echo"))
    _add_output(parser.add_argument_group("what comes out"))
    given = parser.parse_args(arguments)
    if bool(given.url) != bool(given.users):
        parser.error("--url and --users go together")
    if given.url and given.scenario not in SCENARIOS:
        parser.error(f"{given.scenario} starts its own servers")
    if given.rate and given.window:
        parser.error("give --rate or --window, not both")
    if bool(given.before) != (given.scenario == "versus"):
        parser.error("versus and --before go together")
    if given.scenario == "cluster" and (given.window or given.data):
        parser.error("cluster sends at a --rate, to databases that it starts")
    return Options(
        scenario=given.scenario,
        load=Load(
            seconds_s=given.seconds or _SECONDS_S.get(given.scenario, 10.0),
            clients=given.clients,
            rate=given.rate,
            window=given.window,
            pair_rate=given.pair,
            groups=given.groups,
        ),
        size_bytes=given.size,
        scale=given.scale,
        data=given.data,
        url=given.url,
        users=given.users,
        pid=given.pid,
        pin=given.pin,
        processes=given.processes,
        database=given.database,
        broker=given.broker,
        messages=given.messages,
        conversations=given.conversations,
        before=given.before,
        before_python=given.before_python,
        before_env=dict(given.before_env),
        rounds=given.rounds,
        only=given.only,
        check=given.check,
        users_out=given.users_out,
        json=given.json,
        svg=given.svg,
        port=given.port,
        transport=given.transport,
    )


def _add_load(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--clients", type=_within(2, MAX_CLIENTS), metavar="N", help="people who are connected")
    add(
        "--seconds",
        type=_seconds,
        metavar="S",
        help="how long to send (10; mixed 60; versus 4; reads 3, each call)",
    )
    add("--rate", type=_positive, default=0.0, metavar="R", help="messages a second, however long they take")
    add("--window", type=_within(1, 100_000), metavar="W", help="messages outstanding, as fast as it goes")
    add(
        "--pair",
        type=_positive,
        default=0.0,
        metavar="R",
        help="room: two others write to each other, R messages a second",
    )
    add("--groups", type=_within(1, 200), default=20, metavar="G", help="connect: groups of each (20)")
    add("--size", type=_within(1, 16384), default=64, metavar="B", help="bytes of a message's text (64)")
    add(
        "--scale",
        type=_positive,
        default=1.0,
        metavar="F",
        help="all, compare, versus: smaller by this factor",
    )


def _add_echo(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--port", type=_within(1, 65535), default=9001, metavar="N", help="to listen on (9001)")
    add("--transport", choices=["direct", "stream"], default="direct", help="(direct)")


def _add_server(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--data", type=Path, metavar="DIR", help="keep its data here, beside what is there already")
    add("--url", metavar="URL", help="a server that runs already (http://127.0.0.1:8080)")
    add("--users", type=Path, metavar="FILE", help="with --url: its users, lines of userid<TAB>token")
    add("--pid", type=_within(1, 2**31), default=0, help="with --url: its process, for CPU and memory")
    add(
        "--no-pin",
        dest="pin",
        action="store_false",
        help="leave processes on any core (else: the server on the first, clients on the others)",
    )
    add(
        "--processes",
        type=_within(1, 64),
        metavar="N",
        help="client processes (one a free core); cluster: of the server (2)",
    )


def _add_cluster(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--database", choices=["mariadb", "postgresql", "sqlite"], default="mariadb", help="(mariadb)")
    add("--broker", choices=["redis", "postgresql"], default="redis", help="(redis)")


def _add_reads(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--messages", type=_within(1000, 10**8), default=5_000_000, metavar="N", help="in all (5000000)")
    add("--conversations", type=_within(10, 5000), default=2000, metavar="N", help="of one user (2000)")


def _add_versus(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--before", type=_checkout, metavar="DIR", help="a checkout of the commit to compare with")
    add(
        "--before-python",
        default=sys.executable,
        metavar="FILE",
        help="the Python that runs its server (the one that runs this)",
    )
    add(
        "--before-env",
        action="append",
        type=_variable,
        default=[],
        metavar="NAME=VALUE",
        help="a variable for its server only, where a setting has another name there; again for more",
    )
    add(
        "--rounds",
        type=_within(1, 1000),
        default=5,
        metavar="N",
        help="versus, cluster: times that each row is run on both (5)",
    )
    add(
        "--only",
        type=_names,
        default=ROW_NAMES,
        metavar="ROW,…",
        help=f"rows to run, of {', '.join(ROW_NAMES)}",
    )


def _add_output(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add(
        "--check",
        type=_within(0, 10_000_000),
        default=20_000,
        metavar="N",
        help="acked messages to look up in the log afterwards (20000)",
    )
    add("--users-out", type=Path, metavar="FILE", help="write userid<TAB>token of the people made")
    add("--json", type=Path, metavar="FILE", help="all figures")
    add("--svg", type=Path, metavar="FILE", help="a chart")


def _within(low: int, high: int) -> Callable[[str], int]:
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
    if not 0.1 <= number <= MAX_SECONDS_S:
        raise argparse.ArgumentTypeError(f"expected 0.1 … {MAX_SECONDS_S}")
    return number


def _checkout(text: str) -> Path:
    folder = Path(text).absolute()
    if not (folder / "server.py").is_file():
        raise argparse.ArgumentTypeError(f"{text}: there is no server.py")
    return folder


def _variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError("expected NAME=VALUE")
    return name, value


def _names(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    if unknown := set(names) - set(ROW_NAMES):
        raise argparse.ArgumentTypeError(
            f"{', '.join(sorted(unknown))}: expected some of {', '.join(ROW_NAMES)}"
        )
    return names
