"""Messages that are passed on into a conversation."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from log.entries.entry import ENTRY_BYTES, Entry, cid_taken
from log.entries.post import Post
from models import done, records
from models.done import Done
from models.messages import RECORD
from protocol.errors import Refusal
from protocol.messages import Message, Receipt

if TYPE_CHECKING:
    from log.batch import Batch
    from log.place import Place

#: A copy, with a cid of its own, and the record that it shows, None for any other.
Copy = tuple[Message, int | None]


class Forward(Entry):
    """Some copies of messages: all of them, with nobody's between, or none. Settled without a refusal it has
    `receipts` by cid, in order, and `posts`, the copies that are there; what was gone when it came to be
    written, a record or a file, is left out.

    `cid` is that of the call, and `digest` tells the call from another one: it is remembered, as a change is.
    What the same call has stored before is found by the copies' cids and stays as it is, whatever has become
    of the originals; `gone` are the cids of those that can't be copied any more.
    """

    __slots__ = ("_copies", "cid", "digest", "more_cids", "posts", "receipts", "shows")

    opens = True
    speaks = True
    writes_at_once = True

    def __init__(
        self,
        userid: int,
        kind: int,
        dstid: int,
        cid: str,
        digest: int,
        copies: Sequence[Copy],
        gone: Sequence[str] = (),
        origin: object = None,
    ) -> None:
        super().__init__(userid, kind, dstid, origin)
        self.cid: str = cid
        self.digest = digest
        self._copies = [(Post(message), record) for message, record in copies]
        self.more_cids = (*(message.cid or "" for message, _ in copies), *gone)
        self.shows = tuple({key for post, _ in self._copies for key in post.shows})
        self.begin()

    @property
    def size_bytes(self) -> int:
        return ENTRY_BYTES + sum(post.size_bytes for post, _ in self._copies)

    def begin(self) -> None:
        self.refusal = None
        self.posts: list[Post] = []
        self.receipts: dict[str, Receipt] = {}
        for post, _ in self._copies:
            post.begin()

    def apply(self, batch: Batch, place: Place | None) -> None:
        assert place is not None
        remembered = batch.is_stored(self)
        if remembered and batch.stored[self.userid, self.cid][0] != self.digest:
            raise cid_taken("something else")
        if full := place.full(len(self._copies)):
            raise full
        there = {cid: batch.stored.get((self.userid, cid)) for cid in self.more_cids}
        for post, record in self._copies:
            if there[post.cid or ""]:
                post.repeat(batch, place, self.digest)
            elif self._may(batch, post, record):
                post.write(batch, place, self.digest, _extra(post.message, record))
            else:
                continue
            if post.refusal is not None:
                raise post.refusal
            assert post.receipt is not None
            there[post.cid or ""] = self.digest, post.receipt
            self.posts.append(post)
        found = [(cid, stored[1]) for cid, stored in there.items() if stored]
        self.receipts = dict(sorted(found, key=lambda one: one[1].seq))
        if self.posts and not remembered:
            receipt = self.posts[-1].receipt
            assert receipt is not None
            deed = Done(self.userid, self.kind, 0, receipt.ver, batch.now, {}, False)
            done.remember(place.id, deed, self.cid, self.digest)
            batch.stored[self.userid, self.cid] = self.digest, receipt

    def _may(self, batch: Batch, post: Post, record: int | None) -> bool:
        """Whether what it shows is still there; from now on it is shown once more."""
        if record is not None and not records.use(record):
            return False
        try:
            batch.shown.show(self.userid, post.shows)
        except Refusal:
            if record is not None:
                records.release(record)
            return False
        return True


def _extra(message: Message, record: int | None) -> str:
    extra = {"fwd": message.fwd} if message.fwd else {}
    return json.dumps(extra | ({RECORD: record} if record is not None else {}), separators=(",", ":"))
