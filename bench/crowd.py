"""All clients of one client process: connecting them, sending for them, and what came of it."""

import asyncio
import time

from bench import wire
from bench.calls import CallFailed, Calls
from bench.client import Client, backoff
from bench.histogram import Histogram
from bench.inbox import Inbox
from bench.stream import Route, Stream
from protocol.messages import ROOM

#: Messages of one call to /message/history.
_PAGE = 200
#: A connection that lived this long (ns) was a good one: the page counts failures from zero again.
_GOOD_AGE = 10_000_000_000
_ERRORS_KEPT = 5


class Crowd:
    """`shard`: the process's number."""

    def __init__(self, shard: int) -> None:
        self.shard = shard
        self.inbox = Inbox(shard, self._landed)
        self.clients: list[Client] = []
        self.streams: list[Stream] = []
        self.run_id, self.text = "", ""
        self.durable = True  #: the server acknowledges messages; comparison servers don't
        self.pending: dict[str, tuple[Stream, Route, int]] = {}
        self.acked: list[tuple[int, int, int, int, str]] = []  #: (sender's number, kind, dstid, seq, cid)
        self.fetched: dict[int, int] = {}  #: messages that came by catching up, by stream
        self.errors: list[str] = []
        self.calls: Calls | None = None
        self._returning = False
        self._lost_at: dict[int, int] = {}
        self._failures: dict[int, int] = {}
        self._opened_at: dict[int, int] = {}
        self._away = Histogram()
        self._attempts = 0
        self._jobs: set[asyncio.Task] = set()

    @property
    def connected(self) -> int:
        return sum(client.open for client in self.clients)

    @property
    def delivered(self) -> int:
        """Each delivery once, by socket or by catching up."""
        faults = self.inbox.faults
        return (
            sum(self.inbox.delivered.values())
            + sum(self.fetched.values())
            - faults.doubled
            - faults.overlapped
        )

    def latency(self, stream: int) -> Histogram:
        return self.inbox.latency.get(stream, Histogram())

    # --- connecting ---------------------------------------------------------------------------------------

    async def connect(
        self, host: str, port: int, users: list, at_once: int, returning: bool, fresh: bool
    ) -> dict:
        """Opens connections beside those there are. `returning`: clients come back when they lose theirs; not
        `fresh`: their conversations may have messages already."""
        self._where, self._returning = (host, port), returning
        self.calls = self.calls or Calls(host, port, most=64)
        coming = [self._client(len(self.clients) + i, *user) for i, user in enumerate(users)]
        self.clients += coming
        answer = await self._open(coming, at_once)
        if not fresh:
            await asyncio.gather(*map(self._look_around, coming))
        return answer

    async def reopen(self, client: Client) -> None:
        """After `client.close()`: connects again and reads what was missed."""
        await client.connect(*self._where)
        self._opened_at[client.number] = time.monotonic_ns()
        await self.catch_up(client)

    async def visit(self, host: str, port: int, users: list, at_once: int) -> dict:
        """Each of `users` connects and leaves again."""
        self._where = (host, port)
        return await self._open([self._client(i, *user) for i, user in enumerate(users)], at_once, leave=True)

    def close(self) -> None:
        self._returning = False
        for client in self.clients:
            client.close()

    def _client(self, number: int, user_id: int, token: str) -> Client:
        return Client(number, user_id, token, self.inbox, self._on_ack, self._on_error, self._on_lost)

    async def _open(self, clients: list[Client], at_once: int, leave: bool = False) -> dict:
        waiting, latency, failures = iter(clients), Histogram(), []

        async def one_after_the_other() -> None:
            for client in waiting:
                try:
                    latency.add(await client.connect(*self._where))
                    self._opened_at[client.number] = time.monotonic_ns()
                except (OSError, TimeoutError, wire.Refused) as error:
                    failures.append(f"{type(error).__name__}: {error}")
                if leave:
                    client.close()

        await asyncio.gather(*(one_after_the_other() for _ in range(at_once)))
        return {"opened": latency.total, "failures": failures[:_ERRORS_KEPT], "latency": latency.dump()}

    def _on_lost(self, client: Client) -> None:
        if self._returning:
            self._lost_at[client.number] = now = time.monotonic_ns()
            if now - self._opened_at[client.number] >= _GOOD_AGE:
                self._failures[client.number] = 0
            job = asyncio.create_task(self._come_back(client))
            self._jobs.add(job)
            job.add_done_callback(self._jobs.discard)
        else:
            self.note(f"user {client.user_id}: closed by the server, code {client.close_code}")

    async def _come_back(self, client: Client) -> None:
        """As our page does: wait at random, up to a time that doubles; then ask what was missed."""
        while self._returning:
            self._failures[client.number] = self._failures.get(client.number, 0) + 1
            await asyncio.sleep(backoff(self._failures[client.number]))
            self._attempts += 1
            try:
                await client.connect(*self._where)
            except (OSError, TimeoutError, wire.Refused):
                continue
            now = self._opened_at[client.number] = time.monotonic_ns()
            self._away.add(now - self._lost_at.pop(client.number))
            await self.catch_up(client)
            return

    def returns(self) -> dict:
        """How long those that came back were away, and how often they had to try."""
        return {"away": self._away.dump(), "attempts": self._attempts, "still_away": len(self._lost_at)}

    # --- messages -----------------------------------------------------------------------------------------

    def send(self, stream: Stream, route: Route, due: int) -> bool:
        """A message along `route`; False when its sender is away."""
        client = self.clients[route.sender]
        if not client.open or client.leaving:
            return False
        cid = f"{self.run_id}-{self.shard}-{stream.index}-{stream.sent}"
        client.send(
            wire.message(
                due, stream.index, self.shard, self.text, cid, client.user_id, route.dst_id, route.kind
            )
        )
        if self.durable:
            self.pending[cid] = (stream, route, due)
            client.waiting += 1
        return True

    def _landed(self, stream: int, dues: list[int]) -> None:
        self.streams[stream].landed(dues)

    def _on_ack(self, client: Client, frame: dict, now: int) -> None:
        sent = self.pending.pop(frame["cid"], None)
        if sent is None:
            self.note(f"ack without a message: {frame}")
            return
        stream, route, due = sent
        client.waiting -= 1
        stream.acked += 1
        stream.ack_latency.add(now - due)
        self.acked.append((client.user_id, route.kind, route.dst_id, frame.get("seq", 0), frame["cid"]))
        if not route.local:  # nobody here will see it arrive
            stream.landed([due])

    def _on_error(self, client: Client, frame: dict) -> None:
        self.note(f"user {client.user_id}: {frame.get('code')} {frame.get('msg')}")
        sent = self.pending.pop(frame.get("cid", ""), None)
        if sent is not None:
            stream, route, due = sent
            client.waiting -= 1
            stream.refused += 1
            stream.expected -= route.fanout
            stream.forget(due)

    def note(self, text: str) -> None:
        """Keeps the first few of what went wrong."""
        if len(self.errors) < _ERRORS_KEPT:
            self.errors.append(text)

    async def _look_around(self, client: Client) -> None:
        for row in await self._conversations(client):
            client.tracker.last[_place(row)] = row["seq"]

    async def _conversations(self, client: Client) -> list[dict]:
        return (await self.calls.post("/message/conversations", client.user_id, client.token, limit=500))[
            "rows"
        ]

    async def catch_up(self, client: Client) -> None:
        """Reads what a client has missed while it was away, in each of its conversations."""
        me = (client.user_id, client.token)
        try:
            for row in await self._conversations(client):
                place = _place(row)
                after = client.tracker.known(place)  # the socket may have brought newer ones
                while after < row["seq"]:
                    page = (
                        await self.calls.post(
                            "/message/history",
                            *me,
                            kind=row["kind"],
                            dstid=row["dstid"],
                            after=after,
                            limit=_PAGE,
                        )
                    )["rows"]
                    if not page:
                        break
                    for message in page:
                        self._fetch(client, place, message)
                    after = page[-1]["seq"]
        except (CallFailed, OSError, TimeoutError) as error:
            self.note(f"user {client.user_id}: catching up: {error}")

    def _fetch(self, client: Client, place: int, message: dict) -> None:
        is_news = client.tracker.fetch(place, message["seq"])
        if is_news and message["userid"] != client.user_id and message.get("cid", "").startswith(self.run_id):
            due, stream, shard = wire.marker(message["content"])
            self.fetched[stream] = self.fetched.get(stream, 0) + 1
            if shard == self.shard:
                self._landed(stream, [due])


def _place(row: dict) -> int:
    """A conversation as `Tracker` names it."""
    return row["dstid"] if row["kind"] == ROOM else -row["dstid"]
