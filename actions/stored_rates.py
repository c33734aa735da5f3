"""Rates in the database, for processes that have nothing else between them."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from database.door import Database
from hub.ports.rates import ANSWER_S, CLOCK_S, RatesAway, Take, Wait
from models import rates
from protocol.errors import TryAgain

T = TypeVar("T")


class StoredRates:
    """A `hub.ports.rates.Rates` on PostgreSQL."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def take(self, takes: Sequence[Take]) -> Wait | None:
        by_bucket = {_bucket_of(take): take for take in takes}
        try:
            await self._write(partial(rates.take, list(by_bucket), CLOCK_S))
        except rates.TooSoon as refusal:
            return Wait(by_bucket[refusal.bucket], refusal.wait_us / 1e6)
        return None

    async def give_back(self, takes: Sequence[Take]) -> None:
        await self._write(partial(rates.give_back, [_bucket_of(take) for take in takes]))

    async def close(self) -> None:
        """The database is closed by whoever opened it."""

    async def _write(self, call: Callable[[], T]) -> T:
        try:
            async with asyncio.timeout(ANSWER_S):
                return await self._db.write(call)
        except (TryAgain, TimeoutError):
            raise RatesAway("the database does not answer") from None


def _bucket_of(take: Take) -> rates.Bucket:
    return rates.Bucket(f"{take.action}:{take.key}", take.interval_us, take.burst)
