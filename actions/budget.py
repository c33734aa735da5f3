"""The one budget for all that a client can cause.

A caller is a key: a user id, or `address_key` for whoever has not said who they are. Two kinds of things are
counted, each under a name of its own in section `limits` of the settings:

- **rates** (`<action>_rate` a second in the long run, `<action>_burst` at once): what a caller does.
- **shares** (`<thing>_most` for one caller, `<thing>_total` for all): what a caller has at the same time,
  connections or bytes.

A new command, route, frame or queue is counted here; nothing keeps a count of its own beside it.
"""

import ipaddress
import time
from collections import Counter
from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import TYPE_CHECKING, Self

from protocol.errors import SlowDown

if TYPE_CHECKING:
    from config import Limits

#: Entries kept for one action: 100 bytes each. Beyond it the buckets closest to full are forgotten, which can
#: only be generous to somebody.
MAX_KEYS = 50000
#: Seconds after which somebody who has too much at the same time may try again: nobody knows when the first
#: of it ends.
RETRY_S = 2.0


class Bucket:
    """The token buckets of one action, one for each key. `rate` is per second, `burst` at least 1.

    The semantics are those of golang.org/x/time/rate. Inside it is GCRA: one number a key, the time at which
    the bucket would be full again ("theoretical arrival time"), so a check is a dictionary look-up and a
    comparison, and a bucket that has filled up needs no entry.
    """

    __slots__ = ("_full_at", "_interval", "_most", "_max_keys")

    def __init__(self, rate: float, burst: int, max_keys: int = MAX_KEYS) -> None:
        self._interval = 1.0 / rate
        self._most = burst * self._interval
        self._max_keys = max_keys
        self._full_at: dict[object, float] = {}

    def take(self, key: object, now: float, cost: float = 1.0) -> float:
        """Takes `cost` tokens (at most `burst`): 0.0, or the seconds until they are there. A refusal costs
        nothing."""
        full_at = self._begun(key, now)
        wait = full_at - now + cost * self._interval - self._most
        if wait > 1e-9:
            return wait
        self._full_at[key] = full_at + cost * self._interval
        return 0.0

    def charge(self, key: object, now: float, cost: float = 1.0) -> float:
        """Takes `cost` tokens whether they are there or not, for what has happened already: the seconds
        until the bucket is out of debt, 0.0 when it is not in any."""
        self._full_at[key] = full_at = self._begun(key, now) + cost * self._interval
        return max(0.0, full_at - now - self._most)

    def give_back(self, key: object) -> None:
        """Puts one token back."""
        if key in self._full_at:
            self._full_at[key] -= self._interval

    def __len__(self) -> int:
        return len(self._full_at)

    def _begun(self, key: object, now: float) -> float:
        full_at = self._full_at.get(key)
        if full_at is None and len(self._full_at) >= self._max_keys:
            self._forget(now)
        return now if full_at is None or full_at < now else full_at

    def _forget(self, now: float) -> None:
        """Drops the buckets that are full; when that frees less than half, the nearest to full with them."""
        left = [(full_at, key) for key, full_at in self._full_at.items() if full_at > now]
        keep = self._max_keys // 2
        if len(left) > keep:
            left.sort(key=lambda entry: entry[0])
            del left[: len(left) - keep]
        self._full_at = {key: full_at for full_at, key in left}


class Share:
    """What callers have of one thing at the same time: at most `most` each and `total` together (0: as much
    as they like)."""

    __slots__ = ("_most", "_total", "_held", "held", "refused")

    def __init__(self, most: float, total: float) -> None:
        self._most, self._total = most, total
        self._held: dict[Hashable, float] = {}
        self.held = 0.0  #: by all
        self.refused = 0  #: how often the answer was no

    def add(self, key: Hashable, amount: float) -> bool:
        """False, and nothing added, when it is more than is allowed."""
        mine = self._held.get(key, 0.0) + amount
        if amount > 0 and (0 < self._most < mine or 0 < self._total < self.held + amount):
            self.refused += 1
            return False
        self.held += amount
        if mine > 0:
            self._held[key] = mine
        else:
            self._held.pop(key, None)
        return True

    def of(self, key: Hashable) -> float:
        """What one caller has."""
        return self._held.get(key, 0.0)

    def __len__(self) -> int:
        return len(self._held)


