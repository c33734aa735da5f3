"""A read mark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from log.entries.entry import Entry
from models.access import may_open, refusal
from protocol.messages import SINGLE

if TYPE_CHECKING:
    from log.batch import Batch, Place


class ReadMark(Entry):
    """`userid` has read up to `seq`, held to the end. Settled, `stands` is where the mark stands when it
    moved, and 0 when it did not: a lower seq changes nothing."""

    __slots__ = ("_cid", "seq", "stands")

    members_only = False

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
        have = None if place is None else batch.members.get((self.userid, place.id))
        if place is None or have is None:
            # Nothing was said yet in notes to oneself, and between strangers where they may talk.
            if place is not None or not may_open(self.userid, self.kind, self.dstid, batch.strangers):
                self.refusal = refusal(self.kind, self.dstid)
            return
        seq = min(self.seq, place.seq)
        if seq > have:
            self.stands = batch.members[self.userid, place.id] = batch.read[self.userid, place.id] = seq
            if self.kind == SINGLE:  # the peer's list has the mark, too
                batch.changed.add((self.dstid, place.id))
