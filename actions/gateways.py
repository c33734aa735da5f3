"""The way to the gateways of browsers' makers: bounded, a few at a time, and slow ones hold nobody up.

Pushes to one browser go one after the other, so that the latest comes last. What fails is tried again with
growing pauses, in memory, as long as it is worth it. A push is a hint: what has no room is dropped.
"""

import asyncio
import json
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from models.push import Browser
from outgoing.addresses import Forbidden, target_of
from outgoing.client import Client, Reply, Unreachable
from outgoing.webpush import Vapid, decode, seal

logger = logging.getLogger("magpie.push")

#: Pushes that wait, a kilobyte each; for one browser.
MOST, MOST_OF_ONE = 20_000, 100
#: Under way at once; of them to one gateway; and to all those that were slow lately.
AT_ONCE, OF_GATEWAY, OF_SLOW = 48, 16, 4
#: Seconds that one push may take; from which on its gateway counts as slow, and for how long.
PATIENCE_S, SLOW_S, STAYS_SLOW_S = 10.0, 3.0, 60.0
#: Seconds until a push is tried again; each pause is so many times as long as the one before.
FIRST_PAUSE_S, GROWS = 1.0, 3.0
#: Seconds for which it holds that there is reason to push.
_FRESH_S = 1.0
#: Of an answer nothing is needed.
_ANSWER_BYTES = 1024
#: Gateways that are known to be slow.
_MOST_SLOW = 1000


class Push(NamedTuple):
    """One message for one browser. `topic`: of several the gateway keeps the latest; `born_s`: by the clock,
    when there was reason to push it; `aim`: user, conversation and seq, by which it is looked whether there
    still is."""

    browser: Browser
    payload: dict[str, object]
    topic: str
    urgency: str
    born_s: float
    aim: tuple[int, int, int]
    tries: int = 0


class _Lane:
    """To one browser."""

    __slots__ = ("gateway", "pushes", "taken")

    def __init__(self, gateway: "_Gateway") -> None:
        self.gateway = gateway
        self.pushes: deque[Push] = deque()
        self.taken = False  # it has its turn, or waits for it


class _Gateway:
    __slots__ = ("lanes", "origin", "running", "taken")

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.lanes: deque[_Lane] = deque()
        self.running = 0
        self.taken = False  # it is in a queue of gateways


