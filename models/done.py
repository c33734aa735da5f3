"""What remembers the changes of messages.

Each is a row of `message` under the negative id of its conversation: `seq` counts these, `userid` did it,
`media` is its cmd, `ref` the number of the changed message, `amount` the version that it took and `memo` what
was said, as JSON. So the key of cids is one for messages and changes, and a process that dies before it tells
of a change leaves what to tell.
"""

import json
from typing import NamedTuple, Self, TypedDict

from peewee import fn

from models.ids import public_id
from models.tables import StoredMessage
from protocol.messages import Receipt


class Said(TypedDict, total=False):
    """What the frame of a change said, as far as the changed message does not show it."""

    content: str
    amount: int


class Done(NamedTuple):
    """A change: who, what (a cmd), to which message of the conversation, its version, when (ms), what was
    said, and whether it was not so already."""

    userid: int
    cmd: int
    seq: int
    ver: int
    createat: int
    said: Said
    changed: bool

    @classmethod
    def of(cls, row: StoredMessage) -> Self:
        """From the row that remembers it."""
        memo = json.loads(row.memo)
        return cls(row.userid, row.media, row.ref, row.amount, row.createat, memo["said"], memo["changed"])


def remember(conversation_id: int, done: Done, cid: str | None, digest: int | None) -> None:
    """Under its cid, if it has one, nothing else can be said from now on."""
    m = StoredMessage
    last = m.select(fn.MAX(m.seq)).where(m.conversation_id == -conversation_id).scalar() or 0
    m.insert(
        conversation_id=-conversation_id,
        seq=last + 1,
        ver=last + 1,
        userid=done.userid,
        cid=cid,
        digest=digest,
        media=done.cmd,
        ref=done.seq,
        amount=done.ver,
        memo=json.dumps({"said": done.said, "changed": done.changed}, ensure_ascii=False),
        createat=done.createat,
    ).execute()


def receipt_of(conversation_id: int, seq: int, ver: int, createat: int, ref: int, amount: int) -> Receipt:
    """What the log gave a row of `message`: a message, or a change of one."""
    if conversation_id > 0:
        return Receipt(public_id(conversation_id, seq), seq, ver, createat)
    return Receipt(public_id(-conversation_id, ref), ref, amount, createat)
