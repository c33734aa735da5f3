"""``python -m bench SCENARIO``: carries out the runs and tells what came of them."""

import asyncio
import signal
import sys

from bench import echo, words
from bench.clients.calls import CallFailed
from bench.report.progress import Progress
from bench.run import capacity, cluster, compare, groups, linux, one, reads, versus, whole_table
from bench.run.client_processes import ClientsFailed
from bench.run.options import parse
from bench.run.programs import ProgramFailed
from bench.run.server import ServerFailed

#: What is done for a scenario that is not one run on one server.
_COMMANDS = {
    "all": whole_table.run,
    "compare": compare.run,
    "versus": versus.run,
    "cluster": cluster.run,
    "reads": reads.run,
    "groups": groups.run,
    "echo": echo.run,
    "capacity": capacity.run,
    "words": words.run,
}


def main(arguments: list[str] | None = None) -> int:
    """0: everything was delivered and found in the log. 1: not. 2: the run could not be made.
    130: it was told to end, by Ctrl-C or SIGTERM."""
    options = parse(arguments)
    linux.raise_file_limit()
    # A shell has it ignored by what it runs in the background.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))  # ends what it has started
    progress = Progress()
    try:
        return asyncio.run(_COMMANDS.get(options.scenario, one.run)(options, progress))
    except (ServerFailed, ClientsFailed, CallFailed, ProgramFailed, ValueError, OSError) as error:
        progress.clear()
        print(f"bench: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        progress.clear()
        return 130


if __name__ == "__main__":
    sys.exit(main())
