"""What the log takes: an entry knows how it is checked and what it writes under its conversation's lock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, Self

from models.tables import key_of
from protocol.errors import Conflict, Refusal

if TYPE_CHECKING:
    from log.batch import Batch
    from log.place import Place


#: Bytes of memory of an entry without its texts.
ENTRY_BYTES = 500


class Held(Protocol):
    """What is held for somebody until it is released, by hand or at the end of a block."""

    def release(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...


class Entry:
    """One thing to be written in its turn. Settled, it either has a `refusal`, or what its kind says it has.

    `userid` does it, in the conversation that they mean by (`kind`, `dstid`). `origin`: who waits for the
    end, known to whoever made the entry; the log only hands it back.
    """

    __slots__ = ("dstid", "held", "kind", "news", "origin", "refusal", "userid")

    #: Only members may: the batch refuses others before `apply`.
    members_only = True
    #: Others hear it as theirs: who is barred from writing may not.
    speaks = False
    #: Who has left a group may, too.
    left_too = False
    #: In one's own notes, and between strangers where they may talk, there is nothing to do before anything
    #: was said, and that is no refusal: `apply` is not called then.
    nothing_before_the_first = False
    #: Writes rows of its own while it is applied, so its refusal has to take them back.
    writes_at_once = False
    #: Takes points from its user's account, which is locked before any entry is applied.
    spends = False
    #: A conversation that has no row yet, and may begin, is opened for it.
    opens = False
    #: The client's own id, under which it is stored once, or the log's; None for what has none.
    cid: str | None = None
    #: Further ones, under which what it writes is stored.
    more_cids: Sequence[str] = ()
    #: Keys of the uploads that it shows.
    shows: Sequence[str] = ()
    #: Users whom it names, 0 for everybody.
    names: Sequence[int] = ()

    def __init__(self, userid: int, kind: int, dstid: int, origin: object = None) -> None:
        self.userid, self.kind, self.dstid = userid, kind, dstid
        self.origin = origin
        self.refusal: Refusal | None = None
        self.held: Held | None = None  # the room that it takes in the log's queue
        self.news: list[Any] | None = None  # what others hear of it, when its transaction has told it

    @property
    def size_bytes(self) -> int:
        """About how much memory it takes while it waits."""
        return ENTRY_BYTES

    def leave(self) -> None:
        """Its room in the log's queue is free."""
        if self.held is not None:
            self.held.release()

    def key(self) -> str | None:
        """The key of the conversation that is locked for it, None for no existing one."""
        return key_of(self.userid, self.kind, self.dstid)

    @property
    def client_cid(self) -> object:
        """The cid by which the client knows it."""
        return None

    def begin(self) -> None:
        """A try begins: what an earlier one has left is forgotten."""
        self.refusal = None

    def apply(self, batch: Batch, place: Place | None) -> None:
        """Takes numbers and hands rows to the batch. Raises a `Refusal` or sets one. `place` is the locked
        conversation; None where there is none, which a `members_only` entry never sees."""
        raise NotImplementedError


def cid_taken(by: str = "another message") -> Conflict:
    return Conflict("该消息编号已被使用", f"This cid names {by}")
