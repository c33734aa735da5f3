"""The token buckets of one action, in memory."""

#: Entries kept for one action: 100 bytes each. Beyond it the buckets closest to full are forgotten, which can
#: only be generous to somebody.
MAX_KEYS = 50000


class Bucket:
    """The token buckets of one action, one for each key. `rate` is per second, `burst` at least 1.

    The semantics are those of golang.org/x/time/rate. Inside it is GCRA: one number a key, the time at which
    the bucket would be full again ("theoretical arrival time"), so a check is a dictionary look-up and a
    comparison, and a bucket that has filled up needs no entry.
    """

    __slots__ = ("_full_at", "_interval", "_most", "_max_keys", "burst")

    def __init__(self, rate: float, burst: int, max_keys: int = MAX_KEYS) -> None:
        self._interval = 1.0 / rate
        self._most = burst * self._interval
        self.burst = burst
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

    @property
    def interval_us(self) -> int:
        """Microseconds until there is a token more."""
        return round(self._interval * 1e6)

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
