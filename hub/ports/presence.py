"""The presence port: who is where. When that is worth telling, and to whom, is not its business but
`hub.presence`'s."""

from collections.abc import Callable, Iterable
from typing import Protocol


class Presence(Protocol):
    """Promised: `online` answers at once, from memory; a process's own people are in it from `come` to `go`.
    `changed` is told, in every process, of each user who comes where they were nowhere, and of each who is
    nowhere any more: never twice the same of one user. A process that dies without a word takes its people
    with it after a few seconds, the port's expiry; one that closes, at once.

    Not promised: that other processes' people are known in the moment they come. A process that starts is
    told nothing of who is here already; `online` knows them."""

    def listen(self, changed: Callable[[int, bool], None]) -> None:
        """Called once, before anything else. `changed(user_id, here)` is called on the loop, for this
        process's own people before `come` or `go` returns."""

    def come(self, user_id: int) -> None:
        """The user has a connection in this process now. Again, it changes nothing; `go` neither."""

    def go(self, user_id: int) -> None:
        """The user has no connection in this process any more."""

    def online(self, user_ids: Iterable[int]) -> set[int]:
        """Who of these has a connection, in any process."""

    async def close(self) -> None:
        """This process's people are gone from it. `changed` is called no more."""

    def stats(self) -> dict[str, int]:
        """`here`: users in this process; `online`: users in any; `processes`: how many there are."""
