"""What is done to a message after it was said. Each kind has a file of its own beside this one."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from log.entries.entry import ENTRY_BYTES, Entry, cid_taken
from models import access, changes, done, members
from models.changes import Changing
from models.done import Done, Said
from models.ids import place_of
from protocol.errors import Refused
from protocol.messages import ROOM, Media, Receipt, digest_of
from protocol.numbers import Cmd

if TYPE_CHECKING:
    from log.batch import Batch
    from log.place import Place


class Change(Entry):
    """`userid` changes the message with the public id `message_id`. Settled without a refusal it has a
    `receipt` with the version at which the message stands. `told`: what the event says beside that; None when
    nothing has changed, since it was so already or this is a resend: then nobody hears of it. `unaware`:
    members of a group who do not see the message, since they came later.

    `cid`: as of a message, and in the same name space. `place`: the conversation, with its change numbers.
    """

    __slots__ = ("_client_cid", "cid", "message_id", "place", "receipt", "said", "told", "unaware")

    cmd: ClassVar[Cmd]
    writes_at_once = True
    speaks = True

    def __init__(
        self,
        userid: int,
        kind: int,
        dstid: int,
        message_id: int,
        said: Said,
        cid: str | None = None,
        origin: object = None,
    ) -> None:
        """`said`: what of the frame is to be remembered."""
        super().__init__(userid, kind, dstid, origin)
        self.message_id, self.said = message_id, said
        self.cid = self._client_cid = cid
        self.begin()

    @property
    def client_cid(self) -> str | None:
        return self._client_cid

    @property
    def size_bytes(self) -> int:
        return ENTRY_BYTES + 3 * len(self.said.get("content", ""))

    def begin(self) -> None:
        self.refusal = None
        self.receipt: Receipt | None = None
        self.place: Place | None = None
        self.told: dict[str, object] | None = None
        self.unaware: list[int] = []

    def apply(self, batch: Batch, place: Place | None) -> None:
        assert place is not None
        digest = None
        if self.cid is not None:
            digest = self.digest()
            if batch.is_stored(self):
                self._repeat(batch, digest)
                return
        conversation_id, seq = place_of(self.message_id)
        message = changes.find(conversation_id, seq) if conversation_id == place.id else None
        unseen = self.kind == ROOM and members.came_after(self.userid, place.id, seq)
        if message is None or unseen:
            raise access.no_message()
        if message.media == Media.NOTICE:
            raise Refused("通知不能修改", "Notices can't be changed")
        changed = self.change(batch, place, message)
        if changed:
            place.ver += 1
            message.save(place.ver)
            batch.posted[place.id] = self.place = place
            self._tell(message)
        self.receipt = Receipt(self.message_id, seq, message.ver, batch.now)
        if changed or self.cid is not None:
            deed = Done(self.userid, self.cmd, seq, message.ver, batch.now, self.said, changed)
            done.remember(place.id, deed, self.cid, digest)
        if self.cid is not None:
            batch.stored[self.userid, self.cid] = digest, self.receipt

    def change(self, batch: Batch, place: Place, message: Changing) -> bool:
        """Changes the message, and what hangs on it, to what it is at the next version of its place. False
        when it is so already. Raises why this user may not."""
        raise NotImplementedError

    def _tell(self, message: Changing) -> None:
        self.told = changes.told(self.cmd, self.said, message)
        if self.kind == ROOM:
            self.unaware = members.unaware(message.conversation_id, message.seq)

    def digest(self) -> int:
        """As `Message.digest`: of what was said."""
        amount = str(self.said.get("amount", ""))
        return digest_of((str(self.cmd), str(self.message_id), amount, self._words()))

    def _words(self) -> str:
        return self.said.get("content", "")

    def _repeat(self, batch: Batch, digest: int) -> None:
        """A resend gets the first one's receipt; what a lost answer hid is told now."""
        first, receipt = batch.stored[self.userid, self.cid or ""]
        if first != digest or receipt.id != self.message_id:
            raise cid_taken("something else")
        self.receipt = receipt
        if not batch.tried_at(receipt.createat):
            return
        conversation_id, seq = place_of(self.message_id)
        message = changes.find(conversation_id, seq)
        if message is not None:
            self._tell(message)
            self.place = batch.place_in(receipt.createat, conversation_id)


def is_over(window_s: int, message: Changing, now: int) -> bool:
    """Whether it was said longer ago; -1 is never."""
    return window_s >= 0 and now - message.createat > window_s * 1000
