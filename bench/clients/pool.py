"""All clients of one client process: connecting them, sending for them, and what came of it."""

import asyncio
import time

from bench.clients import wire
from bench.clients.calls import CallFailed, Calls
from bench.clients.catch_up import catch_up, look_around
from bench.clients.client import Client, backoff_s
from bench.clients.histogram import Histogram
from bench.clients.lines import Acked, Connect, Opened, Returns, Route, User, Visit
from bench.clients.receiver import Receiver
from bench.clients.traffic import TrafficSource
from bench.clients.wire import Frame

#: A connection that lived this long (ns) was a good one: the page counts failures from zero again.
_GOOD_AGE_NS = 10_000_000_000
_ERRORS_KEPT = 5
#: Calls under way at once.
_CALLS = 64


class ClientPool:
    """`process`: the process's number. Times are monotonic ns."""

    def __init__(self, process: int) -> None:
        self.process = process
        self.receiver = Receiver(process, self._landed)
        self.clients: list[Client] = []
        self.sources: list[TrafficSource] = []
        self.run_id, self.text = "", ""
        self.durable = True  #: the server acknowledges messages; comparison servers don't
        self.pending: dict[str, tuple[TrafficSource, Route, int]] = {}  #: by cid; with when it was due
        self.acked: list[Acked] = []
        self.fetched: dict[int, int] = {}  #: messages that came by catching up, by traffic
        self.errors: list[str] = []
        self.calls: Calls  #: from the first connection on
        self._returning = False
        self._lost_at: dict[int, int] = {}
        self._failures: dict[int, int] = {}
        self._opened_at: dict[int, int] = {}
        self._away = Histogram()
        self._attempts = 0
        self._jobs: set[asyncio.Task[None]] = set()

    @property
    def connected(self) -> int:
        return sum(client.open for client in self.clients)

    @property
    def delivered(self) -> int:
        """Each delivery once, by socket or by catching up."""
        faults = self.receiver.faults
        return (
            sum(self.receiver.delivered.values())
            + sum(self.fetched.values())
            - faults.doubled
            - faults.overlapped
        )

    # --- connecting ---------------------------------------------------------------------------------------

    async def connect(self, order: Connect) -> Opened:
        """Opens connections beside those there are."""
        self._host, self._ports, self._returning = order.host, order.ports, order.returning
        if not self.clients:
            self.calls = Calls(order.host, order.ports[0], most=_CALLS)
        coming = [self._client(len(self.clients) + i, user) for i, user in enumerate(order.users)]
        self.clients += coming
        answer = await self._open(coming, order.at_once)
        if not order.fresh:
            try:
                await asyncio.gather(*(look_around(self.calls, client) for client in coming))
            except CallFailed as error:
                self.note_error(str(error))
        return answer

    async def visit(self, order: Visit) -> Opened:
        """Each of the users connects and leaves again."""
        self._host, self._ports = order.host, order.ports
        coming = [self._client(i, user) for i, user in enumerate(order.users)]
        return await self._open(coming, order.at_once, leave=True)

    async def reopen(self, client: Client) -> None:
        """After `client.close()`: connects again and reads what was missed. Raises OSError, `Refused`,
        TimeoutError."""
        await client.connect(*self._where(client))
        self._opened_at[client.number] = time.monotonic_ns()
        await self._catch_up(client)

    def close(self) -> None:
        self._returning = False
        for client in self.clients:
            client.close()

    def _where(self, client: Client) -> tuple[str, int]:
        """The process that a client goes to, as a proxy would choose it: of n processes, one pair of n is at
        the same, and a group at all of them."""
        pair, second = divmod(client.number, 2)
        many = len(self._ports)
        return self._host, self._ports[(pair // many if second else pair) % many]

    def _client(self, number: int, user: User) -> Client:
        return Client(number, *user, self.receiver, self._on_ack, self._on_error, self._on_lost)

    async def _open(self, clients: list[Client], at_once: int, leave: bool = False) -> Opened:
        waiting, latency = iter(clients), Histogram()
        failures: list[str] = []

        async def one_after_the_other() -> None:
            for client in waiting:
                try:
                    latency.add(await client.connect(*self._where(client)))
                    self._opened_at[client.number] = time.monotonic_ns()
                except (OSError, TimeoutError, wire.Refused) as error:
                    failures.append(f"{type(error).__name__}: {error}")
                if leave:
                    client.close()

        await asyncio.gather(*(one_after_the_other() for _ in range(at_once)))
        return Opened(latency.total, failures[:_ERRORS_KEPT], latency.dump())

    def _on_lost(self, client: Client) -> None:
        if self._returning:
            self._lost_at[client.number] = now = time.monotonic_ns()
            if now - self._opened_at[client.number] >= _GOOD_AGE_NS:
                self._failures[client.number] = 0
            job = asyncio.create_task(self._come_back(client))
            self._jobs.add(job)
            job.add_done_callback(self._jobs.discard)
        else:
            self.note_error(f"user {client.user_id}: closed by the server, code {client.close_code}")

    async def _come_back(self, client: Client) -> None:
        """As our page does: wait at random, up to a time that doubles; then ask what was missed."""
        while self._returning:
            self._failures[client.number] = self._failures.get(client.number, 0) + 1
            await asyncio.sleep(backoff_s(self._failures[client.number]))
            self._attempts += 1
            try:
                await client.connect(*self._where(client))
            except (OSError, TimeoutError, wire.Refused):
                continue
            now = self._opened_at[client.number] = time.monotonic_ns()
            self._away.add(now - self._lost_at.pop(client.number))
            await self._catch_up(client)
            return

    def returns(self) -> Returns:
        """How long those that came back were away, and how often they had to try."""
        return Returns(self._away.dump(), self._attempts)

    # --- messages -----------------------------------------------------------------------------------------

    def send(self, source: TrafficSource, route: Route, due_ns: int) -> bool:
        """A message along `route`; False when its sender is away."""
        client = self.clients[route.sender]
        if not client.open or client.leaving:
            return False
        # The time first, as our page's.
        cid = f"{due_ns // 1_000_000:011x}-{self.run_id}-{self.process}-{source.number}-{source.sent}"
        client.send(
            wire.message(
                due_ns, source.number, self.process, self.text, cid, client.user_id, route.dst_id, route.kind
            )
        )
        if self.durable:
            self.pending[cid] = (source, route, due_ns)
            client.waiting += 1
        return True

    def forget(self) -> None:
        """Counts from zero; clients keep their connections and what they have seen."""
        self.receiver.forget()
        self.acked.clear()
        self.fetched.clear()
        self.errors.clear()
        self.sources = []

    def note_error(self, text: str) -> None:
        """Keeps the first few of what went wrong."""
        if len(self.errors) < _ERRORS_KEPT:
            self.errors.append(text)

    def _landed(self, traffic: int, dues: list[int]) -> None:
        if traffic < len(self.sources):  # else: it comes after it was given up
            self.sources[traffic].landed(dues)

    def _on_ack(self, client: Client, frame: Frame, now_ns: int) -> None:
        sent = self.pending.pop(frame["cid"], None)
        if sent is None:
            self.note_error(f"ack without a message: {frame}")
            return
        source, route, due_ns = sent
        client.waiting -= 1
        source.acked += 1
        source.ack_latency.add(now_ns - due_ns)
        self.acked.append(Acked(client.user_id, route.kind, route.dst_id, frame.get("seq", 0), frame["cid"]))
        if not route.local:  # nobody here will see it arrive
            source.landed([due_ns])

    def _on_error(self, client: Client, frame: Frame) -> None:
        self.note_error(f"user {client.user_id}: {frame.get('code')} {frame.get('msg')}")
        sent = self.pending.pop(frame.get("cid", ""), None)
        if sent is not None:
            source, route, due_ns = sent
            client.waiting -= 1
            source.refused += 1
            source.expected -= route.fanout
            source.forget(due_ns)

    async def _catch_up(self, client: Client) -> None:
        try:
            await catch_up(self.calls, client, self._fetched)
        except (CallFailed, OSError, TimeoutError) as error:
            self.note_error(f"user {client.user_id}: catching up: {error}")

    def _fetched(self, client: Client, place: int, row: Frame) -> None:
        """Catching up brought a message: it counts when it is news, and of this run."""
        is_news = client.sequences.fetch(place, row["seq"])
        if is_news and row["userid"] != client.user_id and self.run_id in row.get("cid", ""):
            marked = wire.marker(row["content"])
            if marked is not None:
                due_ns, traffic, process = marked
                self.fetched[traffic] = self.fetched.get(traffic, 0) + 1
                if process == self.process:
                    self._landed(traffic, [due_ns])
