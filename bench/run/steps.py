"""The steps of one run, on a server that runs and client processes that wait: connect, send, count. A plan
and what it needs go in, a `Result` comes out."""

import asyncio
import secrets
import time
from collections.abc import Callable

from bench.clients.histogram import merged
from bench.clients.lines import (
    Acked,
    Connect,
    Counted,
    Done,
    Forget,
    Opened,
    Report,
    Send,
    Tick,
    User,
    Visit,
)
from bench.report.result import Connecting, Restart, Result
from bench.run import linux
from bench.run.client_processes import ClientProcesses, ClientsFailed
from bench.run.dataset import Dataset
from bench.run.plan import Plan, Traffic
from bench.run.server import AnyServer

#: Connections under way at once.
AT_ONCE = 128
#: Seconds without a delivery after which the rest counts as lost.
_PATIENCE_S = 5.0
#: Seconds from the order to send to the first message, so that all processes are ready.
_LEAD_S = 0.3
#: Seconds for all clients to come back after a restart.
_RETURN_S = 180


class Steps:
    """The steps of one plan. `fresh`: the conversations have no messages yet. `acked` are the messages that
    were acknowledged in all of them."""

    def __init__(
        self,
        plan: Plan,
        server: AnyServer,
        dataset: Dataset,
        clients: ClientProcesses,
        fresh: bool,
        text: str,
        durable: bool,
        say: Callable[[str], None],
    ) -> None:
        self.plan, self.dataset, self.address = plan, dataset, (server.host, server.port)
        self.acked: list[Acked] = []
        self.result = Result(plan.name, plan.label, plan.data.users)
        self._server, self._clients, self._fresh = server, clients, fresh
        self._text, self._durable, self._say = text, durable, say
        self._placement = clients.placement

    async def carry_out(self) -> Result:
        """The whole plan, its steps one after the other. Raises `ServerFailed`, `ClientsFailed`."""
        await self.prepare()
        if self.plan.restart:
            await self._restart()
        if self.plan.traffic:
            await self._send(self.plan.seconds_s)
        else:
            await self._hold()
        await self._report()
        return self.result

    async def prepare(self) -> None:
        """Everybody is connected after this. Raises `ServerFailed`, `ClientsFailed`."""
        if self.plan.visit:
            await self._visit()
        await self._connect()

    async def send_slice(self, seconds_s: float, traffic: list[Traffic] | None = None) -> Result:
        """After `prepare`, as often as one likes: the plan's traffic, or another among the same people, for
        so long, with a result of its own. Raises `ServerFailed`, `ClientsFailed`."""
        whole = self.result
        self.result = Result(
            whole.scenario, whole.label, whole.clients, connected=whole.connected, connecting=whole.connecting
        )
        await self._send(seconds_s, traffic)
        await self._report()
        await self._clients.carry_out([Forget()] * self._clients.number, Done)
        return self.result

    # --- connecting ---------------------------------------------------------------------------------------

    def _users(self, half: int | None = None) -> list[list[User]]:
        """For each process its users, all of them or a half."""
        found = []
        for users in self._placement.users:
            middle = len(users) // 2
            some = users if half is None else users[middle:] if half else users[:middle]
            found.append([self.dataset.users[user] for user in some])
        return found

    async def _visit(self) -> None:
        host, ports, at_once = self._server.host, self._server.ports, AT_ONCE // self._clients.number + 1
        orders = [Visit(host, ports, users, at_once) for users in self._users()]
        await self._clients.carry_out(orders, Opened, self._watch("visiting"))
        await asyncio.sleep(1)

    async def _connect(self) -> None:
        """In two halves: what the second adds to the server's memory is what connections cost, while the
        first also fills caches and uses what was freed before."""
        result, server, plan = self.result, self._server, self.plan
        cpu_s, seconds_s, at_once = server.cpu_s(), 0.0, AT_ONCE // self._clients.number + 1
        memory: list[tuple[int, int]] = []
        answers: list[Opened] = []
        for half in (0, 1):
            orders = [
                Connect(server.host, server.ports, users, at_once, plan.restart, self._fresh)
                for users in self._users(half)
            ]
            began = time.monotonic()
            answers += await self._clients.carry_out(orders, Opened, self._watch("connecting"))
            seconds_s += time.monotonic() - began
            await asyncio.sleep(0.4)
            memory.append((sum(answer.opened for answer in answers), server.rss_bytes()))
        (half, rss_then), (result.connected, rss_now) = memory
        failures = [failure for answer in answers for failure in answer.failures]
        if failures and (plan.traffic or not result.connected):
            raise ClientsFailed(f"{result.connected} of {result.clients} could connect: {failures[0]}")
        result.errors += failures
        result.connecting = Connecting(
            per_s=round(result.connected / seconds_s),
            cpu_us=round((server.cpu_s() - cpu_s) * 1e6 / result.connected, 1),
            rss_bytes=round((rss_now - rss_then) / max(1, result.connected - half)),
            **merged(answer.latency for answer in answers).summary(),
        )

    async def _restart(self) -> None:
        """The server goes and comes back under all of its clients."""
        self._say("restarting the server")
        await self._server.stop()
        await self._server.start()
        began, cpu_s = time.monotonic(), self._server.cpu_s()
        while self._clients.total("connected") < self.result.connected:
            if time.monotonic() > began + _RETURN_S:
                raise ClientsFailed("not all clients came back")
            await asyncio.sleep(0.05)
            self._watch("coming back")()
        self.result.storm = Restart(
            seconds=round(time.monotonic() - began, 2),
            cpu_us=round((self._server.cpu_s() - cpu_s) * 1e6 / self.result.connected, 1),
        )

    # --- sending ------------------------------------------------------------------------------------------

    async def _hold(self) -> None:
        """Nobody says anything: what do idle connections cost?"""
        measuring, watch = _Measuring(self._server, self._clients), self._watch("holding")
        while time.monotonic() < measuring.began_s + self.plan.seconds_s:
            await asyncio.sleep(0.2)
            watch()
        measuring.end(self.result)
        self.result.client_cpu_share = 0.0  # they do nothing but answer pings

    async def _send(self, seconds_s: float, traffic: list[Traffic] | None = None) -> None:
        start_ns = time.monotonic_ns() + int(_LEAD_S * 1e9)
        measuring = _Measuring(self._server, self._clients, start_ns / 1e9)
        watch = self._watch("sending", start_ns / 1e9)
        await self._clients.carry_out(self._orders(start_ns, seconds_s, traffic), Done, watch)
        await self._drain(self._watch("waiting for the rest", start_ns / 1e9))
        measuring.end(self.result)

    def _orders(self, start_ns: int, seconds_s: float, traffic: list[Traffic] | None) -> list[Send]:
        run_id, placement = secrets.token_hex(4), self._placement
        return [
            Send(
                run_id,
                placement.traffic(process, self.dataset, traffic),
                seconds_s,
                start_ns,
                self._text,
                self._durable,
                placement.activities(),
            )
            for process in range(self._clients.number)
        ]

    async def _drain(self, watch: Callable[[], None]) -> None:
        """Waits for what is still under way, or for `_PATIENCE_S` without any news of it."""
        clients = self._clients
        latest, since = -1, time.monotonic()
        while clients.total("delivered") < clients.total("expected") or clients.total("waiting"):
            news = clients.total("delivered") + clients.total("acked")
            if news != latest:
                latest, since = news, time.monotonic()
            if time.monotonic() > since + _PATIENCE_S:
                return
            await asyncio.sleep(0.05)
            watch()

    async def _report(self) -> None:
        answers = await self._clients.carry_out([Report()] * self._clients.number, Counted)
        self.result.collect(answers)
        self.acked += [message for answer in answers for message in answer.acked]

    def _watch(self, doing: str, start_s: float = 0.0) -> Callable[[], None]:
        """Called a few times a second: is the server alive; show how far we are, and keep it for the chart
        from `start_s` (monotonic) on."""
        clients, result, total = self._clients, self.result, self._clients.total

        def watch() -> None:
            self._server.check()
            line = f"{doing}: {total('connected')} connected"
            if start_s:
                line += (
                    f", {total('sent')} sent, {total('acked')} acked, "
                    f"{total('delivered')} of {total('expected')} delivered"
                )
                now = time.monotonic()
                if now > start_s:
                    cpu_s = round(self._server.cpu_s(), 2)
                    result.timeline.append((round(now - start_s, 2), clients.total("delivered"), cpu_s))
            self._say(line)

        return watch


class _Measuring:
    """CPU time from now on, and seconds from `began_s` (monotonic) on."""

    def __init__(self, server: AnyServer, clients: ClientProcesses, began_s: float | None = None) -> None:
        self._server, self._clients = server, clients
        self._now_s = time.monotonic()
        self.began_s = self._now_s if began_s is None else began_s
        self._cpu_s, self._own_s, self._busy_s = server.cpu_s(), time.process_time(), linux.busy_s()
        self._ticks: list[Tick] = list(clients.ticks)

    def end(self, result: Result) -> None:
        """Puts what was used meanwhile into `result`."""
        seconds_s = time.monotonic() - self.began_s
        server_s = self._server.cpu_s() - self._cpu_s
        pairs = list(zip(self._ticks, self._clients.ticks, strict=True))
        shares = [(now.cpu_s - then.cpu_s) / max(now.at_s - then.at_s, 1e-3) for then, now in pairs]
        ours_s = server_s + sum(now.cpu_s - then.cpu_s for then, now in pairs)
        ours_s += time.process_time() - self._own_s
        others_s = linux.busy_s() - self._busy_s - ours_s
        others_share = max(0.0, others_s / (time.monotonic() - self._now_s))
        result.measured(seconds_s, server_s, max(shares), others_share)
