"""What people do besides sending: reading marks, older messages, files, going away and coming back."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable

import ujson

from bench.calls import CallFailed
from bench.client import Client
from bench.crowd import Crowd
from bench.histogram import Histogram
from bench.wire import Refused
from protocol.messages import ROOM, SINGLE, Cmd

#: Seconds that somebody is away.
_AWAY = (0.5, 3.0)
#: Seconds that leaving waits for the acks of what was sent.
_LAST_ACKS = 60
_BOUNDARY = "magpie-bench"
#: A picture of 1 × 1: what an upload costs the server here is the call, the checks and the disk.
_PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63606060000000040001f6173855"
    "0000000049454e44ae426082"
)


#: Does something as a client; False when the client has nothing to do it with.
Habit = Callable[[Client], Awaitable[bool]]


class People:
    """Rates are a second, over all clients of this process."""

    def __init__(
        self, crowd: Crowd, reads: float, histories: float, uploads: float, departures: float
    ) -> None:
        self._crowd = crowd
        self._habits: list[tuple[str, float, Habit]] = [
            ("reads", reads, self._read),
            ("histories", histories, self._history),
            ("uploads", uploads, self._upload),
            ("departures", departures, self._depart),
        ]
        self._done = {name: 0 for name, _, _ in self._habits}
        self._latency = {name: Histogram() for name, _, _ in self._habits}
        self._jobs: set[asyncio.Task] = set()
        self._habit_tasks: list[asyncio.Task] = []

    def start(self, at: int) -> None:
        """`at`: monotonic ns."""
        self._begin = at / 1e9
        self._habit_tasks = [
            asyncio.create_task(self._again_and_again(*habit)) for habit in self._habits if habit[1]
        ]

    async def stop(self) -> None:
        """Nobody begins anything more; returns when all are back and know what they missed."""
        for task in self._habit_tasks:
            task.cancel()
        await asyncio.gather(*self._jobs)

    def figures(self) -> dict:
        return {
            "done": self._done,
            "latency": {name: latency.dump() for name, latency in self._latency.items()},
        }

    async def _again_and_again(self, name: str, rate: float, do: Habit) -> None:
        due = self._begin
        while True:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            due += random.expovariate(rate)
            client = random.choice(self._crowd.clients)
            if client.open and not client.leaving:
                job = asyncio.create_task(self._one(name, do, client))
                self._jobs.add(job)
                job.add_done_callback(self._jobs.discard)

    async def _one(self, name: str, do: Habit, client: Client) -> None:
        began = time.monotonic_ns()
        try:
            if not await do(client):
                return
        except (CallFailed, OSError, TimeoutError, Refused) as error:
            self._crowd.note(f"{name}: {type(error).__name__} {error}")
        else:
            self._done[name] += 1
            self._latency[name].add(time.monotonic_ns() - began)

    async def _read(self, client: Client) -> bool:
        if found := self._somewhere(client):
            place, where = found
            client.send(ujson.dumps({"cmd": Cmd.READ, **where, "seq": client.tracker.last[place]}).encode())
        return found is not None

    async def _history(self, client: Client) -> bool:
        if found := self._somewhere(client):
            await self._crowd.calls.post("/message/history", client.user_id, client.token, **found[1])
        return found is not None

    async def _upload(self, client: Client) -> bool:
        body = (
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'.encode()
            + _PICTURE
            + f"\r\n--{_BOUNDARY}--\r\n".encode()
        )
        answer = await self._crowd.calls.post_body(
            "/attach/upload", client.token, f"multipart/form-data; boundary={_BOUNDARY}", body
        )
        if answer["code"]:
            raise CallFailed("/attach/upload", answer)
        return True

    async def _depart(self, client: Client) -> bool:
        """Closes the page once everything said is acked, is away for a while, comes back and catches up."""
        client.leaving = True
        deadline = time.monotonic() + _LAST_ACKS
        while client.waiting and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
        client.close()
        await asyncio.sleep(random.uniform(*_AWAY))
        await self._crowd.reopen(client)
        client.leaving = False
        return True

    @staticmethod
    def _somewhere(client: Client) -> tuple[int, dict] | None:
        """A conversation in which the client has seen something, as `Tracker` and as calls name it."""
        if not client.tracker.last:
            return None
        place = random.choice(list(client.tracker.last))
        return place, {"kind": ROOM, "dstid": place} if place > 0 else {"kind": SINGLE, "dstid": -place}
