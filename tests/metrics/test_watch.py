"""What no part sees of itself: a loop that is late, collections of garbage."""

import asyncio
import gc

from metrics.watch import PERIOD_S, GarbageWatch, LoopWatch
from tests.hub.process import Clock


async def test_a_late_loop_is_seen():
    """When the loop was held for a second, a second is what the numbers say."""
    clock = Clock()
    watch = LoopWatch(clock)
    watch.start()
    clock.now += PERIOD_S
    watch.look()
    clock.now += PERIOD_S + 1
    watch.look()
    watch.stop()
    assert len(watch.lag) == 2
    assert 0.999 < watch.lag.total < 1.001


async def test_a_loop_is_looked_at_until_the_end():
    """The loop is looked at again and again, and no more after the end."""
    watch = LoopWatch()
    watch.start()
    while len(watch.lag) < 3:
        await asyncio.sleep(0.01)
    watch.stop()
    seen = len(watch.lag)
    await asyncio.sleep(PERIOD_S * 1.5)
    assert len(watch.lag) == seen


def test_collections_are_seen():
    """Each collection of garbage is counted under its generation, until the end."""
    watch = GarbageWatch()
    watch.start()
    before = [len(pauses) for pauses in watch.pauses]
    gc.collect(0)
    gc.collect(2)
    watch.stop()
    after = [len(pauses) for pauses in watch.pauses]
    assert after[0] > before[0] and after[2] > before[2]
    assert watch.pauses[2].total > 0
    gc.collect(2)
    watch.stop()  # a second time does nothing
    assert [len(pauses) for pauses in watch.pauses] == after


def test_a_collection_that_had_begun_before():
    """Of a collection that had begun before anybody looked nothing is said."""
    watch = GarbageWatch()
    watch.collecting("stop", {"generation": 2})
    assert [len(pauses) for pauses in watch.pauses] == [0, 0, 0]
