"""The worker processes as the server sees them: a job in, what came of it out, whatever happens to the
process."""

import asyncio
import json
import logging
import os
from asyncio.subprocess import PIPE, Process
from typing import Any

from media import processes
from protocol.errors import TryAgain

log = logging.getLogger("magpie.media")

#: Seconds that a picture may take: of CPU, after which the kernel ends the worker, and in all. One of 12
#: million pixels takes 0.2, the largest that are taken 3 on a slow core.
CPU_S, JOB_S = 10, 20.0
#: Address space of a worker. Pillow itself needs 30 MiB; 40 million pixels decoded and turned 320; the
#: passes of a progressive JPEG of 108 million pixels 650.
MEMORY_BYTES = 1 << 30
#: The largest file it may write: a PNG of 40 million pixels without any compression.
FILE_BYTES = 192 << 20


class WorkerLost(Exception):
    """The worker crashed, used too much or took too long: nobody knows what is wrong with the picture."""


class Workers:
    """Processes that run `media.worker`, started when there is work and kept. How many there are follows from
    how many `run` at once."""

    def __init__(self, cpu_s: int = CPU_S, job_s: float = JOB_S, memory_bytes: int = MEMORY_BYTES) -> None:
        self._limits = cpu_s, memory_bytes, FILE_BYTES
        self._job_s = job_s
        self._all: set[Process] = set()
        self._idle: list[Process] = []
        self._closed = False
        self.lost = 0  #: workers that were lost to a picture, since the start

    async def run(self, job: dict[str, object]) -> dict[str, Any]:
        """What the worker answered. Raises `WorkerLost`; cancelled, it ends the worker."""
        worker = await self._take()
        try:
            async with asyncio.timeout(self._job_s):
                line = await _ask(worker, job)
                if not line.endswith(b"\n"):
                    await worker.wait()
        except (TimeoutError, OSError):
            line = b""
        except BaseException:
            await self._end(worker)
            raise
        if not line.endswith(b"\n"):
            await self._end(worker)
            if self._closed:
                raise TryAgain()
            if (worker.returncode or 0) > 0:  # not by a signal: it could not begin
                log.error("a worker for pictures ended with code %d", worker.returncode)
                raise TryAgain()
            self.lost += 1
            raise WorkerLost
        self._idle.append(worker)
        answered: dict[str, Any] = json.loads(line)
        return answered

    async def close(self) -> None:
        """Ends all of them; who waits for one is told that it was lost."""
        self._closed = True
        for worker in list(self._all):
            await self._end(worker)

    async def _take(self) -> Process:
        while self._idle:
            worker = self._idle.pop()
            if worker.returncode is None:
                return worker
            self._all.discard(worker)
        limits = (*map(str, self._limits), str(os.getpid()))
        worker = await processes.begin("-m", "media.worker", *limits, pipes=PIPE)
        self._all.add(worker)
        return worker

    async def _end(self, worker: Process) -> None:
        self._all.discard(worker)
        await processes.end(worker)


async def _ask(worker: Process, job: dict[str, object]) -> bytes:
    assert worker.stdin is not None and worker.stdout is not None
    worker.stdin.write(json.dumps(job).encode() + b"\n")
    await worker.stdin.drain()
    return await worker.stdout.readline()
