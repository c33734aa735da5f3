"""A message with points in it: a red packet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from log.entries.post import Post
from models import packets
from models.ids import public_id
from protocol.messages import Message
from protocol.packets import address

if TYPE_CHECKING:
    from log.batch import Batch
    from log.place import Place


class Transfer(Post):
    """A red packet of `message.amount` points in `count` shares: its message and its points are written in
    one transaction. Its id is that of the message. The sender's account is there.

    `digest`: of what the client said; the message itself has the packet's address in it as soon as it has a
    number."""

    __slots__ = ("_digest", "_said", "count", "mode")

    writes_at_once = True
    spends = True

    def __init__(self, message: Message, digest: int, count: int, mode: str, origin: object = None) -> None:
        super().__init__(message, origin)
        self._said, self._digest, self.count, self.mode = message, digest, count, mode

    def begin(self) -> None:
        super().begin()
        self.message = self.delivered = self._said

    def digest(self) -> int:
        return self._digest

    def apply(self, batch: Batch, place: Place | None) -> None:
        batch.is_stored(self)  # a resend must not touch the points, which its first one may have used up
        super().apply(batch, place)

    def repeat(self, batch: Batch, place: Place, digest: int) -> None:
        super().repeat(batch, place, digest)
        if self.receipt is not None:  # after a COMMIT whose answer was lost it is new to everybody
            self._name(self.receipt.id)

    def _allow(self, batch: Batch, place: Place) -> None:
        super()._allow(batch, place)
        said, packet_id = self._said, public_id(place.id, place.seq + 1)
        packets.make(packet_id, self.userid, said.amount, self.count, self.mode, said.memo, batch.now)
        self._name(packet_id)

    def _name(self, packet_id: int) -> None:
        self.message = self.delivered = replace(self._said, url=address(packet_id))
