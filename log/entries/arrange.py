"""A member arranges a conversation in their list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from log.entries.own import Own
from models import conversations

if TYPE_CHECKING:
    from log.batch import Batch
    from log.place import Place


class Arrange(Own):
    """`wanted`: any of pinned, muted, archived and marked, each 0 or 1."""

    __slots__ = ("wanted",)

    opens = True

    def __init__(
        self, userid: int, kind: int, dstid: int, wanted: Mapping[str, int], origin: object = None
    ) -> None:
        super().__init__(userid, kind, dstid, origin)
        self.wanted = wanted
        self.begin()

    def change(self, batch: Batch, place: Place) -> dict[str, object]:
        changed = conversations.arrange(self.userid, place.id, self.wanted)
        if "marked" in changed:
            if changed["marked"]:
                batch.marked.add((self.userid, place.id))
            else:
                batch.marked.discard((self.userid, place.id))
        return {**changed}

    def present(self, place: Place) -> dict[str, object]:
        return {**self.wanted}
