"""What is told when Prometheus asks: the numbers of all parts, put together on the loop and written in a
thread of its own, so that it is told what is the matter when everything else stands still."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from metrics import process
from metrics.exposition import Told, write
from metrics.histogram import Counts, Histogram, Measures, Tally
from metrics.watch import GarbageWatch, LoopWatch

#: Seconds for which a text holds: whoever asks more often learns nothing new.
FRESH_S = 1.0


class Door(Protocol):
    """Where it is asked for, as far as anybody here has to know it."""

    async def close(self) -> None: ...


class Scraper:
    """Tells nothing until `start`. `door`: an address of its own, which ends with it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._loop_watch, self._garbage = LoopWatch(clock), GarbageWatch()
        self._pool: ThreadPoolExecutor | None = None
        self._texts = 0
        self._latest: dict[bool, tuple[float, asyncio.Future[tuple[bytes, str]]]] = {}
        self.tells = False  #: somebody may ask: what costs something on a message's way is measured only then
        self.door: Door | None = None

    def start(
        self, numbers: Callable[[], Mapping[str, int]], measures: Callable[[], Measures], *build: str
    ) -> None:
        """On the loop. `numbers` and `measures` ask all parts; `build` says what runs: version, Python's,
        database."""
        self._numbers, self._measures = numbers, measures
        self._build = Tally({build: 1})
        self._pool = ThreadPoolExecutor(1, "metrics")
        self.tells = True
        self._loop_watch.start()
        self._garbage.start()

    async def text(self, accept: str = "") -> tuple[bytes, str]:
        """The text and its content type, of the two forms that there are the one that an `Accept` header asks
        for."""
        openmetrics = "application/openmetrics-text" in accept
        begun, text = self._latest.get(openmetrics, (0.0, None))
        if text is None or (text.done() and self._clock() - begun > FRESH_S):
            text = asyncio.ensure_future(self._write(openmetrics))
            self._latest[openmetrics] = self._clock(), text
        return await asyncio.shield(text)

    async def _write(self, openmetrics: bool) -> tuple[bytes, str]:
        assert self._pool is not None
        self._texts += 1
        told = self._told()
        return await asyncio.get_running_loop().run_in_executor(
            self._pool, lambda: write({**told, **process.numbers()}, openmetrics)
        )

    def _told(self) -> Told:
        """What stands in a moment, so that the thread reads nothing that changes."""
        told: dict[str, float | Counts | Tally] = {"build": self._build, **self._numbers()}
        for name, measure in self._measures().items():
            told[name] = measure.counts() if isinstance(measure, Histogram) else Counter(measure)
        return told

    def stats(self) -> dict[str, int]:
        """`scrape_texts`: how often the numbers were asked for, since the start."""
        return {"scrape_texts": self._texts}

    def measures(self) -> Measures:
        """`scrape_loop_lag_seconds`: how late the loop comes round; `scrape_gc_<generation>_seconds`:
        collections of garbage. Empty until `start`."""
        pauses = {f"scrape_gc_{i}_seconds": pause for i, pause in enumerate(self._garbage.pauses)}
        return {"scrape_loop_lag_seconds": self._loop_watch.lag, **pauses}

    async def close(self) -> None:
        """Tells nothing any more."""
        self._loop_watch.stop()
        self._garbage.stop()
        if self.door is not None:
            await self.door.close()
        if self._pool is not None:
            self._pool.shutdown(wait=False)
