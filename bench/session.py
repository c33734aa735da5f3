"""One run: a server, a world on it, client processes, a plan; and what is measured of them."""

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.arrange import arrange
from bench.calls import Calls
from bench.check import check_log
from bench.fleet import ClientsFailed, Fleet
from bench.histogram import Histogram
from bench.plan import Placement, Plan
from bench.result import Result
from bench.seed import seed
from bench.service import Server, StandingServer
from bench.world import World

#: Connections under way at once.
AT_ONCE = 128
#: Seconds without a delivery after which the rest counts as lost.
_PATIENCE = 5.0
#: Seconds from the order to send to the first message, so that all processes are ready.
_LEAD = 0.3
#: Seconds for all clients to come back after a restart.
_STORM = 180


@dataclass
class Session:
    """`server` makes the server for a data directory and a number of connections. `users`: those of a
    standing server. `check`: messages looked up in the log afterwards; `durable`: the server acknowledges and
    stores. `say(line)` shows progress."""

    data: Path
    server: Callable[[Plan], Server | StandingServer]
    processes: int
    client_cores: set[int] | None
    text: str
    check: int
    say: Callable[[str], None]
    users: list[tuple[int, str]] | None = None
    users_out: Path | None = None
    durable: bool = True

    async def run(self, plan: Plan) -> Result:
        """Carries out a plan; always stops what it has started. Raises `ServerFailed`, `ClientsFailed`,
        `CallFailed`, ValueError."""
        if plan.restart and self.users:
            raise ValueError("storm restarts the server, so it needs one of its own, not --url")
        if not self.users:
            self.say(f"seeding {plan.shape.users} users, {len(plan.shape.groups)} groups")
            world = await asyncio.to_thread(seed, self.data, plan.shape)
        server = self.server(plan)
        try:
            if isinstance(server, Server):
                await server.start()
            calls = Calls(server.host, server.port)
            if self.users:
                self.say("making friends and groups")
                world = await arrange(calls, self.users, plan.shape)
            if self.users_out:
                world.write_users(self.users_out)
            placement = Placement(plan, self.processes)
            async with Fleet(len(placement.users), self.client_cores) as fleet:
                run = _Run(self, plan, server, world, fleet, placement)
                result = await run.carry_out()
            if self.durable and plan.traffic:
                self.say("looking the messages up in the log")
                result.log = await check_log(calls, dict(world.users), run.acked, self.check)
            await calls.close()
            return result
        finally:
            await server.stop()


