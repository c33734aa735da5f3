"""A read mark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from log.entries.entry import Entry
from models import conversations
from protocol.messages import SINGLE

if TYPE_CHECKING:
    from log.batch import Batch
    from log.place import Place


class ReadMark(Entry):
    """`userid` has read up to `seq`, held to the end. Settled, `stands` is where the mark stands when it
    moved, and 0 when it did not: a lower seq changes nothing. `peer`: who learns of it in a single chat, 0
    for nobody. `unmarked`: the conversation was shown as unread, and is not any more."""

    __slots__ = ("_cid", "peer", "seq", "stands", "unmarked")

    nothing_before_the_first = True

    def __init__(
        self, userid: int, kind: int, dstid: int, seq: int, origin: object = None, cid: object = None
    ) -> None:
        super().__init__(userid, kind, dstid, origin)
        self.seq = seq
        self._cid = cid
        self.begin()

    @property
    def client_cid(self) -> object:
        return self._cid

    def begin(self) -> None:
        self.refusal, self.stands, self.peer, self.unmarked = None, 0, 0, False

    def apply(self, batch: Batch, place: Place | None) -> None:
        assert place is not None
        seq = min(self.seq, place.seq)
        pair = self.userid, place.id
        if pair in batch.marked and seq >= batch.members[pair]:
            conversations.arrange(*pair, {"marked": 0})
            batch.marked.discard(pair)
            batch.changed_for.add(pair)
            self.unmarked = True
        if seq > batch.members[pair]:
            self.stands = batch.members[pair] = batch.read[pair] = seq
            if self.kind == SINGLE and not batch.quiet(self.userid, self.dstid):
                self.peer = self.dstid
                batch.changed_for.add((self.peer, place.id))  # whose list has the mark, too
