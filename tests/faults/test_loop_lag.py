"""The loop serves everybody else while it is asked for heavy work."""

import asyncio
import time

import pytest

import config
from actions.passwords import PasswordHasher
from media import pictures
from tests import samples
from tests.app import running


class LoopWatch:
    """Measures the longest time that the loop did not come round: ``async with LoopWatch() as watch``."""

    longest = 0.0  # seconds

    async def __aenter__(self):
        self._task = asyncio.create_task(self._watch())
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *error):
        self._task.cancel()

    async def _watch(self):
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.001)
            self.longest = max(self.longest, time.monotonic() - before)


@pytest.fixture(scope="module")
def photograph(tmp_path_factory):
    """A JPEG of 36 million pixels, as a good camera makes it."""
    path = tmp_path_factory.mktemp("photograph") / "photograph.jpg"
    samples.noise((6000, 6000)).save(path, quality=50)
    return path


def inline_cost(photograph, folder) -> float:
    """Seconds that the work of the test takes when nothing else is done meanwhile."""
    limits = pictures.PictureLimits(config.Uploads().max_pixels, config.Uploads().max_frame_pixels)
    hasher = PasswordHasher()
    begun = time.monotonic()
    pictures.prepare(str(photograph), str(folder), "jpg", limits)
    for _ in range(10):
        hasher._argon.hash("secret123")
    cost = time.monotonic() - begun
    hasher.close()
    return cost


async def test_a_large_picture_and_many_passwords(photograph, tmp_path):
    """While a large picture arrives and people log in, others don't notice: the loop comes round far sooner
    than that work takes."""
    cost = await asyncio.to_thread(inline_cost, photograph, tmp_path)
    content = photograph.read_bytes()
    async with running(tmp_path / "data", dear_passwords=True) as app:
        ann = await app.client().register()
        async with LoopWatch() as watch:
            answers = await asyncio.gather(
                ann.upload(content),
                *(app.services.hasher.hash("secret123") for _ in range(10)),
            )
    assert answers[0]["code"] == 0
    assert answers[0]["width"] == 6000
    print(f"longest pause {watch.longest * 1000:.0f} ms, work {cost * 1000:.0f} ms")
    assert watch.longest < cost / 2
