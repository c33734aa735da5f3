"""What is forwarded, as it is stored: the messages that somebody can pass on, and what is in a record."""

import json
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from msgspec import UNSET

from models import records
from models.access import locate
from models.changes import find
from models.fitting import MAX_ANSWER_BYTES
from models.ids import place_of, public_id
from models.messages import RECORD, stored_among
from models.tables import StoredMessage
from protocol import rows
from protocol.errors import NotFound
from protocol.messages import SINGLE, Media, Message

#: What stays where it is.
NOT_PASSED_ON = (Media.NOTICE, Media.RED_PACKET)


class Source(NamedTuple):
    """A message that can be passed on. `id`: its own, or that of the favorite that it is; `record`: the one
    that it shows; `fwd`: its first author, if it was forwarded itself. A record that was just made is
    nobody's: its `userid` is 0."""

    id: int
    userid: int
    media: int
    content: str
    pic: str
    url: str
    memo: str
    amount: int
    createat: int
    fwd: int
    record: int | None

    def copy(self, userid: int, kind: int, dstid: int, cid: str) -> Message:
        """Of whoever passes it on."""
        return Message(
            userid, dstid, kind, self.media, self.content, self.pic, self.url, self.memo, self.amount, cid,
            fwd=self.fwd or self.userid,
        )  # fmt: skip

    def recorded(self, nickname: str) -> rows.Recorded:
        """As it stands in a record."""
        return rows.Recorded(
            self.userid, nickname, int(self.media), self.content or UNSET, self.pic or UNSET,
            self.url or UNSET, self.memo or UNSET, self.amount or UNSET, self.createat,
        )  # fmt: skip

    @property
    def text_bytes(self) -> int:
        """Of its texts."""
        return sum(len(text.encode()) for text in (self.content, self.pic, self.url, self.memo))


def sources(user_id: int, kind: int, dstid: int, ids: Sequence[int], strangers: bool) -> list[Source]:
    """Those of these messages that the caller can read and pass on, ascending in seq. Raises as `locate`."""
    view = locate(user_id, kind, dstid, strangers)
    if view is None:
        return []
    found = []
    for stored in stored_among(view, [seq for where, seq in map(place_of, ids) if where == view.id]):
        (_, seq, _, userid, _, media, content, pic, url, memo, amount, _, _, createat, extra) = stored
        more = json.loads(extra) if extra else {}
        if media in NOT_PASSED_ON or "recalled" in more:
            continue
        found.append(
            Source(
                public_id(view.id, seq), userid, media, content, pic, url, memo, amount, createat,
                more.get("fwd", 0), more.get(RECORD),
            )
        )  # fmt: skip
    return found


def stored(user_id: int, cids: Sequence[str]) -> set[str]:
    """Those of these cids that the user has sent something under."""
    query = StoredMessage.select(StoredMessage.cid).where(
        StoredMessage.userid == user_id, StoredMessage.cid.in_(list(cids))
    )
    return {cid for (cid,) in query.tuples()}


def people_of(user_id: int, kind: int, dstid: int) -> list[int]:
    """Whose chat it is: the caller and the other one, or nobody in particular."""
    return list(dict.fromkeys((user_id, dstid))) if kind == SINGLE else []


def record(
    user_id: int, kind: int, dstid: int, message_id: int, path: Sequence[int], after: int, strangers: bool
) -> tuple[list[msgspec.Raw], bool]:
    """The rows in the record that a message shows, or in one that stands in it, from number `after` on; and
    whether there are more than an answer has room for. Raises `NotFound` where there is none."""
    conversation_id, seq = place_of(message_id)
    view = locate(user_id, kind, dstid, strangers)
    if view is not None and view.id == conversation_id and view.shows(seq):
        message = find(conversation_id, seq)
        if message is not None and (outer := message.extra.get(RECORD)):
            return inside(outer, path, after)
    raise no_record()


def inside(record_id: int, path: Sequence[int], after: int) -> tuple[list[msgspec.Raw], bool]:
    """As `record`, from the outermost one."""
    found = records.within(record_id, path)
    if found is None:
        raise no_record()
    return records.inside(found, after, MAX_ANSWER_BYTES)


def no_record() -> NotFound:
    return NotFound("该聊天记录不存在", "No such chat record")
