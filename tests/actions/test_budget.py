"""The budget: what a busy caller may do and have, and that the memory for it is bounded."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.bucket import Bucket
from actions.budget import Budget, Share, address_key
from config import Limits
from protocol.errors import SlowDown


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class TokenBucket:
    """The textbook's: what golang.org/x/time/rate does, with the tokens counted."""

    def __init__(self, rate: float, burst: int) -> None:
        self.rate, self.burst, self.tokens, self.last = rate, burst, float(burst), 0.0

    def take(self, now: float) -> bool:
        self.tokens = min(self.burst, self.tokens + (now - self.last) * self.rate)
        self.last = now
        if self.tokens >= 1:
            self.tokens -= 1
            return True
        return False


def budget_of(clock: Clock, **settings) -> Budget:
    return Budget(Limits(**settings), clock)


def test_burst_then_rate():
    """Ten log-ins at once pass, the eleventh is told to wait, and after that time it passes."""
    clock = Clock()
    budget = budget_of(clock, login_rate=0.2, login_burst=10)
    for _ in range(10):
        budget.take("login", 1)
    with pytest.raises(SlowDown) as refused:
        budget.take("login", 1)
    assert refused.value.data == {"retry_after": 5.0}
    clock.now += 5
    budget.take("login", 1)
    with pytest.raises(SlowDown):
        budget.take("login", 1)


def test_one_caller_does_not_slow_another():
    """A caller over the limit leaves others, and other actions, alone."""
    budget = budget_of(Clock(), login_burst=1, find_burst=1)
    budget.take("login", 1)
    with pytest.raises(SlowDown):
        budget.take("login", 1)
    budget.take("login", 2)
    budget.take("find", 1)


def test_refusal_costs_nothing():
    """Trying too often does not make the wait longer."""
    clock = Clock()
    budget = budget_of(clock, login_rate=1.0, login_burst=1)
    budget.take("login", 1)
    for _ in range(100):
        with pytest.raises(SlowDown):
            budget.take("login", 1)
    clock.now += 1
    budget.take("login", 1)


def test_given_back_token_can_be_used_again():
    """A log-in that succeeded does not count against the next ones."""
    budget = budget_of(Clock(), login_burst=1)
    for _ in range(5):
        budget.take("login", 1)
        budget.give_back("login", 1)
    budget.take("login", 1)
    with pytest.raises(SlowDown):
        budget.take("login", 1)


def test_switched_off():
    """With limits.enabled: false nobody is told to slow down."""
    budget = budget_of(Clock(), enabled=False, login_burst=1)
    for _ in range(100):
        budget.take("login", 1)
        budget.give_back("login", 1)


def test_unknown_action_is_an_error():
    """A handler that names a limit which the settings don't have is found at its first call."""
    with pytest.raises(KeyError):
        budget_of(Clock()).take("dance", 1)


def test_every_configured_action_is_known():
    """Each pair of settings makes one limit."""
    names, actions = [field.name for field in fields(Limits)], budget_of(Clock()).actions
    assert actions == {name.removesuffix("_rate") for name in names if name.endswith("_rate")}
    assert actions == {name.removesuffix("_burst") for name in names if name.endswith("_burst")}
    assert {"request", "message", "login", "register", "find", "contact", "upload"} <= actions


@given(
    rate=st.sampled_from([0.5, 1.0, 4.0, 16.0]),
    burst=st.integers(1, 8),
    steps=st.lists(st.integers(0, 64), max_size=60),
)
def test_same_as_a_counted_token_bucket(rate, burst, steps):
    """Whatever the timing, the answers are those of golang.org/x/time/rate."""
    bucket, textbook, now = Bucket(rate, burst), TokenBucket(rate, burst), 0.0
    for step in steps:
        now += step / 16  # binary fractions: both ways of counting are exact
        assert (bucket.take("k", now) == 0.0) is textbook.take(now)


