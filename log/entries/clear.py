"""A member clears a conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from log.entries.own import Own
from models import hidden, members

if TYPE_CHECKING:
    from log.batch import Batch
    from log.place import Place


class Clear(Own):
    """All up to `seq`, held to the end, is gone for `userid`. What is cleared stays so. A group
    that they have left is off their list then."""

    __slots__ = ("seq",)

    left_too = True

    def __init__(self, userid: int, kind: int, dstid: int, seq: int, origin: object = None) -> None:
        super().__init__(userid, kind, dstid, origin)
        self.seq = seq
        self.begin()

    def change(self, batch: Batch, place: Place) -> dict[str, object]:
        if (self.userid, place.id) not in batch.members:
            seq = members.forget(self.userid, place.id)
            return {"cleared": seq} if seq else {}
        seq = min(self.seq, place.seq)
        if not hidden.clear(self.userid, place.id, seq):
            return {}
        pair = self.userid, place.id
        batch.cleared[pair] = seq
        batch.views[pair] = place
        return {"cleared": seq}

    def present(self, place: Place) -> dict[str, object]:
        cleared = hidden.cleared(self.userid, place.id)
        return {"cleared": cleared} if cleared else {}
