"""Trying a password: what a try counts against, and whose turn it is to be checked.

A try counts for where it comes from (`login`) and for the account it is about (`account_login`), and no
longer once it was right. All strangers together have one count for an account, so guessing from many
addresses is as slow as from one. A browser or an address from which the account has been logged in to before
counts by itself: whatever strangers do, its owner gets in (docs/decisions/0050-guesses.md).
"""

from collections.abc import Hashable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Self

from actions.budget import Budget
from protocol.errors import Refusal, SlowDown


class Guess:
    """One try that has been counted: ``with guess: …`` takes it back when the block is refused, for then it
    was none."""

    def __init__(self, budget: Budget, counts: dict[str, Hashable]) -> None:
        """Raises `SlowDown`, and nothing is counted, when it comes too soon for one of `counts`: the action,
        and the key it counts for."""
        self._budget = budget
        self._taken: dict[str, Hashable] = {}
        for action, key in counts.items():
            try:
                budget.take(action, key)
            except SlowDown:
                self.take_back()
                raise
            self._taken[action] = key

    def take_back(self) -> None:
        """It does not count: it was right, and people may log in as often as they like; or there was no place
        in the queue to find out."""
        for action, key in self._taken.items():
            self._budget.give_back(action, key)
        self._taken = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Refusal):
            self.take_back()


@contextmanager
def in_queue(budget: Budget, *keys: Hashable) -> Iterator[None]:
    """A place in the queue for hashing counts for each of `keys` until the block ends. Raises `SlowDown` when
    one of them has too many."""
    with ExitStack() as held:
        for key in keys:
            held.enter_context(budget.hold("hashes", key))
        yield