@given(rate=st.floats(0.001, 1000), burst=st.integers(1, 50), steps=st.lists(st.floats(0, 10), max_size=50))
def test_waiting_as_told_is_enough(rate, burst, steps):
    """Whoever waits `retry_after` seconds is let in."""
    bucket, now = Bucket(rate, burst), 0.0
    for step in steps:
        now += step
        wait = bucket.take("k", now)
        if wait:
            now += wait + 1e-6
            assert bucket.take("k", now) == 0.0


def test_memory_is_bounded():
    """A million addresses that call once each do not fill the memory, and the busiest stay limited."""
    bucket = Bucket(rate=0.001, burst=5, max_keys=100)
    for _ in range(5):
        bucket.take("busy", 0.0)
    for key in range(1000):
        bucket.take(key, 0.0)
        assert len(bucket) <= 100
    assert bucket.take("busy", 0.0) > 0


def test_full_buckets_are_forgotten_first():
    """Who has been away long enough to have a full bucket needs no memory."""
    bucket = Bucket(rate=1.0, burst=2, max_keys=10)
    for key in range(10):
        bucket.take(key, 0.0)
    bucket.take("late", 100.0)
    assert len(bucket) == 1


@pytest.mark.parametrize(
    "address, key",
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("not an address", "not an address"),
    ],
)
def test_addresses_that_count_as_one(address, key):
    """One IPv6 customer cannot dodge a limit by changing addresses of their own network."""
    assert address_key(address) == key


def test_what_is_counted():
    """Whoever runs the server sees how many callers each limit remembers, and how often it said no."""
    budget = budget_of(Clock(), login_burst=1)
    for key in (1, 2):
        budget.take("login", key)
    with pytest.raises(SlowDown):
        budget.take("login", 1)
    assert budget.stats()["login"] == {"keys": 2, "refused": 1}
    assert budget.stats()["find"] == {"keys": 0, "refused": 0}
    assert set(budget.stats()) >= budget.actions


def test_what_has_happened_is_charged():
    """A frame that has arrived counts in any case: the caller is told how long to be held back, and pays off
    the debt in that time."""
    clock = Clock()
    budget = budget_of(clock, message_rate=10.0, message_burst=20)
    assert budget.charge("message", 1, cost=20) == 0.0
    assert budget.charge("message", 1, cost=10) == pytest.approx(1.0)
    clock.now += 1.0
    assert budget.charge("message", 1, cost=0) == pytest.approx(0.0)
    assert budget.charge("message", 2) == 0.0


def test_a_cost_counts_for_all_keys_or_none():
    """Who is refused for one of several reasons has used up none of the others."""
    budget = budget_of(Clock(), login_burst=5)
    budget.take("login", "account", cost=4)
    with pytest.raises(SlowDown):
        budget.take("login", "address", "account", cost=2)
    budget.take("login", "address", cost=5)


def test_shares():
    """One caller has no more than `most`, all have no more than `total`, and what is let go of is there for
    others."""
    share = Share(most=2, total=3)
    assert share.add("a", 1) and share.add("a", 1) and not share.add("a", 1)
    assert share.add("b", 1) and not share.add("c", 1)
    assert share.add("a", -2) and share.add("c", 1)
    assert (share.held, share.of("a"), len(share)) == (2, 0, 2)


def test_a_holding_grows_and_ends_once():
    """A holding that is refused more keeps what it has; what is released is released once."""
    budget = budget_of(Clock())
    budget._shares["thing"] = Share(most=10, total=0)
    with budget.hold("thing", 1, 4) as holding:
        holding.grow(6)
        with pytest.raises(SlowDown):
            holding.grow(1)
        with pytest.raises(SlowDown):
            budget.hold("thing", 1)
        assert budget.stats()["thing"] == {"keys": 1, "refused": 2, "held": 10}
        holding.grow(-6)
        holding.release()
    assert budget.stats()["thing"] == {"keys": 0, "refused": 2, "held": 0}
