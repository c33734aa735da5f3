"""One client process: ``python -m bench.shard NUMBER``. Told what to do by JSON lines on standard input, it
answers with JSON lines on standard output, and ends when its input does."""

import asyncio
import json
import sys
import time

from bench import proc
from bench.crowd import Crowd
from bench.people import People
from bench.stream import Route, Stream

#: Seconds between two reports on the way.
TICK = 0.2


class Shard:
    """The commands, one method each; what a method returns is the answer."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.crowd = Crowd(number)
        self.people: People | None = None

    async def do_connect(self, **order) -> dict:
        """Opens a connection for each user."""
        return await self.crowd.connect(**order)

    async def do_visit(self, **order) -> dict:
        """Each user connects and leaves again."""
        return await self.crowd.visit(**order)

    async def do_run(
        self, run_id: str, streams: list, seconds: float, start: int, text: str, durable: bool, people: dict
    ) -> dict:
        """Sends until `seconds` after `start` (monotonic ns) or until every stream has met its limit."""
        crowd = self.crowd
        crowd.run_id, crowd.text, crowd.durable = run_id, text, durable
        crowd.streams = [
            Stream(
                i,
                spec["name"],
                [Route(*route) for route in spec["routes"]],
                spec["rate"],
                spec["window"],
                spec["limit"],
                crowd.send,
            )
            for i, spec in enumerate(streams)
        ]
        self.people = People(crowd, **people) if people else None
        for stream in crowd.streams:
            stream.start(start)
        if self.people:
            self.people.start(start)
        end = start + int(seconds * 1e9)
        while time.monotonic_ns() < end and not all(stream.over for stream in crowd.streams):
            await asyncio.sleep(0.02)
        for stream in crowd.streams:
            stream.stop()
        if self.people:
            await self.people.stop()
        return {}

    async def do_report(self) -> dict:
        """Everything that was counted."""
        crowd = self.crowd
        crowd.inbox.close_books()
        faults = crowd.inbox.faults
        return {
            "streams": [
                {
                    "name": stream.name,
                    "sent": stream.sent,
                    "acked": stream.acked,
                    "refused": stream.refused,
                    "expected": stream.expected,
                    "delivered": crowd.inbox.delivered.get(stream.index, 0)
                    + crowd.fetched.get(stream.index, 0),
                    "latency": crowd.latency(stream.index).dump(),
                    "ack": stream.ack_latency.dump(),
                }
                for stream in crowd.streams
            ],
            "acked": crowd.acked,
            "doubled": faults.doubled,
            "disordered": faults.disordered,
            "overlapped": faults.overlapped,
            "errors": crowd.errors,
            "frame_bytes": crowd.inbox.frame_bytes,
            "fetched": sum(crowd.fetched.values()),
            "people": self.people.figures() if self.people else {},
            "returns": crowd.returns(),
        }

    def tick(self) -> dict:
        crowd = self.crowd
        streams = crowd.streams
        return {
            "connected": crowd.connected,
            "sent": sum(stream.sent for stream in streams),
            "acked": sum(stream.acked for stream in streams),
            "expected": sum(stream.expected for stream in streams),
            "waiting": len(crowd.pending),
            "delivered": crowd.delivered,
            "cpu": time.process_time(),
            "at": time.monotonic(),
        }


async def _serve(number: int) -> None:
    """Reads commands until the input ends; one at a time."""
    shard = Shard(number)
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=64 << 20)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    ticking = asyncio.create_task(_tick(shard))
    try:
        while line := await reader.readline():
            order = json.loads(line)
            name = order.pop("do")
            try:
                answer = {"done": name, **await getattr(shard, f"do_{name}")(**order)}
            except (OSError, TimeoutError) as error:
                answer = {"done": name, "failed": f"{type(error).__name__}: {error}"}
            _say({**answer, "tick": shard.tick()})
    finally:
        ticking.cancel()
        shard.crowd.close()


async def _tick(shard: Shard) -> None:
    while True:
        await asyncio.sleep(TICK)
        _say({"tick": shard.tick()})


def _say(answer: dict) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def main() -> None:
    proc.raise_file_limit()
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_serve(int(sys.argv[1])))


def _loop_factory():
    """uvloop where it is installed: clients cost a third less."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


if __name__ == "__main__":
    main()
