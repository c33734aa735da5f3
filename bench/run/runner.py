"""One run from start to end: data, a server, client processes, a plan go in; a `Result` comes out."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.clients.calls import Calls
from bench.clients.lines import User
from bench.report.result import Lookup, Result
from bench.run import linux
from bench.run.check_log import check_log
from bench.run.client_processes import ClientProcesses
from bench.run.dataset import Dataset
from bench.run.fill_by_calls import fill_by_calls
from bench.run.fill_database import fill_database
from bench.run.options import Options
from bench.run.placement import Placement
from bench.run.plan import Plan
from bench.run.server import AnyServer, Checkout, Server
from bench.run.steps import Steps

#: Makes the server for a plan. Where it has other data than the runner fills, that is empty.
MakeServer = Callable[[Plan], AnyServer]


@dataclass
class Runner:
    """`data`: the data directory; `checkout`: whose database is filled there; `users`: those of a standing
    server, instead. `processes`: of clients, on `client_cores`. `text` ends each message; `check`: messages
    looked up in the log afterwards; not `durable`: the server acknowledges and stores nothing. `say(line)`
    shows progress."""

    data: Path
    checkout: Checkout
    server: MakeServer
    processes: int
    client_cores: set[int] | None
    text: str
    check: int
    say: Callable[[str], None]
    users: list[User] | None = None
    users_out: Path | None = None
    durable: bool = True

    async def run(self, plan: Plan) -> Result:
        """Carries out a plan. Raises `ServerFailed`, `ClientsFailed`, `CallFailed`, ValueError."""
        async with self.ready(plan) as steps:
            result = await steps.carry_out()
            result.log = await self.look_up(steps)
        return result

    @asynccontextmanager
    async def ready(self, plan: Plan) -> AsyncIterator[Steps]:
        """A server with its data and client processes, at the point where they may begin; always stops what
        it has started. Raises as `run`."""
        if plan.restart and self.users:
            raise ValueError("storm restarts the server, so it needs one of its own, not --url")
        dataset: Dataset | None = None
        if not self.users:
            self.say(f"filling the database: {plan.data.users} users, {len(plan.data.groups)} groups")
            dataset = await asyncio.to_thread(fill_database, self.checkout, self.data, plan.data)
        server = self.server(plan)
        try:
            await server.start()
            if dataset is None:
                self.say("making friends and groups")
                async with Calls(server.host, server.port) as calls:
                    dataset = await fill_by_calls(calls, self.users or [], plan.data)
            if self.users_out:
                dataset.write_users(self.users_out)
            async with ClientProcesses(Placement(plan, self.processes), self.client_cores) as clients:
                fresh = self.users is None
                yield Steps(plan, server, dataset, clients, fresh, self.text, self.durable, self.say)
        finally:
            await server.stop()

    async def look_up(self, steps: Steps) -> Lookup | None:
        """Looks for what was acknowledged in the log. Raises `CallFailed`, OSError, TimeoutError."""
        if not self.durable or not steps.plan.traffic:
            return None
        self.say("looking the messages up in the log")
        async with Calls(*steps.address) as calls:
            return await check_log(calls, dict(steps.dataset.users), steps.acked, self.check)


def make_runner(
    options: Options,
    data: Path,
    say: Callable[[str], None],
    checkout: Checkout | None = None,
    make_server: MakeServer | None = None,
    durable: bool = True,
) -> Runner:
    """A runner as the command line asks for it: of `checkout`'s server on `data` (None: this code's), or of
    `make_server`'s."""
    checkout = checkout or Checkout()
    server_cores, client_cores = linux.cores() if options.pin else (None, None)

    def server(plan: Plan) -> Server:
        return checkout.server(data, server_cores, plan.data.users)

    return Runner(
        data,
        checkout,
        make_server or server,
        options.processes or len(client_cores or ()) or max(1, (os.cpu_count() or 2) - 1),
        client_cores,
        "x" * options.size_bytes,
        options.check,
        say,
        durable=durable,
    )
