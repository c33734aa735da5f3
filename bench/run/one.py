"""``connect``, ``room``, ``pairs``, ``storm``, ``mixed``: one scenario on one server."""

import tempfile
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from bench.report import chart
from bench.report.progress import Progress
from bench.report.text import tell
from bench.run import linux
from bench.run.dataset import read_users
from bench.run.options import Options
from bench.run.output import write
from bench.run.runner import make_runner
from bench.run.scenarios import SCENARIOS
from bench.run.server import StandingServer


async def run(options: Options, progress: Progress) -> int:
    """Prints what came of it: 0 when everything was delivered and found in the log, otherwise 1."""
    where, plan = linux.machine(), SCENARIOS[options.scenario](options.load)
    with _data(options) as data:
        url = options.url
        runner = make_runner(
            options,
            Path(data),
            progress,
            make_server=(lambda _: StandingServer(url, options.pid)) if url else None,
        )
        runner.users = read_users(options.users) if options.users else None
        runner.users_out = options.users_out
        result = await runner.run(plan)
    progress.clear()
    print(tell(result))
    write(options, {"machine": where, "runs": [result.dump()]}, chart.run_chart(result))
    return 0 if result.complete else 1


def _data(options: Options) -> AbstractContextManager[Path | str]:
    """The data directory as a context; a temporary one is removed."""
    if options.data:
        return nullcontext(options.data)
    return tempfile.TemporaryDirectory(prefix="magpie-bench-")
