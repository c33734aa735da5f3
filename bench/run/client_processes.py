"""The client processes, as their coordinator sees them: orders go out, answers and ticks come in."""

import asyncio
import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from bench.clients.lines import Answer, Failed, Line, Order, Tick
from bench.run import linux
from bench.run.placement import Placement
from bench.run.server import ROOT

#: Seconds that a process has to end when its input has.
_PATIENCE_S = 10
#: Seconds between two calls of `watch`.
_WATCH_S = 0.2
#: Bytes of an answer at most: all messages that were acknowledged are in one line.
_LONGEST_BYTES = 256 << 20

A = TypeVar("A")


class ClientsFailed(Exception):
    """A client process could not do what it was told, or died."""


class ClientProcesses:
    """Those of a placement, on `cores` (None: wherever). Use it as a context: it always ends them."""

    def __init__(self, placement: Placement, cores: set[int] | None) -> None:
        self.placement, self.number = placement, len(placement.users)
        self.ticks = [Tick() for _ in range(self.number)]
        self._cores = cores
        self._children: list[asyncio.subprocess.Process] = []
        self._answers: list[asyncio.Future[Answer]] = []
        self._readers: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "ClientProcesses":
        for i in range(self.number):
            child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bench.clients",
                str(i),
                cwd=ROOT,
                limit=_LONGEST_BYTES,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
            if self._cores:
                linux.pin(child.pid, self._cores)
            assert child.stdout is not None
            self._children.append(child)
            self._readers.append(asyncio.create_task(self._read(i, child.stdout)))
        return self

    async def __aexit__(self, *_: object) -> None:
        for child in self._children:
            assert child.stdin is not None
            child.stdin.close()
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await asyncio.gather(*(child.wait() for child in self._children))
        except TimeoutError:
            for child in self._children:
                if child.returncode is None:
                    child.kill()
        await asyncio.gather(*self._readers)

    async def carry_out(
        self, orders: Sequence[Order], answer: type[A], watch: Callable[[], None] = lambda: None
    ) -> list[A]:
        """Gives each process its order; their answers, which are of type `answer`. `watch` is called now and
        then meanwhile. Raises `ClientsFailed`."""
        loop = asyncio.get_running_loop()
        self._answers = [loop.create_future() for _ in self._children]
        for child, order in zip(self._children, orders, strict=True):
            assert child.stdin is not None
            child.stdin.write(msgspec.json.encode(order) + b"\n")
        everyone = asyncio.gather(*self._answers)
        try:
            while not everyone.done():
                await asyncio.wait([everyone], timeout=_WATCH_S)
                watch()
        finally:
            everyone.cancel()
        return [one for one in everyone.result() if isinstance(one, answer)]

    def total(self, figure: str) -> int:
        """A figure of the latest ticks, over all processes."""
        return sum(getattr(tick, figure) for tick in self.ticks)

    async def _read(self, i: int, lines: asyncio.StreamReader) -> None:
        decoder = msgspec.json.Decoder(Line)
        while text := await lines.readline():
            line = decoder.decode(text)
            self.ticks[i] = line.tick
            if line.answer is None or self._answers[i].done():  # nobody waits any more: we are about to end
                continue
            if isinstance(line.answer, Failed):
                self._answers[i].set_exception(ClientsFailed(line.answer.reason))
            else:
                self._answers[i].set_result(line.answer)
        if self._answers and not self._answers[i].done():
            self._answers[i].set_exception(ClientsFailed("a client process died"))