class Holding:
    """What one caller has of a thing, until `release`: ``with budget.hold("uploads", user_id):``"""

    __slots__ = ("_share", "_key", "_amount")

    def __init__(self, share: Share, key: Hashable, amount: float) -> None:
        """Of what `share` has added already."""
        self._share, self._key, self._amount = share, key, amount

    def grow(self, amount: float) -> None:
        """`amount` more (or less, below 0); `SlowDown` and nothing more when that is too much."""
        if not self._share.add(self._key, amount):
            raise SlowDown(RETRY_S)
        self._amount += amount

    def release(self) -> None:
        """Lets go of all of it; a second time does nothing."""
        self._share.add(self._key, -self._amount)
        self._amount = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.release()


class Budget:
    """All rates and shares of one process, from the `limits` section of the settings. With ``enabled: false``
    no caller is held to a rate or to a share of their own; what is for all together (`…_total`) stays."""

    def __init__(self, settings: "Limits", clock: Callable[[], float] = time.monotonic) -> None:
        self.enabled = settings.enabled
        self._refused: Counter[str] = Counter()
        self._clock = clock
        numbers = {name: getattr(settings, name) for name in settings.__dataclass_fields__}
        self._buckets = {
            name.removesuffix("_rate"): Bucket(rate, numbers[name.removesuffix("_rate") + "_burst"])
            for name, rate in numbers.items()
            if name.endswith("_rate")
        }
        self._shares = {
            thing: Share(
                numbers.get(thing + "_most", 0) if self.enabled else 0, numbers.get(thing + "_total", 0)
            )
            for thing in dict.fromkeys(
                name.rpartition("_")[0] for name in numbers if name.endswith(("_most", "_total"))
            )
        }

    @property
    def actions(self) -> frozenset[str]:
        """The actions that have a rate."""
        return frozenset(self._buckets)

    def take(self, action: str, *keys: object, cost: float = 1.0) -> None:
        """One more `action` (or `cost` of them) for each of `keys`. Raises `SlowDown`, and nothing is
        counted, when it comes too soon for one of them; `KeyError` for an action that the settings do not
        know."""
        bucket = self._buckets[action]
        if not self.enabled:
            return
        now = self._clock()
        for i, key in enumerate(keys):
            wait = bucket.take(key, now, cost)
            if wait > 0.0:
                for taken in keys[:i]:
                    bucket.charge(taken, now, -cost)
                self.refused(action)
                raise SlowDown(wait)

    def charge(self, action: str, key: object, cost: float = 1.0) -> float:
        """Counts what has happened already; the seconds for which the caller should be held back, 0.0 while
        they are within their rate."""
        bucket = self._buckets[action]
        if not self.enabled:
            return 0.0
        wait = bucket.charge(key, self._clock(), cost)
        if wait > 0.0:
            self.refused(action)
        return wait

    def give_back(self, action: str, *keys: object) -> None:
        """That `take` shall not have counted: a log-in with the right password, say."""
        for key in keys:
            self._buckets[action].give_back(key)

    def hold(self, thing: str, key: Hashable, amount: float = 1.0) -> Holding:
        """`amount` of `thing` for `key`, until the holding is released. Raises `SlowDown` when the caller, or
        all together, have too much of it already."""
        share = self._shares[thing]
        if not share.add(key, amount):
            raise SlowDown(RETRY_S)
        return Holding(share, key, amount)

    def move(self, action: str, old: object, new: object, cost: float = 1.0) -> None:
        """What `take` has counted for `old` is `new`'s: who calls from an address is known now. Raises
        `SlowDown` as `take` does."""
        self.take(action, new, cost=cost)
        if self.enabled:
            self._buckets[action].charge(old, self._clock(), -cost)

    def refused(self, name: str) -> None:
        """Counts a no."""
        self._refused[name] += 1

    def stats(self) -> dict[str, dict[str, int]]:
        """For each action how many keys are remembered (users, addresses), and how many calls were refused
        since the start; for each share also how much is held."""
        told = {
            action: {"keys": len(bucket), "refused": self._refused[action]}
            for action, bucket in self._buckets.items()
        }
        for thing, share in self._shares.items():
            told[thing] = {
                "keys": len(share),
                "refused": share.refused,
                "held": int(share.held),
            }
        return told


@lru_cache(4096)
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