class Gateways:
    """`stands`: whether there is still reason for a push; `gone`: there is no such browser any more.

    Promised: one push at a time for each browser, in order, and not more than `ttl_s` after it was born."""

    def __init__(
        self,
        client: Client,
        vapid: Vapid,
        ttl_s: int,
        stands: Callable[[Push], Awaitable[bool]],
        gone: Callable[[Push], Awaitable[None]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client, self._vapid, self._ttl_s = client, vapid, ttl_s
        self._stands, self._gone, self._clock = stands, gone, clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="seal")
        self._lanes: dict[int, _Lane] = {}  # by subscription
        self._gateways: dict[str, _Gateway] = {}  # by origin
        self._turns: deque[_Gateway] = deque()
        self._slow_turns: deque[_Gateway] = deque()
        self._slow: dict[str, float] = {}  # origins, and until when they count as slow
        self._later: dict[tuple[int, str], tuple[asyncio.TimerHandle, Push]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._slow_running = self._waiting = 0
        self._counts = dict.fromkeys(("sent", "failed", "dropped", "gone", "retried"), 0)

    def submit(self, push: Push) -> None:
        """It goes as soon as it can; what waits for another try in the same conversation is older, and goes
        no more."""
        if later := self._later.pop((push.browser.id, push.topic), None):
            later[0].cancel()
            self._counts["dropped"] += 1
        self._queue(push)

    def drop(self, number: int = 1) -> None:
        """So many pushes were never made."""
        self._counts["dropped"] += number

    async def close(self) -> None:
        """What waits is dropped."""
        for handle, _ in self._later.values():
            handle.cancel()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._thread.shutdown(wait=False, cancel_futures=True)

    def stats(self) -> dict[str, int]:
        """`push_waiting`: pushes that wait for their turn or for another try; `push_slow`: gateways that were
        slow lately. Since the start, `push_sent`: taken by a gateway; `push_failed`: given up after their
        time; `push_retried`: tries after the first; `push_gone`: browsers that are none any more;
        `push_dropped`: pushes without room or without reason."""
        waiting = self._waiting + len(self._later)
        counts = {f"push_{name}": count for name, count in self._counts.items()}
        return {"push_waiting": waiting, "push_slow": len(self._slow), **counts}

    # --- whose turn it is -----------------------------------------------------------------------------------

    def _queue(self, push: Push) -> None:
        lane = self._lanes.get(push.browser.id)
        if self._waiting >= MOST or (lane is not None and len(lane.pushes) >= MOST_OF_ONE):
            self._counts["dropped"] += 1
            return
        if lane is None:
            origin = target_of(push.browser.endpoint).origin
            gateway = self._gateways.setdefault(origin, _Gateway(origin))
            lane = self._lanes[push.browser.id] = _Lane(gateway)
        lane.pushes.append(push)
        self._waiting += 1
        self._await_turn(lane)
        self._pump()

    def _await_turn(self, lane: _Lane) -> None:
        if lane.pushes and not lane.taken:
            lane.taken = True
            lane.gateway.lanes.append(lane)
            self._line_up(lane.gateway)

    def _line_up(self, gateway: _Gateway) -> None:
        if gateway.lanes and not gateway.taken and gateway.running < OF_GATEWAY:
            gateway.taken = True
            (self._slow_turns if self._is_slow(gateway.origin) else self._turns).append(gateway)

    def _is_slow(self, origin: str) -> bool:
        until = self._slow.get(origin, 0.0)
        if until and self._clock() >= until:
            del self._slow[origin]
        return origin in self._slow

    def _pump(self) -> None:
        """Gateways in turn, each with its browsers in turn."""
        while len(self._tasks) < AT_ONCE:
            slow = not self._turns
            if slow and (not self._slow_turns or self._slow_running >= OF_SLOW):
                return
            gateway = (self._slow_turns if slow else self._turns).popleft()
            gateway.taken = False
            lane = gateway.lanes.popleft()
            gateway.running += 1
            self._slow_running += slow
            task = asyncio.get_running_loop().create_task(self._run(lane, slow))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            self._line_up(gateway)

    async def _run(self, lane: _Lane, slow: bool) -> None:
        gateway = lane.gateway
        push = lane.pushes.popleft()
        self._waiting -= 1
        try:
            await self._deliver(push, gateway.origin)
        except Exception:  # a fault of ours must not stop the others
            self._counts["failed"] += 1
            logger.exception("pushing to %s", gateway.origin)
        finally:
            gateway.running -= 1
            self._slow_running -= slow
            lane.taken = False
        self._await_turn(lane)
        self._line_up(gateway)
        if not lane.pushes:
            self._lanes.pop(push.browser.id, None)
        if not gateway.lanes and not gateway.running:
            self._gateways.pop(gateway.origin, None)
        asyncio.get_running_loop().call_soon(self._pump)  # when this task no longer counts

    # --- one push -------------------------------------------------------------------------------------------

    async def _deliver(self, push: Push, origin: str) -> None:
        age_s = self._clock() - push.born_s
        if age_s > self._ttl_s:
            self._counts["failed"] += 1
            return
        if age_s > _FRESH_S and not await self._stands(push):
            self._counts["dropped"] += 1
            return
        began_s = self._clock()
        reply = await self._send(push, origin, max(0, self._ttl_s - int(age_s)))
        if self._clock() - began_s >= SLOW_S:
            self._slow[origin] = self._clock() + STAYS_SLOW_S
            if len(self._slow) > _MOST_SLOW:
                del self._slow[next(iter(self._slow))]
        if reply is not None and 200 <= reply.status < 300:
            self._counts["sent"] += 1
        elif reply is not None and reply.status in (404, 410):
            self._counts["gone"] += 1
            await self._gone(push)
        else:
            self._try_again(push, reply)

    async def _send(self, push: Push, origin: str, ttl_s: int) -> Reply | None:
        browser = push.browser
        payload = json.dumps(push.payload, ensure_ascii=False, separators=(",", ":")).encode()
        keys = decode(browser.p256dh), decode(browser.auth)
        loop = asyncio.get_running_loop()
        body = await loop.run_in_executor(self._thread, seal, payload, *keys)
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Encoding": "aes128gcm",
            "TTL": str(ttl_s),
            "Urgency": push.urgency,
            "Topic": push.topic,
            "Authorization": self._vapid.authorization(origin, int(time.time())),
        }
        try:
            return await self._client.exchange(
                "POST", browser.endpoint, headers, body, limit=_ANSWER_BYTES, seconds=PATIENCE_S
            )
        except (Unreachable, Forbidden) as error:
            logger.info("push: %s", error)
            return None

    def _try_again(self, push: Push, reply: Reply | None) -> None:
        """Later, unless there is something newer to say of the conversation by then."""
        pause_s = max(FIRST_PAUSE_S * GROWS**push.tries, _asked_pause_s(reply))
        key = push.browser.id, push.topic
        lane = self._lanes.get(push.browser.id)
        newer = key in self._later or (lane and any(other.topic == push.topic for other in lane.pushes))
        if newer or self._clock() + pause_s > push.born_s + self._ttl_s:
            self._counts["dropped" if newer else "failed"] += 1
            return
        if len(self._later) >= MOST:
            self._counts["dropped"] += 1
            return
        again = push._replace(tries=push.tries + 1)
        self._later[key] = asyncio.get_running_loop().call_later(pause_s, self._again, again), again

    def _again(self, push: Push) -> None:
        self._later.pop((push.browser.id, push.topic), None)
        self._counts["retried"] += 1
        self._queue(push)


def _asked_pause_s(reply: Reply | None) -> float:
    """What a gateway says in Retry-After, in seconds or as a date."""
    said = reply.headers.get("retry-after", "") if reply is not None else ""
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return 0.0
