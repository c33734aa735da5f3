"""Trying a password: what a try counts against, and whose turn it is to be checked.

A try counts for where it comes from (`login`) and for the account it is about (`account_login`), whichever
process is asked, and no longer once it was right. All strangers together have one count for an account, so
guessing from many addresses is as slow as from one. A browser or an address from which the account has been
logged in to before counts by itself: whatever strangers do, its owner gets in
(docs/decisions/0050-guesses.md).
"""

from collections.abc import Hashable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Self

from actions.budget import Budget, Counted
from protocol.errors import Refusal


class Guess:
    """One try that has been counted: ``async with guess: …`` takes it back when the block is refused, for
    then it was none."""

    def __init__(self, counted: Counted) -> None:
        self._counted = counted

    @classmethod
    async def count(cls, budget: Budget, counts: Mapping[str, Hashable]) -> Self:
        """Raises `SlowDown`, and nothing is counted, when it comes too soon for one of `counts`: the action,
        and the key it counts for."""
        return cls(await budget.count(counts))

    async def take_back(self) -> None:
        """It does not count: it was right, and people may log in as often as they like; or there was no place
        in the queue to find out."""
        await self._counted.give_back()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Refusal):
            await self.take_back()


@contextmanager
def in_queue(budget: Budget, *keys: Hashable) -> Iterator[None]:
    """A place in the queue for hashing counts for each of `keys` until the block ends. Raises `SlowDown` when
    one of them has too many."""
    with ExitStack() as held:
        for key in keys:
            held.enter_context(budget.hold("hashes", key))
        yield
