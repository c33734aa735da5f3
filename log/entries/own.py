"""What a member does with a conversation for themselves. Each kind has a file of its own beside this one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from log.entries.entry import Entry

if TYPE_CHECKING:
    from log.batch import Batch
    from log.place import Place


class Own(Entry):
    """Settled, `told` is what has changed, by the names of the wire; empty when it was so already. Nobody
    else hears of it, and the conversation's numbers stay."""

    __slots__ = ("told",)

    nothing_before_the_first = True
    writes_at_once = True

    def begin(self) -> None:
        self.refusal = None
        self.told: dict[str, object] = {}

    def apply(self, batch: Batch, place: Place | None) -> None:
        assert place is not None
        self.told = self.change(batch, place)
        if self.told:
            batch.changed_for.add((self.userid, place.id))
        elif batch.earlier:  # a try whose COMMIT may have happened has perhaps done it, and nobody was told
            self.told = self.present(place)

    def change(self, batch: Batch, place: Place) -> dict[str, object]:
        """Writes what it changes; what that is."""
        raise NotImplementedError

    def present(self, place: Place) -> dict[str, object]:
        """How it stands where nothing has to be changed."""
        raise NotImplementedError
