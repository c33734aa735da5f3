"""The client processes, as their coordinator sees them."""

import asyncio
import json
import sys
from collections.abc import Callable

from bench import proc
from bench.service import ROOT

#: Seconds that a process has to end when its input has.
_PATIENCE = 10


class ClientsFailed(Exception):
    """A client process could not do what it was told, or died."""


class Fleet:
    """`number` client processes on `cores` (None: wherever). Use it as a context: it always ends them."""

    def __init__(self, number: int, cores: set[int] | None) -> None:
        self.number = number
        self.ticks: list[dict] = [{} for _ in range(number)]
        self._cores = cores
        self._children: list[asyncio.subprocess.Process] = []
        self._answers: list[asyncio.Future] = []
        self._readers: list[asyncio.Task] = []

    async def __aenter__(self) -> "Fleet":
        for i in range(self.number):
            child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bench.shard",
                str(i),
                cwd=ROOT,
                limit=256 << 20,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
            if self._cores:
                proc.pin(child.pid, self._cores)
            self._children.append(child)
            self._readers.append(asyncio.create_task(self._read(i, child)))
        return self

    async def __aexit__(self, *_: object) -> None:
        for child in self._children:
            child.stdin.close()
        try:
            async with asyncio.timeout(_PATIENCE):
                await asyncio.gather(*(child.wait() for child in self._children))
        except TimeoutError:
            for child in self._children:
                if child.returncode is None:
                    child.kill()
        await asyncio.gather(*self._readers)

    async def order(
        self, name: str, orders: list[dict], watch: Callable[[], None] = lambda: None
    ) -> list[dict]:
        """Tells each process to do `name` with its own arguments; their answers. `watch` is called now and
        then meanwhile. Raises `ClientsFailed`."""
        loop = asyncio.get_running_loop()
        self._answers = [loop.create_future() for _ in self._children]
        for child, order in zip(self._children, orders, strict=True):
            child.stdin.write(json.dumps({"do": name, **order}).encode() + b"\n")
        everyone = asyncio.gather(*self._answers)
        try:
            while not everyone.done():
                await asyncio.wait([everyone], timeout=0.2)
                watch()
        finally:
            everyone.cancel()
        return everyone.result()

    def total(self, figure: str) -> int:
        """A figure of the latest reports, over all processes."""
        return sum(tick.get(figure, 0) for tick in self.ticks)

    async def _read(self, i: int, child: asyncio.subprocess.Process) -> None:
        while line := await child.stdout.readline():
            answer = json.loads(line)
            self.ticks[i] = answer.pop("tick")
            if "failed" in answer:
                self._answers[i].set_exception(ClientsFailed(f"{answer['done']}: {answer['failed']}"))
            elif "done" in answer:
                self._answers[i].set_result(answer)
        if self._answers and not self._answers[i].done():
            self._answers[i].set_exception(ClientsFailed("a client process died"))
