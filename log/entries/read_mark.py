"""A read mark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from log.entries.entry import Entry
from protocol.messages import SINGLE

if TYPE_CHECKING:
    from log.batch import Batch, Place


class ReadMark(Entry):
    """`userid` has read up to `seq`, held to the end. Settled, `stands` is where the mark stands when it
    moved, and 0 when it did not: a lower seq changes nothing."""

    __slots__ = ("_cid", "seq", "stands")

    nothing_before_the_first = True

    def __init__(
        self, userid: int, kind: int, dstid: int, seq: int, origin: object = None, cid: object = None
    ) -> None:
        super().__init__(userid, kind, dstid, origin)
        self.seq = seq
        self.stands = 0
        self._cid = cid

    @property
    def client_cid(self) -> object:
        return self._cid

    def begin(self) -> None:
        self.refusal, self.stands = None, 0

    def apply(self, batch: Batch, place: Place | None) -> None:
        assert place is not None
        seq = min(self.seq, place.seq)
        if seq > batch.members[self.userid, place.id]:
            self.stands = batch.members[self.userid, place.id] = batch.read[self.userid, place.id] = seq
            if self.kind == SINGLE:  # the peer's list has the mark, too
                batch.changed_for.add((self.dstid, place.id))
