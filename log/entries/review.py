"""Messages that wait for a look: into the queue, and out of it into their conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from log.entries.entry import cid_taken
from log.entries.post import Post
from models import reviews
from protocol import reviews as wire
from protocol.messages import Message
from protocol.reviews import PASSED, REFUSED, WAITING, WITHDRAWN

if TYPE_CHECKING:
    from log.batch import Batch
    from log.place import Place


class Hold(Post):
    """A message that has `word` waits instead of being stored. Settled without a refusal it has `review`, the
    row that its author is told, and no receipt; or the receipt of the message, when this is a resend and it
    has been stored since. `repeated`: it waits already."""

    __slots__ = ("review", "word")

    writes_at_once = True

    def __init__(self, message: Message, word: str, origin: object = None) -> None:
        super().__init__(message, origin)
        self.word = word
        self.review: wire.Review | None = None

    def begin(self) -> None:
        super().begin()
        self.review = None

    def apply(self, batch: Batch, place: Place | None) -> None:
        assert place is not None
        digest = self.message.digest()
        if self.cid is not None:
            if batch.is_stored(self):
                self.repeat(batch, place, digest)
                return
            before = reviews.find(self.userid, self.cid)
            if before is not None and before.digest == digest:
                if before.state in (REFUSED, WITHDRAWN):
                    raise wire.not_passed(before.id)
                self.review = reviews.row_of(before)
                self.repeated = not batch.tried_at(before.createat)
                return
            if before is not None:
                if before.state == WAITING:
                    raise cid_taken()
                reviews.forget(before)
        self._allow(batch, place)
        self.review = reviews.row_of(reviews.hold(self.message, self.cid, digest, self.word, batch.now))


class Pass(Post):
    """Operator `op` lets a message pass, and it is stored as its author's, once. Settled without a refusal it
    has a receipt as any message. It is refused with `Conflict` when it was decided before, else with why its
    author may not write there any more, and waits still."""

    __slots__ = ("op", "review_id")

    writes_at_once = True

    def __init__(self, message: Message, cid: str | None, review_id: int, op: int) -> None:
        super().__init__(message)
        # Its own where the client gave none, as long as the log's: so that it is stored once in any case.
        self.cid = cid or f"review{review_id:060d}"
        self.review_id, self.op = review_id, op
        self.shows = ()  # what it shows has been kept since it waits

    def apply(self, batch: Batch, place: Place | None) -> None:
        assert place is not None
        digest = self.message.digest()
        decides = reviews.settle(self.review_id, PASSED, self.op, batch.now)
        if batch.is_stored(self):
            # An earlier try did it, or it has been sent again since its word is no longer on the list.
            self.repeat(batch, place, digest)
            if decides or not self.repeated:
                return
        if not decides:
            raise reviews.decided()
        self._allow(batch, place)
        self.write(batch, place, digest)
