"""A member hides messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from log.entries.own import Own
from models import hidden
from models.ids import place_of, public_id

if TYPE_CHECKING:
    from log.batch import Batch
    from log.place import Place


class Hide(Own):
    """Those with these public ids that are of the conversation, for `userid` alone and for good."""

    __slots__ = ("ids",)

    def __init__(self, userid: int, kind: int, dstid: int, ids: Sequence[int], origin: object = None) -> None:
        super().__init__(userid, kind, dstid, origin)
        self.ids = ids
        self.begin()

    def change(self, batch: Batch, place: Place) -> dict[str, object]:
        wanted = self._wanted(place)
        seqs = hidden.hide(self.userid, place.id, wanted) if wanted else []
        if not seqs:
            return {}
        batch.views[self.userid, place.id] = place
        return {"hidden": [public_id(place.id, seq) for seq in seqs]}

    def present(self, place: Place) -> dict[str, object]:
        wanted = self._wanted(place)
        return {"hidden": [public_id(place.id, seq) for seq in wanted]} if wanted else {}

    def _wanted(self, place: Place) -> list[int]:
        """The numbers that there are of the conversation."""
        places = {place_of(message_id) for message_id in self.ids}
        return sorted(seq for where, seq in places if where == place.id and 0 < seq <= place.seq)
