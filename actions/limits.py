"""Rate limits: a token bucket for each action and each user or address.

The semantics are those of golang.org/x/time/rate: `burst` calls at once, `rate` a second in the long run.
Inside it is GCRA: one number a key, the time at which the bucket would be full again ("theoretical arrival
time"), so a check is a dictionary look-up and a comparison, and a bucket that has filled up needs no entry.
"""

import ipaddress
import time
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from protocol.errors import SlowDown

if TYPE_CHECKING:
    from config import Limits

#: Entries kept for one action: 100 bytes each. Beyond it the buckets closest to full are forgotten, which can
#: only be generous to somebody.
MAX_KEYS = 50000


class Bucket:
    """The buckets of one action, one for each key. `rate` is per second, `burst` at least 1."""

    __slots__ = ("_full_at", "_interval", "_tolerance", "_max_keys")

    def __init__(self, rate: float, burst: int, max_keys: int = MAX_KEYS) -> None:
        self._interval = 1.0 / rate
        self._tolerance = (burst - 1) * self._interval
        self._max_keys = max_keys
        self._full_at: dict[object, float] = {}

    def take(self, key: object, now: float) -> float:
        """Takes one token: 0.0, or the seconds until there is one. A refusal costs nothing."""
        full_at = self._full_at.get(key)
        if full_at is None:
            if len(self._full_at) >= self._max_keys:
                self._forget(now)
            full_at = now
        elif full_at < now:
            full_at = now
        elif full_at - now > self._tolerance:
            return full_at - now - self._tolerance
        self._full_at[key] = full_at + self._interval
        return 0.0

    def give_back(self, key: object) -> None:
        """Puts one token back."""
        if key in self._full_at:
            self._full_at[key] -= self._interval

    def __len__(self) -> int:
        return len(self._full_at)

    def _forget(self, now: float) -> None:
        """Drops the buckets that are full; when that frees less than half, the nearest to full with them."""
        left = [(full_at, key) for key, full_at in self._full_at.items() if full_at > now]
        keep = self._max_keys // 2
        if len(left) > keep:
            left.sort(key=lambda entry: entry[0])
            del left[: len(left) - keep]
        self._full_at = {key: full_at for full_at, key in left}


class Limiter:
    """All limits of one process, from the `limits` section of the settings."""

    def __init__(self, settings: "Limits", clock: Callable[[], float] = time.monotonic) -> None:
        self.enabled = settings.enabled
        self._refused: Counter[str] = Counter()
        self._clock = clock
        self._buckets = {
            name.removesuffix("_rate"): Bucket(
                getattr(settings, name), getattr(settings, name[:-5] + "_burst")
            )
            for name in settings.__dataclass_fields__
            if name.endswith("_rate")
        }

    @property
    def actions(self) -> frozenset[str]:
        """The actions that have a limit."""
        return frozenset(self._buckets)

    def check(self, action: str, key: object) -> None:
        """One more `action` by `key`, a user id or `address_key`. Raises `SlowDown` when it comes too soon;
        `KeyError` for an action that the settings do not know."""
        bucket = self._buckets[action]
        if self.enabled:
            wait = bucket.take(key, self._clock())
            if wait > 0.0:
                self._refused[action] += 1
                raise SlowDown(wait)

    def stats(self) -> dict[str, dict[str, int]]:
        """For each action how many keys are remembered (users, addresses), and how many calls were refused
        since the start."""
        return {
            action: {"keys": len(bucket), "refused": self._refused[action]}
            for action, bucket in self._buckets.items()
        }

    def give_back(self, action: str, key: object) -> None:
        """That `check` shall not have counted: a log-in with the right password, say."""
        self._buckets[action].give_back(key)


def address_key(address: str) -> str:
    """What stands for one client's address: an IPv6 customer has a whole /64 to call from."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
