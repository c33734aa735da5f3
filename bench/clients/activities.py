"""What users do besides sending: reading marks, older messages, files, going away and coming back.

Rates go in (`ActivityRates`); how often each was done, and how long it took, comes out.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable

import ujson

from bench.clients import wire
from bench.clients.calls import CallFailed
from bench.clients.client import Client
from bench.clients.histogram import Histogram
from bench.clients.lines import ActivityCounts, ActivityRates
from bench.clients.pool import ClientPool

#: Seconds that somebody is away.
_AWAY_S = (0.5, 3.0)
#: Seconds that leaving waits for the acks of what was sent.
_LAST_ACKS_S = 60
_BOUNDARY = "magpie-bench"
#: A picture of 1 × 1: what an upload costs the server here is the call, the checks and the disk.
_PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63606060000000040001f6173855"
    "0000000049454e44ae426082"
)

#: Does something as a client; False when the client has nothing to do it with.
Activity = Callable[[Client], Awaitable[bool]]


class Activities:
    """Rates are a second, over all clients of this process."""

    def __init__(self, pool: ClientPool, rates: ActivityRates) -> None:
        self._pool = pool
        self._activities: list[tuple[str, float, Activity]] = [
            ("reads", rates.reads, self._read),
            ("histories", rates.histories, self._history),
            ("uploads", rates.uploads, self._upload),
            ("departures", rates.departures, self._depart),
        ]
        self._done = {name: 0 for name, _, _ in self._activities}
        self._latency = {name: Histogram() for name, _, _ in self._activities}
        self._jobs: set[asyncio.Task[None]] = set()
        self._timers: list[asyncio.Task[None]] = []

    def start(self, at_ns: int) -> None:
        """`at_ns`: monotonic."""
        self._begin_s = at_ns / 1e9
        self._timers = [
            asyncio.create_task(self._again_and_again(*activity))
            for activity in self._activities
            if activity[1]
        ]

    async def stop(self) -> None:
        """Nobody begins anything more; returns when all are back and know what they missed."""
        for task in self._timers:
            task.cancel()
        await asyncio.gather(*self._jobs)

    def counts(self) -> ActivityCounts:
        return ActivityCounts(self._done, {name: latency.dump() for name, latency in self._latency.items()})

    async def _again_and_again(self, name: str, rate: float, do: Activity) -> None:
        due = self._begin_s
        while True:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            due += random.expovariate(rate)
            client = random.choice(self._pool.clients)
            if client.open and not client.leaving:
                job = asyncio.create_task(self._one(name, do, client))
                self._jobs.add(job)
                job.add_done_callback(self._jobs.discard)

    async def _one(self, name: str, do: Activity, client: Client) -> None:
        began = time.monotonic_ns()
        try:
            if not await do(client):
                return
        except (CallFailed, OSError, TimeoutError, wire.Refused) as error:
            self._pool.note_error(f"{name}: {type(error).__name__} {error}")
        else:
            self._done[name] += 1
            self._latency[name].add(time.monotonic_ns() - began)

    async def _read(self, client: Client) -> bool:
        if found := self._somewhere(client):
            place, where = found
            client.send(
                ujson.dumps({"cmd": wire.READ, **where, "seq": client.sequences.last[place]}).encode()
            )
        return found is not None

    async def _history(self, client: Client) -> bool:
        if found := self._somewhere(client):
            await self._pool.calls.post("/message/history", client.user_id, client.token, **found[1])
        return found is not None

    async def _upload(self, client: Client) -> bool:
        body = (
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'.encode()
            + _PICTURE
            + f"\r\n--{_BOUNDARY}--\r\n".encode()
        )
        answer = await self._pool.calls.post_body(
            "/attach/upload", client.token, f"multipart/form-data; boundary={_BOUNDARY}", body
        )
        if answer["code"]:
            raise CallFailed("/attach/upload", answer)
        return True

    async def _depart(self, client: Client) -> bool:
        """Closes the page once everything said is acked, is away for a while, comes back and catches up."""
        client.leaving = True
        deadline = time.monotonic() + _LAST_ACKS_S
        while client.waiting and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
        client.close()
        await asyncio.sleep(random.uniform(*_AWAY_S))
        await self._pool.reopen(client)
        client.leaving = False
        return True

    @staticmethod
    def _somewhere(client: Client) -> tuple[int, dict[str, int]] | None:
        """A conversation in which the client has seen something, as `Sequences` and as calls name it."""
        if not client.sequences.last:
            return None
        place = random.choice(list(client.sequences.last))
        return place, {"kind": wire.GROUP, "dstid": place} if place > 0 else {
            "kind": wire.SINGLE,
            "dstid": -place,
        }
