"""One client process: ``python -m bench.clients NUMBER``. Told what to do by JSON lines on standard input, it
answers with JSON lines on standard output, and ends when its input does."""

import asyncio
import sys
import time

import msgspec

from bench.clients.activities import Activities
from bench.clients.histogram import Histogram
from bench.clients.lines import (
    Answer,
    Connect,
    Counted,
    Done,
    Failed,
    Forget,
    Line,
    Order,
    Send,
    Tick,
    TrafficCounts,
    Visit,
)
from bench.clients.pool import ClientPool
from bench.clients.traffic import TrafficSource

#: Seconds between two reports on the way, and between two looks whether a run is over.
_TICK_S, _LOOK_S = 0.2, 0.02
#: Bytes of an order at most: the users and routes of a process are in one line.
_LONGEST_BYTES = 64 << 20


class ClientProcess:
    """Carries out orders, one at a time."""

    def __init__(self, number: int) -> None:
        self.pool = ClientPool(number)
        self._activities: Activities | None = None

    async def carry_out(self, order: Order) -> Answer:
        """The answer; `Failed` when the machine or the server did not do its part."""
        try:
            match order:
                case Connect():
                    return await self.pool.connect(order)
                case Visit():
                    return await self.pool.visit(order)
                case Send():
                    return await self._send(order)
                case Forget():
                    self.pool.forget()
                    return Done()
                case _:
                    return self._counted()
        except (OSError, TimeoutError) as error:
            return Failed(f"{type(error).__name__}: {error}")

    async def _send(self, order: Send) -> Done:
        pool = self.pool
        pool.run_id, pool.text, pool.durable = order.run_id, order.text, order.durable
        pool.sources = [TrafficSource(i, share, pool.send) for i, share in enumerate(order.traffic)]
        self._activities = Activities(pool, order.activities) if order.activities else None
        for source in pool.sources:
            source.start(order.start_ns)
        if self._activities:
            self._activities.start(order.start_ns)
        end_ns = order.start_ns + int(order.seconds_s * 1e9)
        while time.monotonic_ns() < end_ns and not all(source.over for source in pool.sources):
            await asyncio.sleep(_LOOK_S)
        for source in pool.sources:
            source.stop()
        if self._activities:
            await self._activities.stop()
        return Done()

    def _counted(self) -> Counted:
        pool, receiver = self.pool, self.pool.receiver
        receiver.close_books()
        return Counted(
            traffic=[
                TrafficCounts(
                    name=source.name,
                    sent=source.sent,
                    acked=source.acked,
                    refused=source.refused,
                    expected=source.expected,
                    delivered=receiver.delivered.get(i, 0) + pool.fetched.get(i, 0),
                    latency=receiver.latency.get(i, Histogram()).dump(),
                    ack=source.ack_latency.dump(),
                )
                for i, source in enumerate(pool.sources)
            ],
            acked=pool.acked,
            doubled=receiver.faults.doubled,
            disordered=receiver.faults.disordered,
            overlapped=receiver.faults.overlapped,
            errors=pool.errors,
            frame_bytes=receiver.frame_bytes,
            fetched=sum(pool.fetched.values()),
            activities=self._activities.counts() if self._activities else None,
            returns=pool.returns(),
        )

    def tick(self) -> Tick:
        """How far it is."""
        pool = self.pool
        return Tick(
            connected=pool.connected,
            sent=sum(source.sent for source in pool.sources),
            acked=sum(source.acked for source in pool.sources),
            expected=sum(source.expected for source in pool.sources),
            waiting=len(pool.pending),
            delivered=pool.delivered,
            cpu_s=time.process_time(),
            at_s=time.monotonic(),
        )


async def _serve(number: int) -> None:
    """Reads orders until the input ends; one at a time."""
    process = ClientProcess(number)
    orders: msgspec.json.Decoder[Order] = msgspec.json.Decoder(Order)
    reader = asyncio.StreamReader(limit=_LONGEST_BYTES)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    ticking = asyncio.create_task(_tick(process))
    try:
        while line := await reader.readline():
            answer = await process.carry_out(orders.decode(line))
            _say(Line(process.tick(), answer))
    finally:
        ticking.cancel()
        process.pool.close()


async def _tick(process: ClientProcess) -> None:
    while True:
        await asyncio.sleep(_TICK_S)
        _say(Line(process.tick()))


def _say(line: Line) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.buffer.flush()


def _new_loop() -> asyncio.AbstractEventLoop:
    """uvloop where it is installed: clients cost a third less."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=_new_loop) as runner:
        runner.run(_serve(int(sys.argv[1])))
