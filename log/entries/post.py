"""A message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from log.entries.entry import ENTRY_BYTES, Entry, cid_taken
from models.ids import is_in, public_id
from protocol.errors import NotFound, Refusal
from protocol.media import keys_in
from protocol.messages import Media, Message, Receipt

if TYPE_CHECKING:
    from log.batch import Batch
    from log.place import Place

#: Of a whole number in a list.
_NUMBER_BYTES = 40


class Post(Entry):
    """A message on its way. Settled without a refusal it has a `receipt`; `repeated` then says that it was
    stored before and need not be delivered again. `place` is the conversation that it was written in, with
    its change numbers; None for what was repeated. `delivered`: the message as others get it, which names
    members only.

    `cid`: the message's own, or one that the log gave it, so that a COMMIT whose answer was lost can be made
    again. `since`: when it came, in seconds of the hub's clock; 0.0 for what nobody measures.
    """

    __slots__ = ("cid", "delivered", "message", "place", "receipt", "repeated", "shows", "since")

    opens = True
    speaks = True

    def __init__(self, message: Message, origin: object = None, since: float = 0.0) -> None:
        super().__init__(message.userid, message.cmd, message.dstid, origin)
        self.message, self.since = message, since
        self.delivered = message
        self.shows = keys_in(message.content, message.pic, message.url, message.memo)
        self.cid: str | None = message.cid
        self.receipt: Receipt | None = None
        self.place: Place | None = None
        self.repeated = False

    @property
    def names(self) -> Sequence[int]:  # type: ignore[override]
        return self.message.at or ()

    @property
    def client_cid(self) -> object:
        return self.message.cid

    @property
    def size_bytes(self) -> int:
        return ENTRY_BYTES + self.message.text_bytes + _NUMBER_BYTES * len(self.message.at or ())

    def digest(self) -> int:
        """What is stored to tell a resend from another message."""
        return self.message.digest()

    def begin(self) -> None:
        self.refusal, self.receipt, self.place, self.repeated = None, None, None, False

    def apply(self, batch: Batch, place: Place | None) -> None:
        assert place is not None
        message, cid = self.message, self.cid
        digest = None
        if cid is not None:
            digest = self.digest()
            if (message.userid, cid) in batch.stored:
                self.repeat(batch, place, digest)
                return
        if full := place.full():
            self.refusal = full
            return
        try:
            self._allow(batch, place)
        except Refusal:
            if not batch.is_stored(self):
                raise
            assert digest is not None  # a resend: what it shows was there when it came first
            self.repeat(batch, place, digest)
            return
        self.write(batch, place, digest)

    def write(self, batch: Batch, place: Place, digest: int | None, extra: str | None = None) -> None:
        """Takes numbers, and hands its row to the batch; `extra`: the column of that name."""
        message, cid = self.message, self.cid
        place.seq += 1
        place.ver += 1
        # A notice does not move a conversation up, but for its first message.
        if message.media != Media.NOTICE or place.seq == 1:
            place.updateat = batch.now
        batch.posted[place.id] = self.place = place
        receipt = self.receipt = Receipt(public_id(place.id, place.seq), place.seq, place.ver, batch.now)
        at = self.delivered.at
        batch.messages.append((
            place.id, place.seq, place.ver, message.userid, cid, digest, message.media, message.content,
            message.pic, message.url, message.memo, message.amount, message.ref,
            ",".join(map(str, at)) if at else "", batch.now, extra,
        ))  # fmt: skip
        if at:
            batch.mentions.extend(
                (user_id, place.id, place.seq, message.userid) for user_id in at if user_id != message.userid
            )
        if cid is not None:
            batch.stored[message.userid, cid] = (digest, receipt)

    def _allow(self, batch: Batch, place: Place) -> None:
        """Raises what speaks against what it shows, answers and names."""
        message = self.message
        if message.ref and not is_in(message.ref, place.id, place.seq):
            raise NotFound("被引用的消息不在该会话中", "The message answered is not of this conversation")
        if message.at:
            at = batch.named(self, place, message.at)
            self.delivered = message if at == message.at else replace(message, at=at)
        if self.shows:
            batch.shown.show(self.userid, self.shows)

    def repeat(self, batch: Batch, place: Place, digest: int) -> None:
        """Gives a resend the numbers of the first one, or refuses another message under the same cid."""
        first, receipt = batch.stored[self.userid, self.cid or ""]
        if first != digest and not batch.is_stored_as(self.message, place, receipt):
            self.refusal = cid_taken()
            return
        ours = batch.tried_at(receipt.createat) and receipt.id not in batch.ours
        batch.ours.add(receipt.id)
        self.receipt, self.repeated = receipt, not ours
        if ours:  # it is new to everybody, under the change number that it took
            self.place = batch.place_in(receipt.createat, place.id)
