"""Rates in Redis: a bucket is one key, and a take one run of a script there."""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Any

import redis

from hub.ports.rates import ANSWER_S, CLOCK_S, RatesAway, Take, Wait
from hub.ports.redis.address import RedisAddress, close_client, reason_of

#: Takes under way at the same time; others wait. Each has a connection.
AT_ONCE = 8

# GCRA, as in `actions.bucket`. KEYS: the buckets, each with the time (us, of Redis's own clock, so that the
# processes need not agree on theirs) at which it is full again; one that is full has no key. ARGV: by how
# much a bucket may be emptier than it can be; then of each the interval and how long it takes to fill, in us.
# The answer: which of them comes too soon, and by how much; 0 for none.
_TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local full = {}
for i, key in ipairs(KEYS) do
  local interval, most = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  full[i] = tonumber(redis.call('GET', key) or now)
  if full[i] < now or full[i] > now + most + ARGV[1] then full[i] = now end
  local wait = full[i] + interval - most - now
  if wait > 0 then return {i, wait} end
end
for i, key in ipairs(KEYS) do
  local after = full[i] + ARGV[2 * i]
  redis.call('SET', key, string.format('%d', after), 'PX', math.ceil((after - now) / 1000) + 1)
end
return {0, 0}
"""
# The same KEYS and ARGV.
_GIVE_BACK = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
for i, key in ipairs(KEYS) do
  local after = tonumber(redis.call('GET', key) or now) - ARGV[2 * i]
  if after > now then
    redis.call('SET', key, string.format('%d', after), 'PX', math.ceil((after - now) / 1000) + 1)
  else
    redis.call('DEL', key)
  end
end
return {0, 0}
"""


class _Script:
    def __init__(self, text: str) -> None:
        self.text = text
        self.name = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


_TAKING, _GIVING_BACK = _Script(_TAKE), _Script(_GIVE_BACK)


class RedisRates:
    """A `hub.ports.rates.Rates`. `prefix` stands before all keys, with braces, so that a cluster keeps them
    on one server."""

    def __init__(self, address: RedisAddress, prefix: str) -> None:
        self._prefix = prefix
        self._client: Any = address.client(ANSWER_S)
        self._places = asyncio.Semaphore(AT_ONCE)

    async def take(self, takes: Sequence[Take]) -> Wait | None:
        which, wait_us = await self._run(_TAKING, takes)
        return Wait(takes[which - 1], wait_us / 1e6) if which else None

    async def give_back(self, takes: Sequence[Take]) -> None:
        await self._run(_GIVING_BACK, takes)

    async def close(self) -> None:
        await close_client(self._client)

    async def _run(self, script: _Script, takes: Sequence[Take]) -> list[int]:
        words: list[object] = [f"{self._prefix}:{take.action}:{take.key}" for take in takes]
        count = len(words)
        words.append(CLOCK_S * 1_000_000)
        for take in takes:
            words += (take.interval_us, take.interval_us * take.burst)
        try:
            async with asyncio.timeout(ANSWER_S), self._places:
                return await self._eval(script, count, words)
        except (redis.RedisError, OSError, TimeoutError) as error:
            raise RatesAway(f"Redis: {_why(error)}") from None

    async def _eval(self, script: _Script, count: int, words: Sequence[object]) -> list[int]:
        try:
            answer: list[int] = await self._client.evalsha(script.name, count, *words)
        except redis.exceptions.NoScriptError:  # it has not seen it since it was started
            answer = await self._client.eval(script.text, count, *words)
        return answer


def _why(error: BaseException) -> str:
    return f"no answer in {ANSWER_S:.0f} s" if isinstance(error, TimeoutError) else reason_of(error)
