"""What a picture can do to the process that decodes it, and what others notice of that."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from media.pictures import MAX_SCANS
from media.workers import WorkerLost, Workers
from tests import samples
from tests.process import process

HUGE = samples.picture("PNG", (12000, 12000), "L", 1)
SLOW = samples.many_scans((14000, 14000), MAX_SCANS)  # seconds of CPU on any machine


@pytest.fixture
def make_workers(io_loop):
    made = []

    def make(**settings):
        made.append(Workers(**settings))
        return made[-1]

    yield make
    for workers in made:
        io_loop.run_sync(workers.close)


@pytest.fixture
def job(tmp_path):
    """A job for a picture of these bytes."""

    def job(content: bytes = samples.picture("PNG"), ext: str = "png") -> dict[str, object]:
        (tmp_path / "upload").write_bytes(content)
        limits = [400_000_000, 400_000_000]
        return {
            "job": "prepare",
            "source": f"{tmp_path}/upload",
            "folder": str(tmp_path),
            "ext": ext,
            "limits": limits,
        }

    return job


def children(pid: int | str = "self") -> list[int]:
    """The processes that this one started."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def workers_of(pid: int) -> list[int]:
    return [
        child for child in children(pid) if b"media.worker" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


async def test_a_worker_is_kept(make_workers, job):
    """One process makes one picture after the other."""
    workers = make_workers()
    pids = set()
    for _ in range(3):
        assert (await workers.run(job()))["picture"]["width"] == 64
        pids |= set(workers_of(os.getpid()))
    assert len(pids) == 1


async def test_a_worker_that_is_killed(make_workers, job):
    """A picture that kills its worker is told, and the next one gets another."""
    workers = make_workers()
    await workers.run(job())
    [worker] = workers_of(os.getpid())
    running = asyncio.create_task(workers.run(job(SLOW, "jpg")))
    await asyncio.sleep(0.05)
    os.kill(worker, signal.SIGSEGV)
    with pytest.raises(WorkerLost):
        await running
    assert workers.lost == 1
    assert (await workers.run(job()))["picture"]["width"] == 64


@pytest.mark.parametrize("bound", [{"job_s": 0.001}, {"cpu_s": 0}])
async def test_a_picture_that_takes_too_long(make_workers, job, bound):
    """A picture that would take for ever takes a bounded time, and no zombie is left of its worker."""
    workers = make_workers(**bound)
    with pytest.raises(WorkerLost):
        await workers.run(job(SLOW, "jpg"))
    assert workers_of(os.getpid()) == []


async def test_a_picture_that_takes_too_much_memory(make_workers, job):
    """A picture that unfolds into more memory than a worker has is told to be broken."""
    workers = make_workers(memory_bytes=160 << 20)
    assert "MemoryError" in (await workers.run(job(HUGE)))["broken"]
    assert (await workers.run(job()))["picture"]["width"] == 64


async def test_a_sender_who_goes_ends_the_work(make_workers, job):
    """A worker does not go on for nobody."""
    workers = make_workers()
    running = asyncio.create_task(workers.run(job(SLOW, "jpg")))
    while not workers_of(os.getpid()):
        await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.wait([running])
    assert workers_of(os.getpid()) == []


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
async def test_workers_end_with_the_server(tmp_path, end):
    """However the server ends, none of its workers stays; they have none of its sockets and secrets."""
    secret = {"IM_STORAGE_OSS_KEY_SECRET": "not for workers"}
    async with process(tmp_path, **secret) as server:
        ann = await server.client().register()
        assert (await ann.upload(samples.picture("PNG")))["code"] == 0
        [worker] = workers_of(server.child.pid)
        assert b"not for workers" not in Path(f"/proc/{worker}/environ").read_bytes()
        assert {fd.name for fd in Path(f"/proc/{worker}/fd").iterdir()} == {"0", "1", "2"}
        assert os.getpriority(os.PRIO_PROCESS, worker) == 10
        await server.stop(end)
        while Path(f"/proc/{worker}").exists() and " Z " not in Path(f"/proc/{worker}/stat").read_text():
            await asyncio.sleep(0.01)
