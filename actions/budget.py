"""The one budget for all that a client can cause.

A caller is a key: a user id, or `address_key` for whoever has not said who they are. Two kinds of things are
counted, each under a name of its own in section `limits` of the settings:

- **rates** (`<action>_rate` a second in the long run, `<action>_burst` at once): what a caller does. Most are
  counted by each process for itself, since they keep its own time and memory; those of `EVERYWHERE` by all
  processes together, where there are several.
- **shares** (`<thing>_most` for one caller, `<thing>_total` for all): what a caller has at the same time,
  connections or bytes.

A new command, route, frame or queue is counted here; nothing keeps a count of its own beside it.
"""

import hashlib
import ipaddress
import time
from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Self

from actions.bucket import Bucket
from actions.shared_rates import SharedRates
from hub.ports.rates import Take
from protocol.errors import SlowDown

if TYPE_CHECKING:
    from config import Limits

#: What somebody gains by who asks several processes: guesses at passwords, accounts, room on the disk before
#: log-in, a list of everybody, friendships with strangers. A few calls of one caller a minute, worth a
#: question to another machine each.
EVERYWHERE = frozenset(("login", "account_login", "register", "anonymous_upload", "find", "contact"))

#: Seconds after which somebody who has too much at the same time may try again: nobody knows when the first
#: of it ends.
RETRY_S = 2.0


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


class Counted:
    """What `Budget.count` has counted."""

    __slots__ = ("_budget", "here", "everywhere")

    def __init__(self, budget: "Budget") -> None:
        self._budget = budget
        self.here: dict[str, Hashable] = {}  #: by action, the key; in this process
        self.everywhere: list[Take] = []  #: the same, where all processes count

    async def give_back(self) -> None:
        """It shall not have counted: a log-in with the right password, say. A second time does nothing."""
        here, self.here = self.here, {}
        for action, key in here.items():
            self._budget.give_back(action, key)
        takes, self.everywhere = self.everywhere, []
        if takes and self._budget.shared is not None:
            await self._budget.shared.give_back(takes)


class Budget:
    """All rates and shares of one process, from the `limits` section of the settings. With ``enabled: false``
    no caller is held to a rate or to a share of their own; what is for all together (`…_total`) stays.
    `shared`: what all processes count together; None when this is the only one."""

    def __init__(
        self,
        settings: "Limits",
        clock: Callable[[], float] = time.monotonic,
        shared: SharedRates | None = None,
    ) -> None:
        self.enabled = settings.enabled
        self.shared = shared
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

    async def count(self, counts: Mapping[str, Hashable]) -> Counted:
        """One more of each action for its key, of `EVERYWHERE` in all processes. Raises `SlowDown`, and
        nothing is counted, when it comes too soon for one of them.

        The own buckets are asked first: none of them holds less than the one of all processes, so who is
        refused here costs no question; and when there is no answer, they have decided."""
        counted = Counted(self)
        try:
            for action, key in counts.items():
                self.take(action, key)
                counted.here[action] = key
            await self._count_everywhere(counted)
        except SlowDown:
            await counted.give_back()
            raise
        return counted

    async def _count_everywhere(self, counted: Counted) -> None:
        if self.shared is None or not self.enabled:
            return
        takes = [self._take_of(*count) for count in counted.here.items() if count[0] in EVERYWHERE]
        if not takes:
            return
        answered, wait = await self.shared.take(takes)
        if wait is not None:
            self.refused(wait.take.action)
            raise SlowDown(wait.seconds)
        counted.everywhere = takes if answered else []

    def _take_of(self, action: str, key: Hashable) -> Take:
        bucket = self._buckets[action]
        return Take(action, _name_of(key), bucket.interval_us, bucket.burst)

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

    async def close(self) -> None:
        """Asks nobody any more."""
        if self.shared is not None:
            await self.shared.close()

    def stats(self) -> dict[str, dict[str, int]]:
        """For each action how many keys are remembered (users, addresses), and how many calls were refused
        since the start; for each share also how much is held. With other processes `shared`: what is counted
        with them."""
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
        if self.shared is not None:
            told["shared"] = self.shared.stats()
        return told


def _name_of(key: Hashable) -> str:
    """The same short name for a key in every process: places for it are paid by the byte, and a number that
    somebody calls from should not stand there for all to read."""
    return hashlib.blake2b(_spelt(key).encode("utf-8", "replace"), digest_size=16).hexdigest()


def _spelt(key: object) -> str:
    """A key in words, another one for each: a set in order, everything with its type and length."""
    if isinstance(key, (tuple, frozenset)):
        parts = [_spelt(part) for part in key]
        text = "".join(parts if isinstance(key, tuple) else sorted(parts))
    else:
        text = str(key)
    return f"{type(key).__name__}{len(text)}:{text}"


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
