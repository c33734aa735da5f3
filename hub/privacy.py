"""Who does not want to be seen online, or not by whom they block, and whose read marks nobody sees: known in
every process, from memory.

All of it is told so often that the database can't be asked each time. All who hide are read when the process
starts, and again when something may have been missed; who switches is told by an order. An answer that is
made of rows asks the rows.
"""

from collections.abc import Callable, Collection
from typing import Protocol

from hub.ports.control import ContactChanged, Control, Order, SettingsChanged

#: Called with a user who is seen online from now on (True), or no longer.
Switched = Callable[[int, bool], None]
#: Called with the order by which somebody blocks another one from now on, or no longer.
Parted = Callable[[ContactChanged], None]


class _Hiding(Protocol):
    """As it is read: user ids."""

    @property
    def online(self) -> set[int]: ...

    @property
    def read(self) -> set[int]: ...

    @property
    def blocks(self) -> set[tuple[int, int]] | None: ...

    @property
    def blocks_at(self) -> int: ...


class Privacy:
    def __init__(self, control: Control) -> None:
        self._unseen: set[int] = set()
        self._quiet: set[int] = set()
        self._blocks: set[tuple[int, int]] = set()  # (who blocks, whom)
        self._switched: Switched | None = None
        self._parted: Parted | None = None
        self.blocks_at = -1  #: which number of the database the known blocks are at, if nothing was missed
        self.mark = 0  #: how often somebody has switched; take it before asking the database
        control.listen(self._obey)

    def start(self, switched: Switched, parted: Parted | None = None) -> None:
        """`switched` and `parted` are called on the loop."""
        self._switched, self._parted = switched, parted

    @property
    def unseen(self) -> Collection[int]:
        """Users who are not seen online, and see nobody."""
        return self._unseen

    def are_quiet(self, user_id: int, other_id: int) -> bool:
        """Whether two people don't tell each other how far they have read. May be asked in any thread."""
        return user_id in self._quiet or other_id in self._quiet

    def blocks(self, user_id: int, other_id: int) -> bool:
        """Whether `user_id` blocks the other one, who then does not see them online."""
        return (user_id, other_id) in self._blocks

    def read(self, hiding: _Hiding, mark: int) -> bool:
        """All who hide, as they were read after `mark` was taken. False when somebody has switched since, and
        they have to be read again."""
        if mark != self.mark:
            return False
        before, self._unseen, self._quiet = self._unseen, hiding.online, hiding.read
        if hiding.blocks is not None:
            self._blocks, self.blocks_at = hiding.blocks, hiding.blocks_at
        for user_id in before ^ self._unseen:
            self._tell(user_id)
        return True

    def stats(self) -> dict[str, int]:
        """`privacy_unseen`: users who are not seen online; `privacy_quiet`: those without read receipts;
        `privacy_blocks`: pairs of whom one blocks the other."""
        return {
            "privacy_unseen": len(self._unseen),
            "privacy_quiet": len(self._quiet),
            "privacy_blocks": len(self._blocks),
        }

    def _obey(self, order: Order) -> None:
        if isinstance(order, ContactChanged):
            self._separate(order)
        if not isinstance(order, SettingsChanged):
            return
        self.mark += 1
        seen_before = order.user_id not in self._unseen
        for hiding, shows in ((self._unseen, order.online), (self._quiet, order.read)):
            (hiding.discard if shows else hiding.add)(order.user_id)
        if seen_before != order.online:
            self._tell(order.user_id)

    def _separate(self, order: ContactChanged) -> None:
        self.mark += 1
        pair = order.user_id, order.other_id
        if (pair in self._blocks) is order.blocks:
            return
        (self._blocks.add if order.blocks else self._blocks.discard)(pair)
        self.blocks_at += 1
        if self._parted is not None:
            self._parted(order)

    def _tell(self, user_id: int) -> None:
        if self._switched is not None:
            self._switched(user_id, user_id not in self._unseen)