class _Run:
    """The steps of one plan, in order, and what they leave in `result`."""

    def __init__(
        self,
        session: Session,
        plan: Plan,
        server: Server | StandingServer,
        world: World,
        fleet: Fleet,
        placement: Placement,
    ) -> None:
        self._session, self._plan, self._server = session, plan, server
        self._world, self._fleet, self._placement = world, fleet, placement
        self.acked: list[list] = []
        self.result = Result(plan.name, plan.label, plan.shape.users)

    async def carry_out(self) -> Result:
        if self._plan.visit:
            await self._visit()
        await self._connect()
        if self._plan.restart:
            await self._storm()
        if self._plan.traffic:
            await self._send()
        else:
            await self._hold()
        await self._report()
        return self.result

    def _orders(self, half: int | None = None, **common: object) -> list[dict]:
        """For each process its users, all of them or a half."""
        where = {
            "host": self._server.host,
            "port": self._server.port,
            "at_once": AT_ONCE // self._fleet.number + 1,
        }
        orders = []
        for users in self._placement.users:
            middle = len(users) // 2
            some = users if half is None else users[middle:] if half else users[:middle]
            orders.append({**where, **common, "users": [self._world.users[user] for user in some]})
        return orders

    async def _visit(self) -> None:
        await self._fleet.order("visit", self._orders(), self._watch("visiting"))
        await asyncio.sleep(1)

    async def _connect(self) -> None:
        """In two halves: what the second adds to the server's memory is what connections cost, while the
        first also fills caches and uses what was freed before."""
        result, server = self.result, self._server
        cpu, seconds, memory, answers = server.cpu(), 0.0, [], []
        for half in (0, 1):
            began = time.monotonic()
            answers += await self._fleet.order(
                "connect",
                self._orders(half, returning=self._plan.restart, fresh=self._session.users is None),
                self._watch("connecting"),
            )
            seconds += time.monotonic() - began
            await asyncio.sleep(0.4)
            memory.append((sum(answer["opened"] for answer in answers), server.rss()))
        (half, rss_then), (result.connected, rss_now) = memory
        failures = [failure for answer in answers for failure in answer["failures"]]
        if failures and (self._plan.traffic or not result.connected):
            raise ClientsFailed(f"{result.connected} of {result.clients} could connect: {failures[0]}")
        result.errors += failures
        result.connecting = {
            "per_s": round(result.connected / seconds),
            "cpu_us": round((server.cpu() - cpu) * 1e6 / result.connected, 1),
            "rss_bytes": round((rss_now - rss_then) / max(1, result.connected - half)),
            **_merged(answer["latency"] for answer in answers).summary(),
        }

    async def _hold(self) -> None:
        """Nobody says anything: what do idle connections cost?"""
        cpu, began = self._server.cpu(), time.monotonic()
        while time.monotonic() < began + self._plan.seconds:
            await asyncio.sleep(0.2)
            self._watch("holding")()
        self.result.measured(time.monotonic() - began, self._server.cpu() - cpu, 0.0)

    async def _storm(self) -> None:
        """The server goes and comes back under all of its clients."""
        self._session.say("restarting the server")
        await self._server.stop()
        await self._server.start()
        began, cpu = time.monotonic(), self._server.cpu()
        while self._fleet.total("connected") < self.result.connected:
            if time.monotonic() > began + _STORM:
                raise ClientsFailed("not all clients came back")
            await asyncio.sleep(0.05)
            self._watch("coming back")()
        self.result.storm = {
            "seconds": round(time.monotonic() - began, 2),
            "cpu_us": round((self._server.cpu() - cpu) * 1e6 / self.result.connected, 1),
        }

    async def _send(self) -> None:
        plan, fleet = self._plan, self._fleet
        cpu, ticks = self._server.cpu(), [dict(tick) for tick in fleet.ticks]
        start = time.monotonic_ns() + int(_LEAD * 1e9)
        people = {name: rate / fleet.number for name, rate in plan.people.items()}
        common = {
            "run_id": secrets.token_hex(4),
            "seconds": plan.seconds,
            "start": start,
            "text": self._session.text,
            "durable": self._session.durable,
            "people": people,
        }
        orders = [
            {**common, "streams": self._placement.streams(shard, self._world)}
            for shard in range(fleet.number)
        ]
        await fleet.order("run", orders, self._watch("sending", start / 1e9))
        await self._drain(start / 1e9)
        shares = [
            (after["cpu"] - before["cpu"]) / (after["at"] - before["at"])
            for before, after in zip(ticks, fleet.ticks, strict=True)
        ]
        self.result.measured(time.monotonic() - start / 1e9, self._server.cpu() - cpu, max(shares))

    async def _drain(self, start: float) -> None:
        """Waits for what is still under way, or for `_PATIENCE` without any news of it."""
        fleet, watch = self._fleet, self._watch("waiting for the rest", start)
        latest, since = -1, time.monotonic()
        while fleet.total("delivered") < fleet.total("expected") or fleet.total("waiting"):
            news = fleet.total("delivered") + fleet.total("acked")
            if news != latest:
                latest, since = news, time.monotonic()
            if time.monotonic() > since + _PATIENCE:
                return
            await asyncio.sleep(0.05)
            watch()

    async def _report(self) -> None:
        answers = await self._fleet.order("report", [{}] * self._fleet.number)
        self.result.collect(answers)
        self.acked = [message for answer in answers for message in answer["acked"]]

    def _watch(self, doing: str, start: float = 0.0) -> Callable[[], None]:
        """Called a few times a second: is the server alive; show and keep how far we are."""
        fleet, result = self._fleet, self.result

        def watch() -> None:
            self._server.check()
            line = f"{doing}: {fleet.total('connected')} connected"
            if start:
                line += (
                    f", {fleet.total('sent')} sent, {fleet.total('acked')} acked, "
                    f"{fleet.total('delivered')} of {fleet.total('expected')} delivered"
                )
                if time.monotonic() > start:
                    result.timeline.append(
                        (
                            round(time.monotonic() - start, 2),
                            fleet.total("delivered"),
                            round(self._server.cpu(), 2),
                        )
                    )
            self._session.say(line)

        return watch


def _merged(dumped) -> Histogram:
    whole = Histogram()
    for one in dumped:
        whole.merge(one)
    return whole
