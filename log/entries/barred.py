"""A message that may not be said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from log.entries.entry import cid_taken
from log.entries.post import Post
from models.access import may_open, refusal
from protocol.errors import Refusal
from protocol.messages import Message

if TYPE_CHECKING:
    from log.batch import Batch
    from log.place import Place


class Barred(Post):
    """It is refused with `why` and stored nowhere, and who may not write there at all is told that. Only the
    log knows whether it is a resend of one that was stored when it still might be said: that gets its ack."""

    __slots__ = ("why",)

    opens = False
    members_only = False

    def __init__(self, message: Message, why: Refusal, origin: object = None, since: float = 0.0) -> None:
        super().__init__(message, origin, since)
        self.why = why
        self.shows = ()

    def apply(self, batch: Batch, place: Place | None) -> None:
        if self.cid is not None and batch.is_stored(self):
            if place is None:
                raise cid_taken()
            self.repeat(batch, place, self.message.digest())
            return
        if place is None or (self.userid, place.id) not in batch.members:
            if not may_open(self.userid, self.kind, self.dstid, batch.strangers):
                raise refusal(self.kind, self.dstid)
        raise self.why
