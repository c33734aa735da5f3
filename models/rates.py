"""What all processes count together, where PostgreSQL is all that lies between them. As `actions.bucket`, in
rows: a bucket is the time (us, of the database's clock) at which it is full again."""

from collections.abc import Sequence
from typing import NamedTuple

from database.base import database
from models.tables import Rate

#: Buckets that are full are rows for nothing. How long (ms) they stay, so that clocks need not agree.
KEPT_MS = 86_400_000

_NOW = "(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint"
_BEYOND = f"{_NOW} + %(most)s + %(clock)s"  # no bucket is so empty: the clock was put back
# One statement, so that of many at once the row's lock lets one after the other see what the last has left.
_TAKE = f"""
INSERT INTO rate AS found (key, full_at) VALUES (%(key)s, {_NOW} + %(interval)s)
ON CONFLICT (key) DO UPDATE SET full_at = %(interval)s
    + CASE WHEN found.full_at BETWEEN {_NOW} AND {_BEYOND} THEN found.full_at ELSE {_NOW} END
WHERE found.full_at + %(interval)s - %(most)s <= {_NOW} OR found.full_at > {_BEYOND}
RETURNING full_at
"""
_WAIT = f"SELECT full_at + %(interval)s - %(most)s - {_NOW} FROM rate WHERE key = %(key)s"
_GIVE_BACK = "UPDATE rate SET full_at = full_at - %(interval)s WHERE key = %(key)s"


class Bucket(NamedTuple):
    """A new token every `interval_us`, `burst` at most."""

    key: str
    interval_us: int
    burst: int


class TooSoon(Exception):
    """There is no token in `bucket` for `wait_us` to come."""

    def __init__(self, bucket: Bucket, wait_us: int) -> None:
        self.bucket, self.wait_us = bucket, wait_us


def take(buckets: Sequence[Bucket], clock_s: int) -> None:
    """A token of each, or `TooSoon`, and the transaction has to end without one. `clock_s`: by how much
    a bucket may be emptier than it can be."""
    for bucket in sorted(buckets):  # one order for all, so that no two wait for each other
        numbers = _numbers(bucket) | {"clock": clock_s * 1_000_000}
        if not database.execute_sql(_TAKE, numbers).fetchall():
            ((wait_us,),) = database.execute_sql(_WAIT, numbers).fetchall() or ((1,),)
            raise TooSoon(bucket, max(1, wait_us))


def give_back(buckets: Sequence[Bucket]) -> None:
    for bucket in sorted(buckets):
        database.execute_sql(_GIVE_BACK, _numbers(bucket))


def forget_full(now: int) -> int:
    """Deletes what was full long before `now` (ms); how many there were."""
    return int(Rate.delete().where(Rate.full_at < (now - KEPT_MS) * 1000).execute())


def _numbers(bucket: Bucket) -> dict[str, str | int]:
    interval = bucket.interval_us
    return {"key": bucket.key, "interval": interval, "most": interval * bucket.burst}
